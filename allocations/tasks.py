"""Celery's way in: a task finds its rows and calls one flow.

Each passes a target time, so that a repeated, late or lost beat changes nothing.
"""

import datetime as dt
import time

from celery import shared_task
from django.utils import timezone

from jaif_portal import clock

from .flows import attachments, checks, drafts, forecasts, history, lifecycle, scores, ticks, waits
from .models import Partition
from .scheduler import kernel

STEPS = 40  # of half a day each, so that a task ends well within its time limit
FORECAST_SECONDS = 20  # of work for one partition, which takes a third of that alone
FORECAST_PATIENCE = 20  # seconds in the queue of tasks, after which a single run has to do
FORECAST_EXPIRES = 60
UPLOADING = dt.timedelta(hours=1)  # a file without a row may still be on its way in
SETTLED = dt.timedelta(seconds=1)  # the second that now runs may still bring a job


@shared_task(name="allocations.advance_partitions")
def advance_partitions():
    for partition_id in Partition.objects.values_list("pk", flat=True):
        advance_partition.apply_async((partition_id,), expires=10)


@shared_task(name="allocations.advance_partition")
def advance_partition(partition_id):
    ticks.tick(partition_id, until=clock.now() - SETTLED, steps=STEPS)


@shared_task(name="allocations.fold_jobs", time_limit=900)
def fold_jobs():
    for partition in Partition.objects.all():
        history.fold_jobs(partition)


@shared_task(name="allocations.forget_ticks")
def forget_ticks():
    ticks.forget_ticks()


@shared_task(name="allocations.keep_deadlines")
def keep_deadlines():
    lifecycle.keep_deadlines(until=clock.now())


@shared_task(name="allocations.keep_drafts")
def keep_drafts():
    drafts.keep_drafts(at=clock.now())


@shared_task(name="allocations.clear_attachments")
def clear_attachments():
    attachments.clear_orphans(older_than=timezone.now() - UPLOADING)


@shared_task(name="allocations.activate_allocations")
def activate_allocations():
    now = clock.now()
    lifecycle.fund_shares(at=now)
    lifecycle.activate_ready(at=now)


@shared_task(name="allocations.check_ledger", time_limit=3600)
def check_ledger():
    """Once a night: the first beat after two o'clock that finds no check of this night."""
    checks.check_if_due()


@shared_task(name="allocations.forecast_partitions")
def forecast_partitions():
    scores.score_forecasts()
    for partition in Partition.objects.exclude(advanced_until=None):
        if forecasts.is_due(partition):
            forecast_partition.apply_async((partition.pk, time.time()), expires=FORECAST_EXPIRES)


@shared_task(name="allocations.forget_forecasts")
def forget_forecasts():
    scores.forget_forecasts(at=clock.now())


@shared_task(name="allocations.forecast_partition")
def forecast_partition(partition_id, asked_at):
    """In full, or as a single run where the queue of tasks has grown so long that others wait."""
    kernel.warm()  # loading it, or compiling it the first time, is not counted
    late = time.time() - asked_at > FORECAST_PATIENCE
    forecasts.foresee_queue(partition_id, seconds=0 if late else FORECAST_SECONDS)


@shared_task(name="allocations.sum_up_waits")
def sum_up_waits():
    for partition in Partition.objects.all():
        waits.sum_up_waits(partition)
