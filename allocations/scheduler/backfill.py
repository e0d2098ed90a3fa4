"""Who starts now: one pass over the queue, in full or only where it can matter."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from .events import Event, Started
from .jobs import Job, Reason
from .limits import Budgets
from .machine import Machine
from .occupancy import Occupancy
from .waiting import Hole, LongQueue, ShortQueue, by_arrival

LONG = 2_000  # waiting jobs from which on the tree is faster than the list


class Policy(StrEnum):
    """Who may start: only the head of the queue, or also who does not delay it."""

    FCFS = "fcfs"
    EASY = "easy"


class Dispatcher:
    """The queue before a machine, and the nodes promised to its head.

    The head is the first job that its budget would let start. Between two
    passes its reservation stays true, since nothing but an end, a withdrawal
    or a budget changes it: until then an arrival need be compared with that
    reservation alone, and none of the older jobs can have become startable.
    """

    def __init__(self, machine: Machine, policy: Policy, budgets: Budgets) -> None:
        self.occupancy = Occupancy(machine.nodes)
        self.budgets = budgets
        self.head: Job | None = None
        self.shadow = -1  # the second by which the head is promised its nodes
        self.backfilled = 0
        self._backfills = policy is Policy.EASY
        self._largest = machine.nodes
        self._spare = -1
        self._queue: ShortQueue | LongQueue = ShortQueue()
        self._too_large: dict[int, Job] = {}

    def __iter__(self) -> Iterator[Job]:
        """Every waiting job, in the order of the queue."""
        return iter(
            sorted(
                [*self._queue, *self.budgets.refused(), *self._too_large.values()], key=by_arrival
            )
        )

    def enqueue(self, jobs: Iterable[Job]) -> None:
        """Let ``jobs`` wait for the next pass."""
        for job in jobs:
            if job.nodes > self._largest:
                self._too_large[job.id] = job
            else:
                self._queue.add(job)
        self._fit_queue()

    def withdraw(self, job: Job) -> bool:
        """Take a waiting job out; say whether that calls for a pass."""
        if job.id in self._too_large:
            del self._too_large[job.id]
        elif not self.budgets.forget(job):
            self._queue.remove(job)
        if job is not self.head:
            return False
        self.head = None
        self.budgets.reconsider(job)
        return True

    def reasons(self, at: int) -> Iterator[tuple[Job, Reason]]:
        """Why each job waits."""
        reason = Reason.RESOURCES
        for job in self:
            if job.nodes > self._largest:
                yield job, Reason.PARTITION_NODE_LIMIT
            elif refusal := self.budgets.refusal(job, at):
                yield job, refusal
            else:
                yield job, reason
                reason = Reason.PRIORITY

    def pass_over(self, newcomers: Sequence[Job], at: int, events: list[Event]) -> None:
        """Consider every job, after nodes or budgets have become free."""
        if newcomers:
            self.enqueue(newcomers)
        for job in self.budgets.reconsidered(at):
            self._queue.add(job)
        previous, self.head = self.head, self._start_heads(at, events)
        if self.head is None or not self._backfills:
            return
        if previous is not None and by_arrival(self.head) < by_arrival(previous):
            self.budgets.reconsider(previous)  # its claim on their budget is gone
            for job in self.budgets.reconsidered(at):
                self._queue.add(job)
        self._backfill(self.head, at, events)
        self._fit_queue()

    def meet(self, newcomers: Sequence[Job], at: int, events: list[Event]) -> None:
        """Consider only ``newcomers``: whoever waited before still has to."""
        if self.head is not None and by_arrival(newcomers[0]) < by_arrival(self.head):
            self.pass_over(newcomers, at, events)  # a late one has come before the head
            return
        for job in newcomers:
            if self.head is None:
                self._meet_first(job, at, events)
            elif not self._fits_beside_head(job, at):
                self.enqueue((job,))
            elif self.budgets.refusal(job, at, ahead=self.head):
                self.budgets.refuse(job)
            else:
                if at + job.limit > self.shadow:
                    self._spare -= job.nodes
                self.backfilled += 1
                self._start(job, at, events)

    def _meet_first(self, job: Job, at: int, events: list[Event]) -> None:
        """Consider ``job`` when nobody waits before it."""
        if job.nodes > self._largest:
            self._too_large[job.id] = job
        elif self.budgets.refusal(job, at):
            self.budgets.refuse(job)
        elif job.nodes <= self.occupancy.free:
            self._start(job, at, events)
        else:
            self._queue.add(job)
            self.head = job
            if self._backfills:
                self.shadow, self._spare = self.occupancy.shadow(job.nodes)

    def _fits_beside_head(self, job: Job, at: int) -> bool:
        return job.nodes <= self.occupancy.free and (
            at + job.limit <= self.shadow or job.nodes <= self._spare
        )

    def _start(self, job: Job, at: int, events: list[Event]) -> None:
        self.occupancy.start(job, at)
        if job.account is not None:
            self.budgets.hold(job)
        events.append(Started(job, at))

    def _start_heads(self, at: int, events: list[Event]) -> Job | None:
        """Start the head of the queue while it fits; say who is left as head."""
        queue = self._queue
        while (job := queue.first()) is not None:
            if self.budgets.refusal(job, at):
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
        self.shadow, spare = self.occupancy.shadow(head.nodes)
        hole = Hole(self.occupancy.free, self.shadow - at, spare)
        for job in self._queue.take_fitting(hole):
            if self.budgets.refusal(job, at, ahead=head):
                self.budgets.refuse(job)
            else:
                hole.fill(job)
                self.backfilled += 1
                self._start(job, at, events)
        self._spare = hole.spare

    def _fit_queue(self) -> None:
        """Keep the queue in the form that suits its length."""
        if len(self._queue) > LONG and isinstance(self._queue, ShortQueue):
            self._queue = LongQueue(self._queue)
        elif len(self._queue) < LONG // 4 and isinstance(self._queue, LongQueue):
            self._queue = ShortQueue(self._queue)
