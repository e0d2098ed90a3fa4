"""Daily totals of what a partition did, and how the jobs of other users are dropped after them.

A day is totalled once the queue has passed it, from the jobs themselves, in one transaction.
Only then, and some days later, are other users' jobs dropped, in batches. So a task that dies
half-way, or two at the same time, neither lose nor double anything. The projects' own jobs stay
for good.
"""

import datetime as dt
from collections import defaultdict

from django.db import transaction
from django.db.models import Min, Q

from ..models import DayTotal, Job, JobRun, JobState, Partition
from ..scheduler.sizes import size_class

DAY = dt.timedelta(days=1)
DAYS = 30  # that one call totals at most
BATCH, BATCHES = 1000, 50  # jobs that one transaction drops, and transactions of one call
FIGURES = ["started", "ended", "wait_seconds", "node_seconds"]


def fold_jobs(partition):
    """Total the days that the queue has passed, and drop other users' jobs that are old enough.

    Bounded; the next call goes on. Returns how many jobs were dropped.
    """
    for _number in range(DAYS):
        day = _next_day(partition)
        if day is None or partition.advanced_until < _midnight(day + DAY):
            return _drop_jobs(partition)
        total_day(partition, day)
    return _drop_jobs(partition)


@transaction.atomic
def total_day(partition, day):
    """Write the totals of ``day``, which lies behind the queue with all its jobs.

    Locks the partition, so that a task that comes late never totals a day without its jobs.
    """
    partition.refresh_from_db(from_queryset=Partition.objects.select_for_update(no_key=True))
    if partition.totalled_day is not None and partition.totalled_day >= day:
        return
    DayTotal.objects.bulk_create(_totals(partition, day))
    partition.totalled_day = day
    partition.save(update_fields=["totalled_day"])


def _totals(partition, day):
    begin, end = _midnight(day), _midnight(day + DAY)
    sums = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
    for share, nodes, submitted, started, ended in _runs(partition, begin, end):
        total = sums[share, size_class(nodes, machine=partition.nodes)]
        if started >= begin:
            total["started"] += 1
            total["wait_seconds"] += int((started - submitted).total_seconds())
        if ended is not None and ended < end:
            total["ended"] += 1
        seconds = (min(ended or end, end) - max(started, begin)).total_seconds()
        total["node_seconds"] += nodes * int(seconds)
    return [
        DayTotal(partition=partition, day=day, share_id=share, size_class=size, **total)
        for (share, size), total in sorted(sums.items())
    ]


def _runs(partition, begin, end):
    """Share, nodes and moments of all that ran between, earlier runs of jobs put back too."""
    jobs = Job.objects.filter(partition=partition, started_at__lt=end).filter(
        Q(state=JobState.RUNNING) | Q(ended_at__gte=begin)
    )
    yield from jobs.values_list(
        "share", "nodes", "submitted_at", "started_at", "ended_at"
    ).iterator()
    earlier = JobRun.objects.filter(
        job__partition=partition, started_at__lt=end, ended_at__gte=begin
    )
    yield from earlier.values_list(
        "job__share", "nodes", "job__submitted_at", "started_at", "ended_at"
    )


def _next_day(partition):
    """The first day that has no totals yet; ``None`` before the first job has started."""
    if partition.totalled_day is not None:
        return partition.totalled_day + DAY
    first = Job.objects.filter(partition=partition).aggregate(at=Min("started_at"))["at"]
    return first and first.astimezone(dt.UTC).date()


def _drop_jobs(partition):
    """Drop other users' jobs that ended more than ``keep_jobs_days`` before the last total."""
    if partition.totalled_day is None:
        return 0
    before = _midnight(partition.totalled_day + DAY) - partition.keep_jobs_days * DAY
    dropped = 0
    for _number in range(BATCHES):
        batch = _drop_batch(partition, before=before)
        dropped += batch
        if batch < BATCH:
            break
    return dropped


@transaction.atomic
def _drop_batch(partition, *, before):
    old = Job.objects.filter(partition=partition, allocation=None, ended_at__lt=before)
    rows = old.select_for_update().order_by("ended_at").values_list("pk", flat=True)
    batch = list(rows[:BATCH])
    Job.objects.filter(pk__in=batch).delete()
    return len(batch)


def _midnight(day):
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
