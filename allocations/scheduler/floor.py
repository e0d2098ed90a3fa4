"""The nodes of a machine with a layout: who is on which, and which cannot be had."""

from collections.abc import Iterable, Mapping

from .availability import Availability, NodeOrder, NodeState
from .events import Event, Started
from .jobs import Job, Reason, RunningJob
from .nodes import Layout, NodeSet
from .placement import Placement, best_fit
from .state import State


class Floor:
    """Where jobs run, and what is known of nodes that cannot be had by everybody."""

    def __init__(self, layout: Layout, state: State) -> None:
        self.layout = layout
        self.placement = Placement(layout)
        self.availability = Availability(
            layout.everything, state.node_updates, state.outages, state.advance_reservations
        )
        self.availability.settle(state.now)
        self.planned: Mapping[int, NodeSet] = dict(state.planned_nodes)  # for jobs with a place
        self._resume(state.running)

    def _resume(self, running: Iterable[RunningJob]) -> None:
        """Let jobs be where they were; those of whom that is not known, anywhere."""
        unknown = []
        for entry in running:
            if entry.nodes:
                self.placement.take(entry.job.id, entry.nodes)
            else:
                unknown.append(entry.job)
        for job in unknown:
            self._put(job)

    def _put(self, job: Job) -> NodeSet:
        free = self.placement.free
        in_service = free & ~self.availability.out
        enough = in_service.bit_count() >= job.nodes
        nodes = best_fit(self.layout, in_service if enough else free, job.nodes)
        self.placement.take(job.id, nodes)
        return nodes

    def place(self, events: Iterable[Event]) -> None:
        """Give nodes to jobs that have been started by count."""
        for event in events:
            if isinstance(event, Started) and not event.nodes:
                event.nodes = self._put(event.job)

    def by_count(self) -> bool:
        """Whether nodes that are in service are alike, now and as far as is known."""
        return self.availability.by_count(self.placement.busy)

    @property
    def in_service(self) -> int:
        return self.layout.size - self.availability.out.bit_count()

    def exclusion(self, job: Job) -> Reason | None:
        """Why ``job`` cannot have its nodes at any time, as far as is known."""
        availability = self.availability
        if not (availability.outages or availability.reservations or job.reservation):
            return None
        lane = availability.lane(job)
        if lane is None or not lane.ever(job):
            return Reason.RESERVATION if job.reservation else Reason.REQ_NODE_NOT_AVAIL
        return None

    def hindrance(self, job: Job, at: int) -> Reason | None:
        """Why ``job`` has to wait until nodes are opened, if that is so."""
        lane = self.availability.lane(job)
        exclusion = self.exclusion(job)
        if exclusion or lane is None:
            return exclusion
        end = at + job.limit
        opened = lane.open(at, end)
        if lane.reservation is not None:
            return None if opened.bit_count() >= job.nodes else Reason.RESERVATION
        free = self.placement.free & ~self.availability.out
        but_maintenance = free & ~self.availability.reserved(at, end, maintenance=False)
        if but_maintenance.bit_count() >= job.nodes > (free & opened).bit_count():
            return Reason.REQ_NODE_NOT_AVAIL
        return None

    def states(self, now: int) -> dict[NodeState, NodeSet]:
        """Every node by its state, in the order in which states hide each other."""
        availability, busy = self.availability, self.placement.busy
        draining = availability.of(NodeOrder.DRAIN)
        candidates = {
            NodeState.DOWN: availability.of(NodeOrder.DOWN),
            NodeState.DRAINING: draining & busy,
            NodeState.DRAINED: draining,
            NodeState.ALLOCATED: busy,
            NodeState.MAINT: availability.reserved(now, now + 1, maintenance=True),
            NodeState.RESERVED: availability.reserved(now, now + 1, maintenance=False),
            NodeState.IDLE: self.layout.everything,
        }
        states, seen = {}, 0
        for state, nodes in candidates.items():
            states[state] = nodes & ~seen
            seen |= nodes
        return states
