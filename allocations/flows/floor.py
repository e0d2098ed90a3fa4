"""The nodes of a partition in a step of its queue: what closes them, and what became of that."""

from dataclasses import replace

from jaif_portal import clock
from jaif_portal.flows.transitions import plan

from ..models import ClosureKind, ClosureState, NodeClosure
from ..scheduler import Machine, NodeOrder, NodeUpdate, Reservation
from .layouts import expand, layout_of

ORDERS = {ClosureKind.DOWN: NodeOrder.DOWN, ClosureKind.DRAIN: NodeOrder.DRAIN}


class Floor:
    """Without a layout nodes are only counted, and nothing closes them.

    What is asked for too late for its second counts from ``first``, the first one that has not
    been computed.
    """

    def __init__(self, partition, *, first):
        self.first = first
        self.layout = layout_of(partition)
        self.machine = Machine(partition.nodes, self.layout)
        self.closures = [] if self.layout is None else list(partition.closures.live())

    def nodes_of(self, job):
        """The nodes that a running job has, if that is known."""
        return 0 if self.layout is None else expand(self.layout, job.node_list)

    def fold(self, nodes):
        return "" if self.layout is None else self.layout.fold(nodes)

    def state(self):
        """The parts of the engine's ``State`` that are about nodes."""
        unforeseen = [row for row in self.closures if row.kind in ORDERS]
        ahead = [self._update(row) for row in unforeseen if not self._is_known(row)]
        return {
            "outages": tuple(self._update(row) for row in unforeseen if self._is_known(row)),
            "node_updates": (*ahead, *self._openings(unforeseen)),
            "advance_reservations": tuple(
                self._reservation(row) for row in self.closures if row.kind not in ORDERS
            ),
        }

    def counted(self, state):
        """``(machine, state)`` for many runs: nodes are only counted, which is much faster.

        Nodes that are out stay out. Only reservations need the names of nodes.
        """
        if self.layout is None or state.advance_reservations:
            return self.machine, state
        out = 0
        for outage in state.outages:
            out |= outage.nodes
        busy = sum(entry.job.nodes for entry in state.running)
        left = max(self.machine.nodes - out.bit_count(), busy, 1)
        return Machine(left), replace(state, outages=(), node_updates=())

    def settle(self, *, until, running):
        """Note which closures are in force and which are over at ``until``.

        Returns their history, unsaved. ``running`` are ``(nodes, latest end)`` of the jobs that
        run then.
        """
        changed, history = [], []
        for row in self.closures:
            before = row.state, row.jobs_left, row.clear_by
            if row.state == ClosureState.PLANNED and row.starts_at <= until:
                history.append(plan(row, to=ClosureState.IN_FORCE, by=None, at=row.starts_at))
            if row.state == ClosureState.IN_FORCE and row.ends_at and row.ends_at <= until:
                history.append(plan(row, to=ClosureState.OVER, by=None, at=row.ends_at))
            self._note_jobs(row, running)
            if (row.state, row.jobs_left, row.clear_by) != before:
                changed.append(row)
        if changed:
            NodeClosure.objects.bulk_update(changed, ["state", "jobs_left", "clear_by"])
        return history

    def _note_jobs(self, row, running):
        """How many jobs still run on nodes that take no new ones, and until when at most."""
        ends = []
        if row.state == ClosureState.IN_FORCE and ClosureKind(row.kind).lets_jobs_end:
            nodes = expand(self.layout, row.node_list)
            ends = [end for taken, end in running if taken & nodes]
        row.jobs_left, row.clear_by = len(ends), max(ends, default=None)

    def racks(self, states):
        """``[{state: nodes}, ...]`` rack by rack, of the engine's ``{state: nodes}``."""
        return [
            {
                str(state): count
                for state, nodes in states.items()
                if (count := (nodes & rack.nodes).bit_count())
            }
            for rack in self.layout.rack_list
        ]

    def _openings(self, unforeseen):
        """What changes in the first second itself, which the engine takes for the past.

        Nodes whose outage ends then are resumed by order; for a reservation that begins or ends
        then an order about no nodes makes the engine look.
        """
        begins = [row for row in self.closures if not self._is_known(row)]
        ends = [row for row in self.closures if self._is_known(row) and row.ends_at]
        begins = [row for row in begins if clock.seconds(row.starts_at) <= self.first]
        ends = [row for row in ends if clock.seconds(row.ends_at) <= self.first]
        if not begins and not ends:
            return []
        nodes = 0
        for row in ends:
            if row in unforeseen:
                nodes |= expand(self.layout, row.node_list)
        return [NodeUpdate(self.first, NodeOrder.RESUME, nodes)]

    def _is_known(self, row):
        return row.state == ClosureState.IN_FORCE

    def _update(self, row):
        at = clock.seconds(row.starts_at)
        if not self._is_known(row):
            at = max(at, self.first)
        until = None if row.ends_at is None else max(clock.seconds(row.ends_at), self.first)
        return NodeUpdate(at, ORDERS[row.kind], expand(self.layout, row.node_list), until)

    def _reservation(self, row):
        own = (row.allocation_id, -row.allocation_id) if row.allocation_id else ()
        return Reservation(
            reservation_name(row.pk),
            clock.seconds(row.starts_at),
            max(clock.seconds(row.ends_at), self.first),
            expand(self.layout, row.node_list),
            accounts=own,
            maintenance=row.kind == ClosureKind.MAINTENANCE,
        )


def reservation_name(closure_id):
    """What the engine calls the reservation with this number; nothing where there is none."""
    return f"closure-{closure_id}" if closure_id else ""
