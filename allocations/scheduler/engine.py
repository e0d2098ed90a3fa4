"""The scheduler: when time moves, and what happens then.

At each instant at which anything happens there are first all completions,
then all arrivals, then one pass over the queue. Between instants nothing
happens, so advancing in two steps comes to the same as advancing in one.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .backfill import HeadFirst
from .collector import collector_paused
from .conditions import Hold
from .configuration import SlurmConfig
from .events import Cancelled, Ended, Event, Rejected, Requeued, Submitted
from .floor import Floor
from .gate import NOTHING, Gate
from .jobs import Budget, Job, JobState
from .limits import Budgets, RuledBudgets
from .machine import Machine
from .multifactor import Multifactor
from .planner import Planner
from .policies import Dispatcher, Policy
from .state import State
from .terms import Rules
from .waiting import by_arrival, in_order


class Engine:
    """A machine, its queue and its clock, from one instant to the next."""

    def __init__(
        self,
        machine: Machine,
        policy: Policy = Policy.EASY,
        state: State | None = None,
        slurm: SlurmConfig | None = None,
    ) -> None:
        state = State() if state is None else state
        self.machine = machine
        self.policy = Policy(policy)
        self.now = state.now
        self._seen = state.now  # by the policy slurm
        if state.slurm is not None and state.slurm.at is not None:
            self._seen = state.slurm.at
        self.instants = 0
        self._jobs: dict[int, Job] = {}
        self._arriving: list[Job] = []  # the next one last
        self._returning: list[Job] = []  # seen before, to be let in again at once
        self._cancellations = sorted(state.cancellations)
        self._requeues = sorted(state.requeues)
        self._slurm: Multifactor | None = None  # to whom alone time by itself matters
        self._config = slurm or SlurmConfig()
        self._rules: Rules | None = None
        if self.policy is Policy.SLURM:
            config = self._config
            self._rules = Rules(config.partitions, config.qos, config.associations)
        self._budgets = self._new_budgets(state.budgets)
        self._gate = Gate(self._jobs)
        self._floor = None if machine.layout is None else Floor(machine.layout, state)
        self._by_count = self._may_count(state.waiting)
        self._dispatcher = self._new_dispatcher(machine)
        self._occupancy = self._dispatcher.occupancy
        self._restore(state)

    def _restore(self, state: State) -> None:
        """Take up what ``state`` says; whoever waits has to pass the gate again."""
        if self._floor is None and state.needs_layout:
            raise ValueError("the state speaks of nodes; it needs a machine with a layout")
        if self._slurm is not None and state.slurm is not None:
            self._slurm.restore(state.slurm)
        waiting = sorted(state.waiting, key=in_order)
        seen = [job for job in waiting if job.submit <= state.now]
        for job in [*(entry.job for entry in state.running), *seen, *state.blocked]:
            self._know(job)
            if self._rules is not None:
                self._rules.terms(job).enter()
        self.submit(state.arriving)
        self.submit(job for job in waiting if job.submit > state.now)
        for ended in state.ended:
            self._gate.remember(ended)
        for entry in state.running:
            self._dispatcher.resume(entry.job, entry.started)
            self._gate.resume(entry.job)
        self._gate.expect(state.blocked, state.now)
        seen = self._gate.admit(seen, state.now)
        seen += self._gate.open(state.now)
        self._dispatcher.enqueue(seen)
        self._dispatcher.keep({job_id: at for job_id, at in state.reservations if at > state.now})
        self._pass_due = bool(seen) if state.slurm is None else state.slurm.pass_due

    def _may_count(self, _jobs: Iterable[Job]) -> bool:
        """Whether nodes are alike."""
        return True

    def _new_budgets(self, budgets: Mapping[int, Budget]) -> Budgets:
        if self._rules is None:
            return Budgets(budgets, now=self.now)
        by_factor = self._config.budgets_by_usage_factor
        return RuledBudgets(budgets, now=self.now, rules=self._rules, by_factor=by_factor)

    def _new_dispatcher(self, machine: Machine) -> Dispatcher:
        if self._rules is not None:
            self._slurm = Multifactor(machine, self._config, self._rules, self._budgets, self._seen)
            return self._slurm
        kind = Planner if self.policy is Policy.CONSERVATIVE else HeadFirst
        return kind(machine, self.policy, self._budgets)

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

    def _know(self, job: Job) -> None:
        if job.id in self._jobs:
            raise ValueError(f"there are two jobs {job.id}")
        if self._rules is not None:
            self._rules.terms(job)  # which there have to be
        if job.reservation and self._floor is None:
            raise ValueError(f"job {job.id} needs a machine with a layout for its reservation")
        self._jobs[job.id] = job
        if job.conditions is not None or job.name:
            self._gate.know(job)

    def _place_among_arriving(self, job: Job) -> int | None:
        place = bisect_left(self._arriving, _latest_first(job), key=_latest_first)
        found = place < len(self._arriving) and self._arriving[place] is job
        return place if found else None

    def _take_out(self, job: Job) -> bool:
        """Take a job that has not started out of where it is; say if that calls for a pass."""
        place = self._place_among_arriving(job)
        if place is not None:
            del self._arriving[place]
        elif job in self._returning:
            self._returning.remove(job)
        elif job in self._gate:
            self._gate.step_out(job)
        else:
            self._gate.step_out(job)
            return self._dispatcher.withdraw(job)
        return False

    def _next_interruption(self) -> int:
        """The next instant that is neither an end nor an arrival."""
        if self._pass_due:
            return self.now
        at = self._budgets.next_expiry
        for orders in (self._cancellations, self._requeues):
            if orders and orders[0][0] < at:
                at = orders[0][0]
        if self._slurm is not None:
            at = min(at, self._slurm.next_due)
        return min(at, self._gate.next_begin) if self._gate.in_use else at

    def _happen(self, until: int) -> list[Event]:
        events: list[Event] = []
        with collector_paused():
            self._pass_time(until, events)
        return events

    def _pass_time(self, until: int, events: list[Event]) -> None:
        """Let one instant come after the other, up to ``until``."""
        arriving = self._arriving
        interruption = self._next_interruption()
        while True:
            at, ends = interruption, self._occupancy.ends
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
            newcomers = self._admit(at, events) if arriving or self._returning else []
            if self._gate.in_use:
                newcomers = self._gate.open(at) + self._gate.admit(newcomers, at)
                newcomers.sort(key=in_order)
                interruption = self._next_interruption()
            self._consider(newcomers, at, events, changed=changed)
            if self._slurm is not None:
                interruption = self._next_interruption()

    def _consider(
        self, newcomers: Sequence[Job], at: int, events: list[Event], *, changed: bool
    ) -> None:
        self._dispatcher.consider(newcomers, at, events, changed=changed)

    def _vacate(self, job: Job, started: int, at: int) -> None:
        """Take note that ``job`` has left its nodes."""
        self._dispatcher.release(job, started, at)
        if self._floor is not None:
            self._floor.placement.give_back(job.id)

    def _end_jobs(self, at: int, events: list[Event]) -> bool:
        """Free the nodes of all jobs that end; say that this calls for a pass."""
        ends = self._occupancy.ends
        while ends and ends[0][0] <= at:
            job, started = self._occupancy.end_next()
            del self._jobs[job.id]
            self._vacate(job, started, at)
            if self._gate.in_use:
                self._gate.forget(job, job.outcome)
            if self._rules is not None:
                self._rules.terms(job).leave()
            events.append(Ended(job, started, at, job.outcome))
        return True

    def _admit(self, at: int, events: list[Event]) -> list[Job]:
        """Let in all jobs that arrive or come back, in the order of the queue."""
        arriving = self._arriving
        newcomers, self._returning = self._returning, []
        while arriving and arriving[-1].submit <= at:
            job = arriving.pop()
            if self._rules is not None and not self._let_in(job, self._rules, at, events):
                continue
            events.append(Submitted(job, at))
            newcomers.append(job)
        if len(newcomers) > 1:
            newcomers.sort(key=in_order)
        return newcomers

    def _let_in(self, job: Job, rules: Rules, at: int, events: list[Event]) -> bool:
        """Count ``job`` as submitted unless its terms forbid it."""
        terms = rules.terms(job)
        refusal = terms.refusal(job)
        if refusal is None:
            terms.enter()
            return True
        del self._jobs[job.id]
        if self._gate.in_use:
            self._gate.forget(job, JobState.CANCELLED)
        events.append(Rejected(job, at, refusal))
        return False

    def _interrupt(self, at: int, events: list[Event]) -> bool:
        """Let happen what the outside has brought about; say if that calls for a pass."""
        changed, self._pass_due = self._pass_due, False
        while self._cancellations and self._cancellations[0][0] <= at:
            changed |= self._cancel(self._cancellations.pop(0)[1], at, events)
        while self._requeues and self._requeues[0][0] <= at:
            changed |= self._requeue(self._requeues.pop(0)[1], at, events)
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
        if self._rules is not None and self._place_among_arriving(job) is None:
            self._rules.terms(job).leave()
        events.append(Cancelled(job, started, at))
        if started is not None:
            self._vacate(job, started, at)
        changed = self._take_out(job) if started is None else True
        if self._gate.in_use:
            self._gate.forget(job, JobState.CANCELLED)
        return changed

    def _requeue(
        self, job_id: int, at: int, events: list[Event], *, hold: Hold | None = None
    ) -> bool:
        """Let a job that runs wait again; say whether that calls for a pass."""
        job = self._jobs.get(job_id)
        started = None if job is None else self._occupancy.evict(job)
        if job is None or started is None:
            return False
        self._vacate(job, started, at)
        self._gate.submit_again(job)
        again = replace(job, submit=at, restarts=job.restarts + 1)
        if hold is not None:
            again = replace(again, conditions=replace(job.conditions or NOTHING, hold=hold))
            self._gate.know(again)
        self._jobs[job_id] = again
        self._returning.append(again)
        events.append(Requeued(again, started, at))
        return True


def _latest_first(job: Job) -> tuple[int, int]:
    return -job.submit, -job.id
