"""What later forecasts learn from what has come of earlier ones."""

import datetime as dt

import pytest

from allocations.flows.forecasts import foresee_queue
from allocations.flows.scores import margins_of
from allocations.models import Forecast, Partition
from allocations.scheduler.experience import EXPERIENCE
from allocations.scheduler.forecast import Range
from allocations.scheduler.margins import learn_margins
from jaif_portal import clock
from tests.allocations.foresight import HOUR, foreseen, others, quiet, running

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def came(job, *, start, number=60, horizon="hour"):
    """Forecasts of p10, p50 and p90 in 1, 2 and 3 hours, and starts after ``start`` hours."""
    now = clock.now()
    for minute in range(number):
        foreseen(
            job,
            1,
            2,
            3,
            drawn_p10=now + HOUR,
            drawn_p90=now + 3 * HOUR,
            made_at=now - minute * dt.timedelta(minutes=1),
            outcome="started",
            started_at=now + start * HOUR,
            horizon=horizon,
        )


def test_forecasts_that_came_too_early_raise_the_upper_bound_of_their_horizon():
    partition = quiet()
    came(others(partition)[0], start=4)

    margins = margins_of(partition)

    assert margins["hour"].high == pytest.approx(1 / (1 + 1 / 60))
    assert margins["hour"].low < 0
    assert margins["day"] == learn_margins([], EXPERIENCE["day"])


def test_only_the_latest_forecasts_of_a_horizon_count(monkeypatch):
    partition = quiet()
    job = others(partition)[0]
    came(job, start=4)
    monkeypatch.setattr("allocations.flows.scores.COMPARED", 1)

    drawn = Range(*(clock.seconds(clock.now() + hours * HOUR) for hours in (1, 2, 3)))
    latest = [(drawn, clock.seconds(clock.now() + 4 * HOUR))]
    assert margins_of(partition)["hour"] == learn_margins(latest, EXPERIENCE["hour"])


def test_a_new_forecast_is_widened_and_keeps_what_was_drawn():
    partition = quiet()
    running(partition)
    job = others(partition)[0]
    foresee_queue(partition.pk, seconds=600)
    first = Forecast.objects.get(job=job)
    assert first.p10 < first.drawn_p10
    assert first.p90 > first.drawn_p90
    came(others(partition, state="completed")[0], start=4)
    Partition.objects.get().queue_forecasts.all().delete()
    Forecast.objects.filter(pk=first.pk).update(replications=1)

    foresee_queue(partition.pk, seconds=600)

    again = Forecast.objects.get(pk=first.pk)
    assert (again.drawn_p10, again.p50, again.drawn_p90) == (
        first.drawn_p10,
        first.p50,
        first.drawn_p90,
    )
    assert again.p90 > first.p90
    assert again.p10 > first.p10
