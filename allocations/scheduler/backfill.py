"""Who starts now: one pass over the queue, in full or only where it can matter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .events import Event, Started
from .jobs import Job, Reason
from .limits import Budgets
from .machine import Machine
from .occupancy import FOREVER, Occupancy
from .policies import Policy
from .trees import Hole
from .waiting import (
    LongQueue,
    LongQueueByLimit,
    PlainQueue,
    Queue,
    ShortQueue,
    ShortQueueByLimit,
    in_order,
)

LONG = 600  # waiting jobs from which on trees are faster than a list


class HeadFirst:
    """The queue before a machine, and the nodes promised to its head.

    The head is the first job that its budget would let start. Its reservation
    is kept between passes: ``_shadow`` and ``_spare`` are exact when they have
    just been computed, and else bounds from above, since jobs that end early
    can only bring the promise forward. All that waits has been tried in vain
    with ``_tried_free`` free and ``_tried_spare`` spare nodes and at least the
    present window, so that a pass need look only at jobs that more nodes let in.
    """

    def __init__(self, machine: Machine, policy: Policy, budgets: Budgets) -> None:
        self.occupancy = Occupancy(machine.nodes)
        self.budgets = budgets
        self.head: Job | None = None
        self.backfilled = 0
        self._backfills = policy is not Policy.FCFS
        self._by_limit = policy is Policy.EASY_SJBF
        self._largest = machine.nodes
        self._short = ShortQueueByLimit if self._by_limit else ShortQueue
        self._long = LongQueueByLimit if self._by_limit else LongQueue
        self._queue: Queue = self._short() if self._backfills else PlainQueue()
        self._latest = (False, 0, 0)
        self._too_large: dict[int, Job] = {}
        self._shadow = FOREVER
        self._spare = self._tried_free = self._tried_spare = 0
        self._exact = False

    def __iter__(self) -> Iterator[Job]:
        jobs = [*self._queue, *self.budgets.refused(), *self._too_large.values()]
        return iter(sorted(jobs, key=in_order))

    def resume(self, job: Job, started: int) -> None:
        self.occupancy.start(job, started)

    def keep(self, reservations: Mapping[int, int]) -> None:
        """The one reservation follows from who runs and who waits."""

    def reservations(self) -> Mapping[int, int]:
        return {}

    def enqueue(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if job.nodes > self._largest:
                self._too_large[job.id] = job
            else:
                self._add(job)
                self._tried_free = 0

    def release(self, job: Job, started: int, at: int) -> None:
        if job.account is not None:
            self.budgets.settle(job, at - started)
        self._exact = False
        if started + job.limit > self._shadow:
            self._spare += job.nodes

    def withdraw(self, job: Job) -> bool:
        if job.id in self._too_large:
            del self._too_large[job.id]
        elif not self.budgets.forget(job):
            self._queue.remove(job)
        if job is not self.head:
            return False
        self._promise(None)
        self.budgets.reconsider(job)
        return True

    def replace(self, job: Job, changed: Job) -> None:
        self.withdraw(job)
        self.enqueue([changed])

    def shadow(self) -> int:
        self._reserve()
        return self._shadow

    def reasons(self, at: int) -> Iterator[tuple[Job, Reason]]:
        reason = Reason.RESOURCES
        for job in self:
            if job.nodes > self._largest:
                yield job, Reason.PARTITION_NODE_LIMIT
            elif refusal := self.budgets.refusal(job, at):
                yield job, refusal
            else:
                yield job, reason
                reason = Reason.PRIORITY

    def consider(
        self, newcomers: Sequence[Job], at: int, events: list[Event], *, changed: bool
    ) -> None:
        if newcomers and (
            in_order(newcomers[0]) < self._latest  # they have come late and go before others
            or (self._by_limit and (changed or len(newcomers) > 1))
        ):
            self.enqueue(newcomers)
            newcomers = ()
            changed = True
        if changed:
            self._pass_over(at, events)
        for job in newcomers:
            if self.head is None:
                self._meet_first(job, at, events)
            else:
                self._meet(job, at, events)
        self._tried_free, self._tried_spare = self.occupancy.free, self._spare

    def _pass_over(self, at: int, events: list[Event]) -> None:
        if self.budgets.changed:
            self.enqueue(self.budgets.reconsidered(at))
        happened = len(events)
        previous, head = self.head, self._start_heads(at, events)
        if head is not previous or len(events) > happened:
            self._promise(head)  # even to the same head, if others have gone before it
            if head and previous and in_order(head) < in_order(previous):
                self.budgets.reconsider(previous)  # its claim on their budget is gone
                self.enqueue(self.budgets.reconsidered(at))
        if head is not None and self._backfills:
            self._backfill(head, at, events)

    def _start_heads(self, at: int, events: list[Event]) -> Job | None:
        """Start the head of the queue while it fits; say who is left as head."""
        queue = self._queue
        while (job := queue.first()) is not None:
            if job.account is not None and self.budgets.refusal(job, at):
                queue.remove(job)
                self.budgets.refuse(job)
            elif job.nodes <= self.occupancy.free:
                queue.remove(job)
                self._start(job, at, events)
            else:
                break
        return job

    def _backfill(self, head: Job, at: int, events: list[Event]) -> None:
        """Start whoever fits beside the promise to the head."""
        hole = Hole(self.occupancy.free, self._shadow - at, self._spare)
        for job in self._queue.take_fitting(
            hole, self._narrow, tried_free=self._tried_free, tried_spare=self._tried_spare
        ):
            if job.account is not None and self.budgets.refusal(job, at, ahead=head):
                self.budgets.refuse(job)
            else:
                hole.fill(job)
                self.backfilled += 1
                self._start(job, at, events)
        self._spare = hole.spare
        if len(self._queue) < LONG // 4 and isinstance(self._queue, LongQueue):
            self._queue = self._short(self._queue)

    def _meet_first(self, job: Job, at: int, events: list[Event]) -> None:
        """Consider the newcomer ``job`` when nobody waits before it."""
        if job.nodes > self._largest:
            self._too_large[job.id] = job
        elif job.account is not None and self.budgets.refusal(job, at):
            self.budgets.refuse(job)
        elif job.nodes <= self.occupancy.free:
            self._start(job, at, events)
        else:
            self._add(job)
            self._promise(job)

    def _meet(self, job: Job, at: int, events: list[Event]) -> None:
        """Consider the newcomer ``job`` beside the promise to the head."""
        if job.nodes > self._largest:
            self._too_large[job.id] = job
        elif not self._has_room(job, at):
            self._add(job)
        elif job.account is not None and self.budgets.refusal(job, at, ahead=self.head):
            self.budgets.refuse(job)
        else:
            if at + job.limit > self._shadow:
                self._spare -= job.nodes
            self.backfilled += 1
            self._start(job, at, events)

    def _has_room(self, job: Job, at: int) -> bool:
        """Whether the promise to the head leaves room for ``job``."""
        if not self._backfills or job.nodes > self.occupancy.free:
            return False
        if at + job.limit > self._shadow and job.nodes > self._spare:
            return False  # not even by the bounds
        self._reserve()
        return at + job.limit <= self._shadow or job.nodes <= self._spare

    def _start(self, job: Job, at: int, events: list[Event]) -> None:
        self.occupancy.start(job, at)
        if job.account is not None:
            self.budgets.hold(job)
        events.append(Started(job, at))

    def _add(self, job: Job) -> None:
        self._queue.add(job)
        key = (job.low, job.submit, job.id)
        if key > self._latest:  # noqa: PLR1730 - half the time of a call
            self._latest = key
        if len(self._queue) > LONG and isinstance(self._queue, ShortQueue):
            self._queue = self._long(self._queue)

    def _promise(self, head: Job | None) -> None:
        """Make ``head`` the head, of whose reservation nothing is known yet."""
        self.head = head
        self._shadow = FOREVER
        self._spare = self._largest - head.nodes if head else self._largest
        self._tried_free, self._tried_spare = 0, self._spare
        self._exact = False

    def _narrow(self, hole: Hole) -> None:
        """Make ``hole``, which was as large as it could be, as large as it is."""
        before = self._shadow
        self._reserve()
        hole.window += self._shadow - before
        hole.spare = self._spare

    def _reserve(self) -> None:
        """Find out when the head will have its nodes, and how many more there are then."""
        if not self._exact and self.head is not None:
            self._shadow, self._spare = self.occupancy.shadow(self.head.nodes)
            self._exact = True
