"""Conservative backfilling: every waiting job has a reservation, and none is ever delayed.

Mu'alem and Feitelson, "Utilization, Predictability, Workloads, and User Runtime
Estimates in Scheduling the IBM SP2 with Backfilling", TPDS 12(6), 2001.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .events import Event, Started
from .jobs import Job, Reason
from .limits import Budgets
from .machine import Machine
from .occupancy import FOREVER, Occupancy
from .policies import Policy
from .profile import Profile
from .waiting import in_order


class Planner:
    """The queue before a machine, with nodes promised to everyone in it.

    A job is given the earliest place that delays nobody. When nodes come back
    before they were expected to, each job in the order of the queue moves to
    the earliest place that all others leave it, until nobody can move. So at
    the end of a pass no job could start sooner without another's place, and a
    place always begins where a job ends: no instant is needed for it.

    A job that its budget does not cover has no place and holds up nobody. Jobs
    claim their budget in the order of the queue. Jobs of the lowest priority are
    promised nothing.
    """

    def __init__(self, machine: Machine, _policy: Policy, budgets: Budgets) -> None:
        self.occupancy = Occupancy(machine.nodes)
        self.budgets = budgets
        self.backfilled = 0
        self._largest = machine.nodes
        self._too_large: dict[int, Job] = {}
        self._queue: list[Job] = []  # in order
        self._unplaced: dict[int, Job] = {}  # of the queue, those without a place
        self._starts: dict[int, int] = {}
        self._agenda: list[tuple[int, int, int, Job]] = []  # start and order of the placed
        self._profile = Profile(machine.nodes)
        self._freed_until = 0  # nodes have come back up to then

    def __iter__(self) -> Iterator[Job]:
        return iter(sorted([*self._queue, *self._too_large.values()], key=in_order))

    @property
    def head(self) -> Job | None:
        return next((job for job in self._queue if job.id in self._starts), None)

    def shadow(self) -> int:
        return FOREVER if self.head is None else self._starts[self.head.id]

    def resume(self, job: Job, started: int) -> None:
        self.occupancy.start(job, started)
        self._profile.take(started, started + job.limit, job.nodes)

    def enqueue(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if job.nodes > self._largest:
                self._too_large[job.id] = job
            else:
                insort(self._queue, job, key=in_order)
                self._unplaced[job.id] = job

    def keep(self, reservations: Mapping[int, int]) -> None:
        """Place jobs where they were, or earlier; one that does not fit there is placed anew."""
        for job_id, start in reservations.items():
            job = self._unplaced.get(job_id)
            if job and self._profile.fits(start, start + job.limit, job.nodes):
                self._place(job, start)
                self._freed_until = max(self._freed_until, start + job.limit)

    def reservations(self) -> Mapping[int, int]:
        return self._starts

    def release(self, job: Job, started: int, at: int) -> None:
        self.budgets.settle(job, at - started)
        self._give_back(job, at, started + job.limit)

    def withdraw(self, job: Job) -> bool:
        if self._too_large.pop(job.id, None):
            return False
        del self._queue[bisect_left(self._queue, in_order(job), key=in_order)]
        if self._unplaced.pop(job.id, None) is None:
            self._displace(job)
            return True
        return False

    def replace(self, job: Job, changed: Job) -> None:
        start = self._starts.get(job.id)
        self.withdraw(job)
        self.enqueue([changed])
        if start is not None:
            self._place(changed, start)

    def reasons(self, at: int) -> Iterator[tuple[Job, Reason]]:
        refused = self.budgets.refusals(self._queue, at)
        reason = Reason.RESOURCES
        for job in self:
            if job.nodes > self._largest:
                yield job, Reason.PARTITION_NODE_LIMIT
            elif job.id in refused:
                yield job, refused[job.id]
            else:
                yield job, reason
                reason = Reason.PRIORITY

    def consider(
        self, newcomers: Sequence[Job], at: int, events: list[Event], *, changed: bool
    ) -> None:
        self._profile.forget_before(at)
        self.enqueue(newcomers)
        refused = self.budgets.refusals(self._queue, at)
        for job in [job for job in self._queue if job.id in refused and job.id in self._starts]:
            self._displace(job)
            self._unplaced[job.id] = job
        if self._freed_until > at:
            self._compress(at)
        if len(self._unplaced) > len(refused):
            for job in sorted(self._unplaced.values(), key=in_order):
                if job.id not in refused and not job.low:
                    start = self._profile.earliest(job.nodes, job.limit, after=at)
                    self._place(job, start)
        while self._agenda and self._agenda[0][0] <= at:
            self._start(self._agenda[0][-1], at, events)
        if self.occupancy.free and self._queue and self._queue[-1].low:
            self._start_low(refused, at, events)

    def _start_low(self, refused: Mapping[int, Reason], at: int, events: list[Event]) -> None:
        """Start jobs of the lowest priority in what nobody else has a place in.

        They plan among themselves for this pass alone, so that they are never in the way
        of one that comes later.
        """
        profile = self._profile.copy()
        for job in [job for job in self._queue if job.low and job.id not in refused]:
            start = profile.earliest(job.nodes, job.limit, after=at)
            profile.take(start, start + job.limit, job.nodes)
            if start == at:
                self._place(job, at)
                self._start(job, at, events)

    def _compress(self, at: int) -> None:
        """Move jobs forward until none can be; those that cannot stay where they are.

        Since a job was last looked at, its place can only have become better if nodes came
        back while it would run. That is between ``begin`` and ``until``: at first what this
        pass has freed, then the places that others left in this round and the one before.
        """
        profile, starts = self._profile, self._starts
        begin, until, left_begin, left_until = at, self._freed_until, FOREVER, 0
        while until > at:
            most = profile.most_free(at, until)
            for job in self._queue:
                start = starts.get(job.id)
                if start is None or job.nodes > most:
                    continue
                after = max(at, begin - job.limit + 1)
                earlier = profile.earlier(job.nodes, job.limit, after, start, until)
                if earlier is not None:
                    self._displace(job)
                    self._place(job, earlier)
                    end = start + job.limit
                    begin, until = min(begin, start), max(until, end)
                    left_begin, left_until = min(left_begin, start), max(left_until, end)
                    most = profile.most_free(at, until)
            begin, until, left_begin, left_until = left_begin, left_until, FOREVER, 0
        self._freed_until = 0

    def _place(self, job: Job, start: int) -> None:
        self._profile.take(start, start + job.limit, job.nodes)
        self._starts[job.id] = start
        insort(self._agenda, (start, job.submit, job.id, job))
        self._unplaced.pop(job.id, None)

    def _displace(self, job: Job) -> None:
        start = self._starts.pop(job.id)
        del self._agenda[bisect_left(self._agenda, (start, job.submit, job.id))]
        self._give_back(job, start, start + job.limit)

    def _give_back(self, job: Job, start: int, end: int) -> None:
        if start < end:
            self._profile.give(start, end, job.nodes)
            self._freed_until = max(self._freed_until, end)

    def _start(self, job: Job, at: int, events: list[Event]) -> None:
        """Let ``job`` begin in its place, which it keeps in the profile."""
        if job is not self.head:
            self.backfilled += 1
        del self._starts[job.id], self._agenda[0]
        del self._queue[bisect_left(self._queue, in_order(job), key=in_order)]
        self.occupancy.start(job, at)
        self.budgets.hold(job)
        events.append(Started(job, at))
