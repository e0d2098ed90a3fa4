"""The live queue: from the database into the scheduler, and what happened back again.

State lives in the database alone. A tick passes a target time, not a duration, and commits
everything or nothing, so a tick that is lost, late, doubled or killed changes nothing.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction

from jaif_portal import clock
from jaif_portal.flows.transitions import plan
from jaif_portal.models import Transition

from ..models import (
    AccountKind,
    AllocationState,
    EntryKind,
    Job,
    JobState,
    LedgerAccount,
    Partition,
    PendingReason,
)
from ..scheduler import (
    Cancelled,
    Ended,
    Machine,
    Policy,
    RunningJob,
    Scheduler,
    Started,
    State,
    Submitted,
)
from ..scheduler import Job as Request
from . import alerts, ledger, priorities, quota
from .associations import acknowledge_associations
from .background import plan_background

LONGEST_STEP = dt.timedelta(hours=12)
CHANGED = [
    "state",
    "reason",
    "low_priority",
    "eligible_at",
    "started_at",
    "ended_at",
]


@dataclass(slots=True)
class Progress:
    """How far the queue has come (``None`` where another worker is at it), and by how much."""

    reached: dt.datetime | None = None
    steps: int = 0
    events: int = 0


def advance_partition(partition_id, *, until, steps=None):
    """Let the partition's queue live on to portal time ``until``, in bounded steps.

    At most ``steps`` of them if given, so that no task runs for long after a jump of the
    clock; the next one goes on. Returns the ``Progress``.
    """
    until = until.replace(microsecond=0)
    progress = Progress()
    while (step := _advance_once(partition_id, until=until)) is not None:
        progress.reached, events = step
        progress.steps += 1
        progress.events += events
        if progress.reached >= until or progress.steps == steps:
            break
    return progress


@transaction.atomic
def _advance_once(partition_id, *, until):
    """One step in one transaction: the moment reached, and how many events there were.

    ``None`` where another worker holds the partition.

    The lock keeps other workers out, and lets people submit jobs meanwhile (``no_key``).
    """
    skip_locked = connection.features.has_select_for_update_skip_locked
    rows = Partition.objects.select_for_update(of=("self",), skip_locked=skip_locked, no_key=True)
    partition = rows.select_related("system").filter(pk=partition_id).first()
    if partition is None:
        return None
    if partition.advanced_until is None:
        partition.advanced_until = until
    start = partition.advanced_until
    target, events = min(until, start + LONGEST_STEP), 0
    plan_background(partition, until=target)
    if target > start:
        target = quota.begin_step(partition, start=start, target=target)
        target, events = _run(partition, start=start, target=target)
    partition.advanced_until = max(start, target)
    partition.save(update_fields=["advanced_until"])
    acknowledge_associations(partition, at=partition.advanced_until)
    return partition.advanced_until, events


def _run(partition, *, start, target):
    jobs = _live_jobs(partition, until=target)
    accounts = _accounts(jobs)
    changes = Changes(jobs, accounts, partition)
    changes.changed |= priorities.lower(jobs, accounts)
    scheduler = _scheduler(partition, jobs, accounts, start=start)
    events = scheduler.advance(until=clock.seconds(target))
    change = priorities.first_change(events, jobs=jobs, accounts=accounts)
    if change is not None and change < clock.seconds(target):
        target = clock.moment(change)
        scheduler = _scheduler(partition, jobs, accounts, start=start)
        events = scheduler.advance(until=change)
    for event in events:
        changes.note(event)
    changes.give_reasons(scheduler.reasons())
    changes.save()
    return target, len(events)


def _live_jobs(partition, *, until):
    """``{id: job}`` of all that wait or run; the projects' jobs are locked."""
    live = Job.objects.live().filter(partition=partition, submitted_at__lte=until)
    theirs = live.filter(allocation=None)
    ours = live.filter(allocation__isnull=False).select_for_update()
    return {job.pk: job for rows in (theirs, ours) for job in rows.order_by("pk")}


def _accounts(jobs):
    """``{allocation id: its locked account}`` of the live jobs."""
    allocations = {job.allocation_id for job in jobs.values() if job.allocation_id}
    rows = LedgerAccount.objects.select_for_update(of=("self",)).select_related("allocation__month")
    return {
        row.allocation_id: row for row in rows.filter(allocation__in=allocations).order_by("pk")
    }


