"""A machine on which only the jobs of the test run."""

import datetime as dt
from itertools import count

from allocations.flows.queue import advance_partition
from allocations.models import Job
from jaif_portal import clock
from tests.allocations import factories

NUMBERS = count(1)


def empty_booster(*, computed_until=None):
    """The Booster without other users, computed until then, or until now."""
    booster = factories.booster()
    booster.background_load = 0
    booster.advanced_until = (computed_until or clock.now()).replace(microsecond=0)
    booster.save()
    return booster


def submit_other(partition, *, nodes, time_limit=3600, runtime=3000, after=1):
    """A job of another user, ``after`` seconds from where the queue has been computed to."""
    return Job.objects.create(
        partition=partition,
        share=partition.shares.first(),
        background_key=f"test:{next(NUMBERS)}",
        name="",
        nodes=nodes,
        time_limit=time_limit,
        runtime=runtime,
        submitted_at=partition.advanced_until + dt.timedelta(seconds=after),
    )


def advance(partition, *, seconds):
    """Let the partition's queue live on."""
    until = partition.advanced_until + dt.timedelta(seconds=seconds)
    advance_partition(partition.pk, until=until)
    partition.refresh_from_db()
