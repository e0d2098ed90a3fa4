"""What has come of forecasts, and what the next ones learn from it."""

import datetime as dt

from django.db.models import OuterRef, Q, Subquery

from jaif_portal import clock

from ..models import Forecast, ForecastOutcome, Horizon, Job, JobState, QueueForecast
from ..scheduler.experience import EXPERIENCE
from ..scheduler.forecast import Range
from ..scheduler.margins import learn_margins

COMPARED = 1000  # forecasts of each horizon
KEPT = dt.timedelta(days=365)


def score_forecasts():
    """Write down what has come of the forecasts whose jobs have started or are gone.

    Two statements, whatever the number of forecasts; doing it again changes nothing.
    """
    unscored = Forecast.objects.filter(outcome=ForecastOutcome.OPEN)
    start = Job.objects.filter(pk=OuterRef("job")).values("started_at")
    unscored.filter(job__started_at__isnull=False).update(
        outcome=ForecastOutcome.STARTED, started_at=Subquery(start)
    )
    unscored.filter(Q(job__state=None) | Q(job__state=JobState.CANCELLED)).update(
        outcome=ForecastOutcome.WITHDRAWN
    )


def forget_forecasts(*, at):
    """Drop what is a year old, and answers that no queue will come back to."""
    Forecast.objects.filter(made_at__lt=at - KEPT).delete()
    QueueForecast.objects.filter(made_at__lt=at - dt.timedelta(days=1)).delete()


def margins_of(partition):
    """``{horizon: margins}`` by what has come of the latest forecasts of each.

    What was measured beforehand counts too, the less the more there are.
    """
    scored = Forecast.objects.filter(
        partition=partition, outcome=ForecastOutcome.STARTED, drawn_p10__isnull=False
    )
    fields = ("horizon", "drawn_p10", "p50", "drawn_p90", "started_at")
    outcomes = {horizon: [] for horizon in Horizon}
    for horizon, *drawn, started in scored.values_list(*fields)[: 4 * COMPARED]:
        outcomes[horizon].append((Range(*map(second, drawn)), second(started)))
    return {
        horizon: learn_margins(found[:COMPARED], EXPERIENCE[horizon])
        for horizon, found in outcomes.items()
    }


def second(moment):
    return None if moment is None else clock.seconds(moment)
