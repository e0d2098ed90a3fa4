"""The scheduler: when time moves, and what happens then.

At each instant at which anything happens there are first all completions,
then all arrivals, then one pass over the queue. Between instants nothing
happens, so advancing in two steps comes to the same as advancing in one.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable

from .backfill import Dispatcher, Policy
from .events import Cancelled, Ended, Event, Submitted
from .jobs import Budget, Job, Reason
from .limits import Budgets
from .machine import Machine
from .occupancy import FOREVER
from .state import State
from .waiting import by_arrival


class Scheduler:
    """A machine, its queue and its clock; mutable inside, plain data at the boundary."""

    def __init__(
        self, machine: Machine, policy: Policy = Policy.EASY, state: State | None = None
    ) -> None:
        state = State() if state is None else state
        self.machine = machine
        self.policy = Policy(policy)
        self.now = state.now
        self.instants = 0
        self._jobs: dict[int, Job] = {}
        self._arriving: list[Job] = []  # the next one last
        self._cancellations = sorted(state.cancellations)
        self._budgets = Budgets(state.budgets, now=state.now)
        self._dispatcher = Dispatcher(machine, self.policy, self._budgets)
        self._occupancy = self._dispatcher.occupancy
        for entry in state.running:
            self._know(entry.job)
            self._occupancy.start(entry.job, entry.started)
        seen = [job for job in state.waiting if job.submit <= state.now]
        for job in seen:
            self._know(job)
        self._dispatcher.enqueue(seen)
        self._pass_due = bool(seen)
        self.submit(state.arriving)
        self.submit(job for job in state.waiting if job.submit > state.now)

    @property
    def state(self) -> State:
        """All that is needed to go on from ``now``."""
        return State(
            now=self.now,
            running=tuple(self._occupancy),
            waiting=tuple(self._dispatcher),
            arriving=tuple(reversed(self._arriving)),
            cancellations=tuple(entry for entry in self._cancellations if entry[1] in self._jobs),
            budgets=dict(self._budgets),
        )

    @property
    def free(self) -> int:
        """Nodes without a job."""
        return self._occupancy.free

    @property
    def backfilled(self) -> int:
        """Jobs that have started ahead of the head of the queue."""
        return self._dispatcher.backfilled

    @property
    def reservation(self) -> tuple[Job, int] | None:
        """The head of the queue and the second by which it is promised its nodes."""
        head = self._dispatcher.head
        if head is None or self.policy is Policy.FCFS:
            return None
        return head, self._dispatcher.shadow

    def reasons(self) -> dict[int, Reason]:
        """Why each job waits that has not started, in the order of the queue."""
        reasons = {job.id: reason for job, reason in self._dispatcher.reasons(self.now)}
        for job in reversed(self._arriving):
            reasons[job.id] = Reason.BEGIN_TIME if job.submit > self.now else Reason.NONE
        return reasons

    def submit(self, jobs: Iterable[Job]) -> None:
        """Let ``jobs`` arrive at their ``submit``, or now if that has gone by."""
        jobs = list(jobs)
        for job in jobs:
            self._know(job)
        if len(jobs) == 1:
            insort(self._arriving, jobs[0], key=_latest_first)
        elif jobs:
            self._arriving += jobs
            self._arriving.sort(key=by_arrival, reverse=True)

    def cancel(self, job_id: int, *, at: int) -> None:
        """Take a job back at ``at``, or now if that has gone by.

        It is an error to name a job that neither waits nor runs; it is none if
        the job ends before ``at``.
        """
        if job_id not in self._jobs:
            raise LookupError(f"no job {job_id} waits or runs")
        insort(self._cancellations, (at, job_id))

    def set_budget(self, account: int, budget: Budget) -> None:
        """Replace what the jobs of ``account`` may use, from now on."""
        self._budgets[account] = budget
        self._budgets.pass_expiries(self.now)
        self._pass_due = True

    def peek(self) -> int | None:
        """The next instant at which anything happens, if there is one."""
        at = self._next_instant()
        return None if at >= FOREVER else at

    def advance(self, *, until: int) -> list[Event]:
        """Let everything up to and including ``until`` happen; say what did."""
        if until < self.now:
            raise ValueError(f"time only moves forward, from {self.now} not to {until}")
        events: list[Event] = []
        while (at := self._next_instant()) <= until:
            self._step(at, events)
        self.now = until
        return events

    def run(self) -> list[Event]:
        """Let everything happen that can; ``now`` is then the last instant."""
        events: list[Event] = []
        while (at := self._next_instant()) < FOREVER:
            self._step(at, events)
        return events

    def _know(self, job: Job) -> None:
        if job.id in self._jobs:
            raise ValueError(f"there are two jobs {job.id}")
        self._jobs[job.id] = job

    def _next_instant(self) -> int:
        if self._pass_due:
            return self.now
        at = self._budgets.next_expiry
        if self._occupancy.ends and self._occupancy.ends[0][0] < at:
            at = self._occupancy.ends[0][0]
        if self._arriving and self._arriving[-1].submit < at:
            at = self._arriving[-1].submit
        if self._cancellations and self._cancellations[0][0] < at:
            at = self._cancellations[0][0]
        return at if at > self.now else self.now  # noqa: FURB136 - half the time of a call

    def _step(self, at: int, events: list[Event]) -> None:
        """One instant: completions, withdrawals, arrivals, and one pass."""
        self.now = at
        self.instants += 1
        changed, self._pass_due = self._pass_due, False
        ends = self._occupancy.ends
        while ends and ends[0][0] <= at:
            self._end_next(at, events)
            changed = True
        while self._cancellations and self._cancellations[0][0] <= at:
            changed |= self._cancel(self._cancellations.pop(0)[1], at, events)
        if at >= self._budgets.next_expiry:
            self._budgets.pass_expiries(at)
            changed = True
        newcomers = []
        while self._arriving and self._arriving[-1].submit <= at:
            job = self._arriving.pop()
            events.append(Submitted(job, at))
            newcomers.append(job)
        if changed:
            self._dispatcher.pass_over(newcomers, at, events)
        elif newcomers:
            self._dispatcher.meet(newcomers, at, events)

    def _end_next(self, at: int, events: list[Event]) -> None:
        job, started = self._occupancy.end_next()
        del self._jobs[job.id]
        self._budgets.settle(job, at - started)
        events.append(Ended(job, started, at, job.outcome))

    def _cancel(self, job_id: int, at: int, events: list[Event]) -> bool:
        """Take a job back wherever it is; say whether that calls for a pass."""
        job = self._jobs.pop(job_id, None)
        if job is None:  # it has ended
            return False
        started = self._occupancy.evict(job)
        events.append(Cancelled(job, started, at))
        if started is not None:
            self._budgets.settle(job, at - started)
            return True
        place = bisect_left(self._arriving, _latest_first(job), key=_latest_first)
        if place < len(self._arriving) and self._arriving[place] is job:
            del self._arriving[place]
            return False
        return self._dispatcher.withdraw(job)


def _latest_first(job: Job) -> tuple[int, int]:
    return -job.submit, -job.id
