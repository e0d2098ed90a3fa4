"""Queues whose future is foreseen in tests."""

import datetime as dt

from allocations.models import Forecast, ForecastOutcome, FundingShare, Job, JobState, QueueForecast
from jaif_portal import clock
from tests.allocations import factories

HOUR = dt.timedelta(hours=1)


def quiet(*, nodes=8, at=None):
    """The Booster, shrunk, with nobody else on it, computed up to now."""
    booster = factories.booster()
    booster.nodes, booster.background_load = nodes, 0
    booster.advanced_until = at or clock.now().replace(microsecond=0)
    booster.save()
    return booster


def others(partition, number=1, **changes):
    """Jobs of the machine's other users; they wait, unless ``changes`` say otherwise."""
    share = FundingShare.objects.filter(partition=partition).first()
    now = partition.advanced_until
    defaults = {
        "nodes": partition.nodes,
        "time_limit": 3600,
        "runtime": 1800,
        "submitted_at": now - HOUR,
        "eligible_at": now - HOUR,
    }
    return Job.objects.bulk_create(
        Job(
            partition=partition,
            share=share,
            background_key=f"test:{Job.objects.count() + i}",
            **(defaults | changes),
        )
        for i in range(number)
    )


def running(partition, *, since=0, **changes):
    started = partition.advanced_until - dt.timedelta(seconds=since)
    return others(partition, state=JobState.RUNNING, started_at=started, **changes)[0]


def shape_row(nodes, time_limit, *waits):
    return dict(
        zip(("nodes", "time_limit", "p10", "p50", "p90"), (nodes, time_limit, *waits), strict=True)
    )


def answer(partition, shapes=(), **changes):
    """A forecast of the queue as it might have been made."""
    defaults = {"fingerprint": "f", "made_at": clock.now(), "replications": 200}
    return QueueForecast.objects.create(
        partition=partition, shapes=list(shapes), **(defaults | changes)
    )


def foreseen(job, *hours, **changes):
    """A forecast of ``job`` with p10, p50 and p90 so many hours from now."""
    now = clock.now()
    moments = [None if after is None else now + after * HOUR for after in hours]
    defaults = {
        "made_at": now,
        "replications": 200,
        "size_class": "tiny",
        "horizon": "quarter",
        "outcome": ForecastOutcome.OPEN,
    }
    return Forecast.objects.create(
        job=job,
        partition=job.partition,
        **dict(zip(("p10", "p50", "p90"), moments, strict=True)),
        **(defaults | changes),
    )
