"""Nodes that come and go under the jobs: the engine of a machine with a layout."""

from collections.abc import Iterable, Sequence

from .availability import NodeOrder, NodeUpdate
from .conditions import Hold
from .engine import Engine
from .events import Ended, Event, NodeDown, NodeDraining, NodeUp
from .floor import Floor
from .jobs import Job, JobState
from .machine import Machine
from .multifactor_nodes import MultifactorOnNodes
from .nodewise_backfill import NodewiseBackfill
from .nodewise_planner import NodewisePlanner
from .policies import Dispatcher, Policy

MAX_BATCH_REQUEUE = 5  # how often a job waits again before it is held: Slurm's default


class NodeEngine(Engine):
    """As ``Engine``; nodes can fail, be drained and be reserved.

    While all nodes in service are alike, policies count them, and which ones a job gets is
    found out once it has been started. Else the policy is carried out node by node; ``slurm``
    always counts, by classes of nodes that are alike.
    """

    def _next_interruption(self) -> int:
        at = super()._next_interruption()
        return at if self._floor is None else min(at, self._floor.availability.next_change)

    def _interrupt(self, at: int, events: list[Event]) -> bool:
        changed = super()._interrupt(at, events)
        if self._floor is None or at < self._floor.availability.next_change:
            return changed
        availability = self._floor.availability
        for update in availability.due(at):
            self._update(self._floor, update, at, events)
        availability.settle(at)
        if self._slurm is None:  # which looks for itself
            self._rebuild(self._floor)
        return True

    def _consider(
        self, newcomers: Sequence[Job], at: int, events: list[Event], *, changed: bool
    ) -> None:
        floor = self._floor
        if floor is None:
            super()._consider(newcomers, at, events, changed=changed)
            return
        happened = len(events)
        changed |= self._suit_dispatcher(floor, newcomers)
        super()._consider(newcomers, at, events, changed=changed)
        if self._suit_dispatcher(floor, ()):
            super()._consider((), at, events, changed=True)
        floor.place(events[happened:])

    def _suit_dispatcher(self, floor: Floor, newcomers: Sequence[Job]) -> bool:
        """Go on by count, or node by node, if now that is right; say if it was not before."""
        if self._slurm is not None:
            return False
        if self._by_count:
            right = all(not job.reservation for job in newcomers)
        else:
            right = self._may_count([*self._dispatcher, *newcomers])
        if right is not self._by_count:
            self._rebuild(floor, newcomers)
            return True
        return False

    def _rebuild(self, floor: Floor, newcomers: Sequence[Job] = ()) -> None:
        """Let everyone who waits and runs go on with another dispatcher."""
        old = self._dispatcher
        floor.planned = old.planned_nodes() if isinstance(old, NodewisePlanner) else {}
        self._by_count = self._may_count([*old, *newcomers])
        self._budgets = self._new_budgets(dict(self._budgets))
        self._dispatcher = self._new_dispatcher(self.machine)
        self._dispatcher.backfilled = old.backfilled
        for entry in self._occupancy:
            self._dispatcher.resume(entry.job, entry.started)
        self._occupancy = self._dispatcher.occupancy
        self._dispatcher.enqueue(old)
        self._dispatcher.keep(old.reservations())

    def _update(self, floor: Floor, update: NodeUpdate, at: int, events: list[Event]) -> None:
        availability, nodes = floor.availability, update.nodes
        if update.order is NodeOrder.RESUME:
            nodes &= availability.out
        availability.put(update)
        if update.order is NodeOrder.DRAIN:
            events.append(NodeDraining(nodes, at, update.until))
        elif update.order is NodeOrder.DOWN:
            events.append(NodeDown(nodes, at, update.until))
            for job_id in floor.placement.jobs_on(nodes):
                self._fail(self._jobs[job_id], at, events)
        elif nodes:
            events.append(NodeUp(nodes, at))

    def _fail(self, job: Job, at: int, events: list[Event]) -> None:
        """End ``job``, which has lost a node, or let it wait again."""
        if not job.requeue:
            started = self._occupancy.evict(job)
            if started is None:
                raise AssertionError(f"job {job.id} is on a node and does not run")
            del self._jobs[job.id]
            self._vacate(job, started, at)
            if self._gate.in_use:
                self._gate.forget(job, JobState.NODE_FAIL)
            if self._rules is not None:
                self._rules.terms(job).leave()
            events.append(Ended(job, started, at, JobState.NODE_FAIL))
            return
        too_often = job.restarts >= MAX_BATCH_REQUEUE
        self._requeue(job.id, at, events, hold=Hold.MAX_REQUEUE if too_often else None)

    def _may_count(self, jobs: Iterable[Job]) -> bool:
        """Whether nodes in service are alike to all the waiting ``jobs``."""
        by_count = self._floor is not None and self._floor.by_count()
        return by_count and not any(job.reservation for job in jobs)

    def _new_dispatcher(self, machine: Machine) -> Dispatcher:
        floor = self._floor
        if floor is None:
            return super()._new_dispatcher(machine)
        if self._rules is not None:
            self._slurm = MultifactorOnNodes(
                machine, self._config, self._rules, self._budgets, self._seen, floor=floor
            )
            return self._slurm
        if self._by_count:
            return super()._new_dispatcher(Machine(floor.in_service))
        if self.policy is Policy.CONSERVATIVE:
            return NodewisePlanner(machine, self._budgets, floor)
        return NodewiseBackfill(machine, self.policy, self._budgets, floor)
