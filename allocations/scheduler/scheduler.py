"""The scheduler as callers see it: orders go in, events, state and reasons come out."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .conditions import Hold
from .events import Event
from .gate import NOTHING
from .jobs import Budget, Job, Reason, RunningJob
from .node_orders import NodeOrders
from .nodewise_planner import NodewisePlanner
from .occupancy import FOREVER
from .policies import Policy
from .priorities import Factors
from .state import SlurmState, State
from .waiting import in_order


class Scheduler(NodeOrders):
    """A machine, its queue and its clock; mutable inside, plain data at the boundary."""

    @property
    def state(self) -> State:
        """All that is needed to go on from ``now``."""
        dispatcher, floor = self._dispatcher, self._floor
        planned = dispatcher.planned_nodes() if isinstance(dispatcher, NodewisePlanner) else {}
        return State(
            now=self.now,
            running=tuple(self._running()),
            waiting=tuple(sorted([*self._dispatcher, *self._returning], key=in_order)),
            arriving=tuple(reversed(self._arriving)),
            cancellations=tuple(entry for entry in self._cancellations if entry[1] in self._jobs),
            budgets=dict(self._budgets),
            reservations=tuple(sorted(self._dispatcher.reservations().items())),
            blocked=tuple(self._gate),
            requeues=tuple(entry for entry in self._requeues if entry[1] in self._jobs),
            ended=self._gate.ended,
            slurm=self.slurm_state,
            planned_nodes=tuple(sorted(planned.items())),
            node_updates=() if floor is None else tuple(floor.availability.ahead),
            outages=() if floor is None else tuple(floor.availability.outages),
            advance_reservations=() if floor is None else self.advance_reservations,
        )

    @property
    def slurm_state(self) -> SlurmState | None:
        """What the policy ``slurm`` has to remember; nothing for the others."""
        if self._slurm is None:
            return None
        return self._slurm.snapshot(self.now, pass_due=self._pass_due)

    @property
    def free(self) -> int:
        """Nodes in service without a job."""
        if self._floor is None:
            return self._occupancy.free
        return (self._floor.placement.free & ~self._floor.availability.out).bit_count()

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

    def priorities(self) -> dict[int, int]:
        """``{job id: priority}`` in the order of the queue; nothing but for the policy slurm."""
        return {} if self._slurm is None else self._slurm.priorities(self.now)

    def priority_factors(self, job: Job, *, since: int, until: int | None = None) -> Factors | None:
        """What the priority of ``job`` is made of now; nothing but for the policy slurm.

        Of one that has started ``until`` is when, and ``since`` from when it waited.
        """
        if self._slurm is None:
            return None
        until = self.now if until is None else until
        return self._slurm.factors(job, self.now, since=since, until=until)

    def reasons(self) -> dict[int, Reason]:
        """Why each job waits: first those in the queue, in its order, then all others."""
        in_service = self.machine.nodes if self._floor is None else self._floor.in_service
        reasons = {}
        for job, reason in self._dispatcher.reasons(self.now):
            out = in_service < job.nodes <= self.machine.nodes
            too_large = reason is Reason.PARTITION_NODE_LIMIT
            reasons[job.id] = Reason.REQ_NODE_NOT_AVAIL if out and too_large else reason
        for job in self._gate:
            reasons[job.id] = self._gate.reason(job, self.now) or Reason.NONE
        for job in self._returning:
            reasons[job.id] = Reason.NONE
        for job in reversed(self._arriving):
            reasons[job.id] = Reason.BEGIN_TIME if job.submit > self.now else Reason.NONE
        return reasons

    def cancel(self, job_id: int, *, at: int) -> None:
        """Take a job back at ``at``, or now if that has gone by.

        It is an error to name a job that neither waits nor runs; it is none if
        the job ends before ``at``.
        """
        if job_id not in self._jobs:
            raise LookupError(f"no job {job_id} waits or runs")
        insort(self._cancellations, (at, job_id))

    def requeue(self, job_id: int, *, at: int) -> None:
        """Let a job that runs at ``at`` wait again, as one that is submitted then.

        It keeps its number. Nothing happens if it does not run at ``at``.
        """
        if job_id not in self._jobs:
            raise LookupError(f"no job {job_id} waits or runs")
        insort(self._requeues, (at, job_id))

    def hold(self, job_id: int, *, by: Hold = Hold.USER) -> None:
        """Keep a job from starting until it is released, from now on."""
        self._set_hold(job_id, by)

    def release(self, job_id: int) -> None:
        """Let a job that was held go its way, from now on; it has kept its place in the queue."""
        self._set_hold(job_id, None)

    def modify(self, job_id: int, *, nodes: int | None = None, limit: int | None = None) -> None:
        """Let a job that has not started ask for fewer nodes or less time, from now on.

        It keeps its place in the queue, and its reservation if it has one.
        """
        job = self._unstarted(job_id)
        nodes, limit = nodes or job.nodes, limit or job.limit
        if nodes > job.nodes or limit > job.limit:
            raise ValueError(f"job {job_id} cannot ask for more than before")
        self._change(job, nodes=nodes, limit=limit)

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

    def _running(self) -> Iterator[RunningJob]:
        for entry in self._occupancy:
            if self._floor is None:
                yield entry
            else:
                yield replace(entry, nodes=self._floor.placement.nodes_of[entry.job.id])

    def _unstarted(self, job_id: int) -> Job:
        """The job, which waits or will arrive."""
        if job_id not in self._jobs:
            raise LookupError(f"no job {job_id} waits")
        if self._occupancy.runs(job_id):
            raise ValueError(f"job {job_id} runs")
        return self._jobs[job_id]

    def _set_hold(self, job_id: int, hold: Hold | None) -> None:
        job = self._unstarted(job_id)
        conditions = job.conditions or NOTHING
        if conditions.hold is not hold:
            self._change(job, conditions=replace(conditions, hold=hold))

    def _change(self, job: Job, **changes: Any) -> None:
        """Put a job that has not started in the place of ``job``."""
        changed = self._jobs[job.id] = replace(job, **changes)
        if changed.conditions is not None:
            self._gate.know(changed)
        place = self._place_among_arriving(job)
        if place is not None:
            self._arriving[place] = changed
            return
        self._pass_due = True
        if (
            changed.conditions == job.conditions
            and job not in self._gate
            and job not in self._returning
        ):
            self._dispatcher.replace(job, changed)
        else:
            self._take_out(job)
            self._returning.append(changed)
