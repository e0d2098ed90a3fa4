"""The live queue: from the database into the scheduler, and what happened back again.

State lives in the database alone. A tick passes a target time, not a duration, and commits
everything or nothing, so a tick that is lost, late, doubled or killed changes nothing.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q

from jaif_portal import clock

from ..models import AccountKind, Job, LedgerAccount, Partition, PartitionStatus
from . import ledger, load, multifactor, priorities, quota
from .associations import acknowledge_associations, associations_missing
from .background import plan_background
from .changes import Changes, about_jobs
from .snapshot import Snapshot

LONGEST_STEP = dt.timedelta(hours=12)


@dataclass(slots=True)
class Progress:
    """How far the queue has come (``None`` where another worker is at it), and by how much."""

    reached: dt.datetime | None = None
    steps: int = 0
    events: int = 0
    status: PartitionStatus | None = None  # as the last step left the queue


def advance_partition(partition_id, *, until, steps=None):
    """Let the partition's queue live on to portal time ``until``, in bounded steps.

    At most ``steps`` of them if given, so that no task runs for long after a jump of the
    clock; the next one goes on. Returns the ``Progress``.
    """
    until = until.replace(microsecond=0)
    progress = Progress()
    while (step := _advance_once(partition_id, until=until)) is not None:
        progress.reached, events, status = step
        progress.status = status or progress.status
        progress.steps += 1
        progress.events += events
        if progress.reached >= until or progress.steps == steps:
            break
    return progress


@transaction.atomic
def _advance_once(partition_id, *, until):
    """One step in one transaction: the moment reached, how many events there were, and how busy.

    ``None`` where another worker holds the partition.

    The lock keeps other workers out, and lets people submit jobs meanwhile (``no_key``).
    """
    skip_locked = connection.features.has_select_for_update_skip_locked
    rows = Partition.objects.select_for_update(of=("self",), skip_locked=skip_locked, no_key=True)
    rows = rows.annotate(months_ahead=quota.months_by(until), newcomers=associations_missing())
    partition = (
        rows.select_related("system", "scheduling_parameters").filter(pk=partition_id).first()
    )
    if partition is None:
        return None
    if partition.advanced_until is None:
        partition.advanced_until = until
    start = partition.advanced_until
    target, events, status = min(until, start + LONGEST_STEP), 0, None
    plan_background(partition, until=target)
    if target > start:
        if partition.months_ahead:
            target = quota.begin_step(partition, start=start, target=target)
        target, events, status = _run(partition, start=start, target=target)
    partition.advanced_until = max(start, target)
    partition.save(update_fields=["advanced_until", "scheduler_memory"])
    if partition.newcomers:
        acknowledge_associations(partition, at=partition.advanced_until)
    return partition.advanced_until, events, status


def _run(partition, *, start, target):
    jobs = _live_jobs(partition, until=target)
    accounts, used = _accounts(partition, jobs)
    snapshot = Snapshot(partition, jobs, accounts, at=start)
    changes = Changes(snapshot, used=used)
    tally = load.Tally(jobs.values())
    changes.changed |= priorities.lower(jobs, accounts)
    scheduler = snapshot.scheduler()
    events = about_jobs(scheduler.advance(until=clock.seconds(target)))
    change = priorities.first_change(events, jobs=jobs, accounts=accounts)
    if change is not None and change < clock.seconds(target):
        target = clock.moment(change)
        scheduler = snapshot.scheduler()
        events = about_jobs(scheduler.advance(until=change))
    for event in events:
        changes.note(event)
    running = []
    if snapshot.floor.layout is not None:
        nodes_of = scheduler.nodes_of
        changes.give_nodes(nodes_of)
        running = changes.running(nodes_of)
    changes.give_reasons(scheduler.reasons(), at=target)
    changes.give_priorities(scheduler)
    changes.history += snapshot.floor.settle(until=target, running=running)
    changes.save()
    multifactor.remember(partition, scheduler)
    racks = snapshot.racks(scheduler)
    status = load.record(partition, tally, events, start=start, target=target, racks=racks)
    return target, len(events), status


def _live_jobs(partition, *, until):
    """``{id: job}`` of all that wait or run; the projects' jobs are locked."""
    live = Job.objects.live().filter(partition=partition, submitted_at__lte=until)
    theirs = live.filter(allocation=None)
    ours = live.filter(allocation__isnull=False).select_for_update()
    return {job.pk: job for rows in (theirs, ours) for job in rows.order_by("pk")}


def _accounts(partition, jobs):
    """``{allocation id: its account}`` of the live jobs, and that of what is used; locked."""
    wanted = Q(allocation__in={job.allocation_id for job in jobs.values() if job.allocation_id})
    wanted |= Q(kind=AccountKind.USED, partition=partition)
    rows = LedgerAccount.objects.select_for_update(of=("self",)).select_related("allocation__month")
    accounts = {row.allocation_id: row for row in rows.filter(wanted).order_by("pk")}
    used = accounts.pop(None, None) or ledger.open_account(AccountKind.USED, partition=partition)
    return accounts, used
