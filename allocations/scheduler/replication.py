"""One way in which a queue may go on, once all that is not known has been drawn.

The engine goes from slot to slot of arrivals until all jobs that are asked about have started.
Where jobs wait for nodes alone, the kernel comes to the same starts in a fraction of the time.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from . import kernel
from .configuration import SlurmConfig
from .events import Started
from .jobs import Job, Reason, RunningJob
from .machine import Machine
from .policies import Policy
from .prospects import Come
from .scheduler import Scheduler
from .state import State
from .workload import DAY, Tenant

FIRST_ARRIVAL = 2**61 + 1  # the numbers of jobs that have been drawn, beyond all others
FIRST_SPAN = DAY // 4


@dataclass(frozen=True, slots=True)
class Replication:
    """A state in which nothing has been drawn yet, and what was: run times and ``arrivals``.

    Starts after ``until`` are of no interest. ``accounts`` are those of the tenants who come,
    where the policy asks for them.
    """

    machine: Machine
    policy: Policy
    state: State
    runtimes: Mapping[int, int]
    arrivals: Iterator[Come]
    until: int
    slurm: SlurmConfig | None = None
    accounts: Mapping[Tenant, int] = field(default_factory=dict)

    def starts(self, watched: set[int]) -> dict[int, int]:
        """When each of the ``watched`` starts, as far as it does in time."""
        if kernel.available() and self.policy in kernel.TAKEN and self._waits_for_nodes_alone():
            return self.compute(watched)
        return self.simulate(watched)

    def simulate(self, watched: set[int]) -> dict[int, int]:
        """By the engine, until all have started."""
        scheduler = Scheduler(self.machine, self.policy, self._drawn_state(), self.slurm)
        starts: dict[int, int] = {}
        ids = count(FIRST_ARRIVAL)
        left = set(watched)
        for end, jobs in self.arrivals:
            scheduler.submit(
                Job(next(ids), submit, nodes, limit, runtime, account=self.accounts.get(tenant))
                for submit, nodes, limit, runtime, tenant in jobs
            )
            for event in scheduler.advance(until=min(end, self.until)):
                if isinstance(event, Started) and event.job.id in left:
                    left.remove(event.job.id)
                    starts[event.job.id] = event.at
            if not left or end >= self.until or self._are_stuck(left, scheduler):
                break
        return starts

    def compute(self, watched: set[int]) -> dict[int, int]:
        """By the kernel, which takes all jobs at once: those of six hours, of twelve, and so on.

        Who starts before the last job comes does not depend on those that come later.
        """
        rows = [
            (job.submit, job.id, job.nodes, job.limit, self.runtimes[job.id], int(job.low))
            for job in (*self.state.waiting, *self.state.arriving)
        ]
        busy, now, span, ids = self._busy(), self.state.now, FIRST_SPAN, count(FIRST_ARRIVAL)
        end = now
        while True:
            until = min(now + span, self.until)
            while end < until:
                end, jobs = next(self.arrivals)
                rows += [
                    (submit, next(ids), nodes, limit, runtime, 0)
                    for submit, nodes, limit, runtime, _tenant in jobs
                ]
            rows.sort()
            submit, numbers, *columns = zip(*rows, strict=True)
            load = kernel.Columns(submit, *columns)
            found = kernel.simulate(self.machine, self.policy, load, now=now, busy=busy).starts
            starts = {
                number: int(at)
                for number, at in zip(numbers, found, strict=True)
                if number in watched and now <= at <= until
            }
            if len(starts) == len(watched) or until == self.until:
                return starts
            span *= 2

    def _drawn_state(self) -> State:
        """The state as if everything that has been drawn were true."""

        def drawn(job: Job) -> Job:
            return replace(job, runtime=self.runtimes[job.id], exit_code=0)

        state = self.state
        return replace(
            state,
            running=tuple(replace(entry, job=drawn(entry.job)) for entry in state.running),
            waiting=tuple(map(drawn, state.waiting)),
            blocked=tuple(map(drawn, state.blocked)),
            arriving=tuple(map(drawn, state.arriving)),
            node_updates=(),
        )

    def _busy(self) -> kernel.Busy:
        running = self.state.running
        return kernel.Busy(
            nodes=[entry.job.nodes for entry in running],
            expected=[entry.expected_end for entry in running],
            ends=[self._end(entry) for entry in running],
        )

    def _end(self, entry: RunningJob) -> int:
        return entry.started + min(self.runtimes[entry.job.id], entry.job.limit)

    def _waits_for_nodes_alone(self) -> bool:
        """Whether neither a condition nor a budget nor an outage can keep a job from starting."""
        state = self.state
        if state.blocked or state.cancellations or state.requeues:
            return False
        if state.outages or state.advance_reservations:
            return False
        asked: Counter[int | None] = Counter()
        for job in (*state.waiting, *state.arriving):
            if job.conditions is not None:
                return False
            asked[job.account] += job.cost
        del asked[None]
        return all(self._covers(account, cost) for account, cost in asked.items())

    def _covers(self, account: int | None, cost: int) -> bool:
        """Whether the budget lets all jobs of its account start at any time until the end."""
        if account is None or account not in self.state.budgets:
            return account is None
        budget = self.state.budgets[account]
        lasts = budget.ends_at is None or budget.ends_at > self.until
        return lasts and budget.available >= cost

    def _are_stuck(self, job_ids: set[int], scheduler: Scheduler) -> bool:
        """Whether none of the jobs can ever start, since another has not ended as they ask for."""
        if not job_ids <= {job.id for job in self.state.blocked}:
            return False
        reasons = scheduler.reasons()
        return all(reasons.get(job_id) is Reason.DEPENDENCY_NEVER_SATISFIED for job_id in job_ids)