def _scheduler(partition, jobs, accounts, *, start):
    """The engine in the state that the rows describe.

    It goes on with the first second that has not been computed, so that what has changed
    meanwhile (quota, hours, priorities) does not reach back.
    """
    now = clock.seconds(start)
    running, waiting, arriving = [], [], []
    for job in jobs.values():
        request = _request(job, after=now)
        if job.started_at is not None:
            running.append(RunningJob(request, clock.seconds(job.started_at)))
        elif job.eligible_at is not None:
            waiting.append(request)
        else:
            arriving.append(request)
    state = State(
        now=now + 1,
        running=tuple(running),
        waiting=tuple(waiting),
        arriving=tuple(arriving),
        cancellations=tuple(
            (max(clock.seconds(job.cancel_requested_at), now + 1), job.pk)
            for job in jobs.values()
            if job.cancel_requested_at is not None
        ),
        budgets=priorities.budgets(jobs, accounts),
    )
    return Scheduler(Machine(nodes=partition.nodes), Policy(partition.policy), state)


def _request(job, *, after):
    """The job as the engine knows it. One that came too late for its second arrives next."""
    if job.eligible_at is not None:
        submit = clock.seconds(job.eligible_at)
    else:
        submit = max(clock.seconds(job.submitted_at), after + 1)
    return Request(
        id=job.pk,
        submit=submit,
        nodes=job.nodes,
        limit=job.time_limit,
        runtime=job.runtime,
        exit_code=job.exit_code,
        account=priorities.purse(job),
    )


class Changes:
    """What the events of one step do to rows, history and ledger; written in bulk."""

    def __init__(self, jobs, accounts, partition):
        self.jobs = jobs
        self.accounts = accounts
        self.partition = partition
        self.changed = set()
        self.history = []
        self.postings = []
        self._used = None

    def note(self, event):
        job, at = self.jobs[event.job.id], clock.moment(event.at)
        self.changed.add(job.pk)
        match event:
            case Submitted():
                job.eligible_at = at
            case Started():
                job.started_at = at
                self._move(job, JobState.RUNNING, at)
                self._post(ledger.holding, job, at)
            case Ended() | Cancelled():
                ended = JobState.CANCELLED if isinstance(event, Cancelled) else event.state
                job.ended_at = at
                self._move(job, JobState(ended.lower()), at)
                if job.started_at is not None:
                    self._post(ledger.charging, job, at, seconds=event.elapsed)

    def give_reasons(self, reasons):
        for job in self.jobs.values():
            reason = PendingReason(reasons.get(job.pk, PendingReason.NONE))
            if job.reason != reason:
                job.reason = reason
                self.changed.add(job.pk)

    def save(self):
        changed = [self.jobs[pk] for pk in sorted(self.changed)]
        # The rows exist, so this only updates; it is five times as fast as ``bulk_update``.
        Job.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["id"], update_fields=CHANGED
        )
        Transition.objects.bulk_create(self.history)
        ledger.post(self.postings)
        self._tell_of_what_was_spent()
        self._lapse_what_came_back()

    def _move(self, job, to, at):
        if job.allocation_id is None:
            job.state = to
        else:
            self.history.append(plan(job, to=to, by=None, at=at))

    def _post(self, posting, job, at, **amount):
        if job.allocation_id is None:
            return
        self._used = self._used or ledger.open_account(AccountKind.USED, partition=self.partition)
        account = self.accounts[job.allocation_id]
        self.postings.append(
            posting(job, account_id=account.pk, used_id=self._used.pk, at=at, **amount)
        )

    def _tell_of_what_was_spent(self):
        """In the order in which it was spent, so that one long step writes what short ones do."""
        for posting in self.postings:
            if posting.kind == EntryKind.CHARGE:
                account = self.accounts[self.jobs[posting.job_id].allocation_id]
                alerts.spend(account, node_seconds=posting.node_seconds)

    def _lapse_what_came_back(self):
        """Hours that a job gives back after its allocation has ended lapse at once."""
        for pk in sorted(self.changed):
            job = self.jobs[pk]
            if job.ended_at is None or job.allocation_id is None:
                continue
            allocation = self.accounts[job.allocation_id].allocation
            if allocation.state == AllocationState.EXPIRED:
                ledger.lapse(allocation, at=job.ended_at, key=f"job:{job.pk}:lapse")
