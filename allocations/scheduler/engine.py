"""The scheduler: when time moves, and what happens then.

At each instant at which anything happens there are first all completions,
then all arrivals, then one pass over the queue. Between instants nothing
happens, so advancing in two steps comes to the same as advancing in one.
"""

import gc
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from .backfill import HeadFirst
from .events import Cancelled, Ended, Event, Submitted
from .jobs import Budget, Job, Reason
from .limits import Budgets
from .machine import Machine
from .occupancy import FOREVER
from .planner import Planner
from .policies import Dispatcher, Policy
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
        kind = Planner if self.policy is Policy.CONSERVATIVE else HeadFirst
        self._dispatcher: Dispatcher = kind(machine, self.policy, self._budgets)
        self._occupancy = self._dispatcher.occupancy
        for entry in state.running:
            self._know(entry.job)
            self._dispatcher.resume(entry.job, entry.started)
        seen = [job for job in state.waiting if job.submit <= state.now]
        for job in seen:
            self._know(job)
        self._dispatcher.enqueue(seen)
        self._dispatcher.keep({job_id: at for job_id, at in state.reservations if at > state.now})
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
            reservations=tuple(sorted(self._dispatcher.reservations().items())),
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
        return head, self._dispatcher.shadow()

    @property
    def reservations(self) -> dict[int, int]:
        """``{job id: the second by which it is promised its nodes}``."""
        promised = dict(self._dispatcher.reservations())
        if not promised and self.reservation is not None:
            head, at = self.reservation
            promised[head.id] = at
        return promised

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
        instants = [self._next_interruption()]
        if self._occupancy.ends:
            instants.append(self._occupancy.ends[0][0])
        if self._arriving:
            instants.append(self._arriving[-1].submit)
        at = max(min(instants), self.now)
        return None if at >= FOREVER else at

    def advance(self, *, until: int) -> list[Event]:
        """Let everything up to and including ``until`` happen; say what did."""
        if until < self.now:
            raise ValueError(f"time only moves forward, from {self.now} not to {until}")
        events = self._happen(until)
        self.now = until
        return events

    def run(self) -> list[Event]:
        """Let everything happen that can; ``now`` is then the last instant."""
        return self._happen(FOREVER - 1)

    def _know(self, job: Job) -> None:
        if job.id in self._jobs:
            raise ValueError(f"there are two jobs {job.id}")
        self._jobs[job.id] = job

    def _next_interruption(self) -> int:
        """The next instant that is neither an end nor an arrival."""
        if self._pass_due:
            return self.now
        if self._cancellations and self._cancellations[0][0] < self._budgets.next_expiry:
            return self._cancellations[0][0]
        return self._budgets.next_expiry

    def _happen(self, until: int) -> list[Event]:
        events: list[Event] = []
        with _collector_paused():
            self._pass_time(until, events)
        return events

    def _pass_time(self, until: int, events: list[Event]) -> None:
        """Let one instant come after the other, up to ``until``."""
        ends, arriving = self._occupancy.ends, self._arriving
        interruption = self._next_interruption()
        while True:
            at = interruption
            if ends and ends[0][0] < at:
                at = ends[0][0]
            if arriving and arriving[-1].submit < at:
                at = arriving[-1].submit
            if at > until:
                return
            self.now = at = max(at, self.now)  # what has come late happens now
            self.instants += 1
            changed = bool(ends) and ends[0][0] <= at and self._end_jobs(at, events)
            if interruption <= at:
                changed |= self._interrupt(at, events)
                interruption = self._next_interruption()
            newcomers = self._admit(at, events) if arriving else []
            self._dispatcher.consider(newcomers, at, events, changed=changed)

    def _end_jobs(self, at: int, events: list[Event]) -> bool:
        """Free the nodes of all jobs that end; say that this calls for a pass."""
        ends = self._occupancy.ends
        while ends and ends[0][0] <= at:
            job, started = self._occupancy.end_next()
            del self._jobs[job.id]
            self._dispatcher.release(job, started, at)
            events.append(Ended(job, started, at, job.outcome))
        return True

    def _admit(self, at: int, events: list[Event]) -> list[Job]:
        """Let in all jobs that arrive."""
        arriving = self._arriving
        newcomers = []
        while arriving and arriving[-1].submit <= at:
            job = arriving.pop()
            events.append(Submitted(job, at))
            newcomers.append(job)
        return newcomers

    def _interrupt(self, at: int, events: list[Event]) -> bool:
        """Let happen what the outside has brought about; say if that calls for a pass."""
        changed, self._pass_due = self._pass_due, False
        while self._cancellations and self._cancellations[0][0] <= at:
            changed |= self._cancel(self._cancellations.pop(0)[1], at, events)
        if at >= self._budgets.next_expiry:
            self._budgets.pass_expiries(at)
            changed = True
        return changed

    def _cancel(self, job_id: int, at: int, events: list[Event]) -> bool:
        """Take a job back wherever it is; say whether that calls for a pass."""
        job = self._jobs.pop(job_id, None)
        if job is None:  # it has ended
            return False
        started = self._occupancy.evict(job)
        events.append(Cancelled(job, started, at))
        if started is not None:
            self._dispatcher.release(job, started, at)
            return True
        place = bisect_left(self._arriving, _latest_first(job), key=_latest_first)
        if place < len(self._arriving) and self._arriving[place] is job:
            del self._arriving[place]
            return False
        return self._dispatcher.withdraw(job)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Build many events at once without a search for garbage among them.

    There is none, since events refer to jobs alone and nothing refers to
    itself; looking for it would take a fifth of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _latest_first(job: Job) -> tuple[int, int]:
    return -job.submit, -job.id
