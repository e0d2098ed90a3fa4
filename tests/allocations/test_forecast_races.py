"""Forecasts beside ticks and beside one another, on PostgreSQL."""

import datetime as dt
from functools import partial

import pytest
from django.db import connection, transaction

from allocations.flows import forecasts
from allocations.flows.forecasts import foresee_queue
from allocations.flows.jobs import submit_job
from allocations.flows.queue import advance_partition
from allocations.flows.scores import score_forecasts
from allocations.models import Forecast, Job, QueueForecast
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.foresight import quiet, running
from tests.allocations.simultaneous import at_once, kinds

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("committed", "monday")]


@pytest.fixture
def waiting():
    """A project's job behind one that has the whole machine."""
    with transaction.atomic():
        partition = quiet()
        allocation = factories.active()
        running(partition)
    by = allocation.project.proposal.applicant
    job = submit_job(allocation, by=by, name="train", nodes=8, time_limit=3600)
    advance_partition(partition.pk, until=clock.now() + dt.timedelta(seconds=1))
    return job


def impatient(act, *args, **kwargs):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    return act(*args, **kwargs)


def test_the_same_task_four_times_at_once_leaves_one_answer(waiting):
    outcomes = at_once([partial(foresee_queue, waiting.partition_id, seconds=600)] * 4)

    assert kinds(outcomes) == {"QueueForecast": 4}
    assert len({answer.pk for answer in outcomes}) == 1
    assert QueueForecast.objects.get().replications == 200
    assert Forecast.objects.filter(job=waiting).count() == 1


def test_a_rough_answer_at_the_same_time_does_not_replace_a_full_one(waiting):
    acts = [partial(foresee_queue, waiting.partition_id, seconds=seconds) for seconds in (600, 0)]

    at_once(acts)

    assert QueueForecast.objects.get().replications == 200
    assert Forecast.objects.get(job=waiting).replications == 200


def test_a_tick_does_not_wait_for_a_forecast_that_is_being_stored(waiting):
    until = clock.now() + dt.timedelta(hours=2)

    with transaction.atomic():
        foresee_queue(waiting.partition_id, seconds=0)
        outcomes = at_once(
            [partial(impatient, advance_partition, waiting.partition_id, until=until)]
        )

    assert kinds(outcomes) == {"Progress": 1}
    assert outcomes[0].reached == until.replace(microsecond=0)


def test_a_forecast_does_not_wait_for_a_tick_that_goes_on(waiting):
    with transaction.atomic():
        advance_partition(waiting.partition_id, until=clock.now() + dt.timedelta(hours=2))
        outcomes = at_once([partial(impatient, foresee_queue, waiting.partition_id, seconds=0)])

    assert kinds(outcomes) == {"QueueForecast": 1}


def test_a_worker_that_dies_while_storing_leaves_nothing_half_done(waiting, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Forecast.objects, "bulk_create", _killed)
        with pytest.raises(KeyboardInterrupt):
            foresee_queue(waiting.partition_id, seconds=0)

    assert not QueueForecast.objects.exists()
    assert foresee_queue(waiting.partition_id, seconds=0).replications == 1


def _killed(*_args, **_kwargs):
    raise KeyboardInterrupt


def test_a_forecast_is_scored_once_whoever_scores(waiting):
    foresee_queue(waiting.partition_id, seconds=0)
    advance_partition(waiting.partition_id, until=clock.now() + dt.timedelta(hours=2))

    at_once([score_forecasts] * 4)

    forecast = Forecast.objects.get(job=waiting)
    job = Job.objects.get(pk=waiting.pk)
    assert (forecast.outcome, forecast.started_at) == ("started", job.started_at)
    assert forecasts.is_due(job.partition)
