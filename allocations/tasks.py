"""Celery's way in: a task finds its rows and calls one flow.

Each passes a target time, so that a repeated, late or lost beat changes nothing.
"""

import datetime as dt

from celery import shared_task

from jaif_portal import clock

from .flows import checks, lifecycle, ticks
from .models import Partition

STEPS = 40  # of half a day each, so that a task ends well within its time limit
SETTLED = dt.timedelta(seconds=1)  # the second that now runs may still bring a job


@shared_task(name="allocations.advance_partitions")
def advance_partitions():
    for partition_id in Partition.objects.values_list("pk", flat=True):
        advance_partition.apply_async((partition_id,), expires=10)


@shared_task(name="allocations.advance_partition")
def advance_partition(partition_id):
    ticks.tick(partition_id, until=clock.now() - SETTLED, steps=STEPS)


@shared_task(name="allocations.forget_ticks")
def forget_ticks():
    ticks.forget_ticks()


@shared_task(name="allocations.keep_deadlines")
def keep_deadlines():
    lifecycle.keep_deadlines(until=clock.now())


@shared_task(name="allocations.activate_allocations")
def activate_allocations():
    now = clock.now()
    lifecycle.fund_shares(at=now)
    lifecycle.activate_ready(at=now)


@shared_task(name="allocations.check_ledger", time_limit=3600)
def check_ledger():
    """Once a night: the first beat after two o'clock that finds no check of this night."""
    checks.check_if_due()
