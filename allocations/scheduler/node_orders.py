"""What can be asked of nodes: to be down, drained, in service again, or set aside."""

from collections.abc import Iterable

from .availability import NodeOrder, NodeState, NodeUpdate, Reservation
from .floor import Floor
from .nodes import NodeSet
from .outages import NodeEngine
from .placement import best_fit


class NodeOrders(NodeEngine):
    """Orders of those who run the machine; nodes are named by lists in Slurm's notation.

    Each of them is a ``ValueError`` on a machine without a layout, and where a list names a
    node that does not exist.
    """

    @property
    def nodes_of(self) -> dict[int, NodeSet]:
        """``{job id: the nodes it runs on}``."""
        return dict(self._on_floor.placement.nodes_of)

    @property
    def node_states(self) -> dict[NodeState, NodeSet]:
        """Every node of the machine in one of Slurm's states."""
        return self._on_floor.states(self.now)

    @property
    def advance_reservations(self) -> tuple[Reservation, ...]:
        """Those that are in force or lie ahead, the next to begin first."""
        own = self._on_floor.availability.reservations.values()
        return tuple(sorted(own, key=lambda reservation: (reservation.start, reservation.name)))

    def fail(self, nodes: str, *, at: int, until: int | None = None) -> None:
        """Let nodes be down from ``at`` on, for the time being or until a second known then.

        Nobody foresees it. Jobs on them wait again or end as NODE_FAIL, as each has asked.
        """
        self.order(self._update_of(NodeOrder.DOWN, nodes, at, until))

    def drain(self, nodes: str, *, at: int, until: int | None = None) -> None:
        """Let no job start on nodes from ``at`` on; those on them go on to their end."""
        self.order(self._update_of(NodeOrder.DRAIN, nodes, at, until))

    def resume(self, nodes: str, *, at: int) -> None:
        """Let nodes that are down or drained be in service again from ``at`` on."""
        self.order(self._update_of(NodeOrder.RESUME, nodes, at, None))

    def order(self, update: NodeUpdate) -> None:
        """Let nodes be as ``update`` says; what was said of them before is void from then on."""
        if update.until is not None and update.until <= max(update.at, self.now):
            raise ValueError(f"until={update.until} is not after at={update.at} and now")
        self._on_floor.availability.order(update)

    def reserve(
        self,
        name: str,
        nodes: str | int,
        *,
        start: int,
        end: int,
        users: Iterable[str] = (),
        accounts: Iterable[int] = (),
        maintenance: bool = False,
        ignore_jobs: bool = False,
    ) -> Reservation:
        """Set nodes aside, or so many of them, for jobs of these users and accounts.

        As with Slurm, nodes are in one advance reservation at a time, though maintenance may
        take them too, and no job may be on them that could still run at ``start`` unless
        ``ignore_jobs`` is set: such jobs go on. Else it is a ``ValueError``.
        """
        floor = self._on_floor
        if name in floor.availability.reservations or end <= self.now:
            raise ValueError(f"reservation {name} exists already, or would be over by now")
        closed = 0 if maintenance else floor.availability.reserved(start, end, maintenance=False)
        if not ignore_jobs:
            closed |= self._busy_at(floor, start)
        if isinstance(nodes, str):
            chosen = floor.layout.expand(nodes)
        else:
            in_service = floor.layout.everything & ~floor.availability.out
            chosen = best_fit(floor.layout, in_service & ~closed, nodes)
            if chosen.bit_count() < nodes:
                raise ValueError(f"only {chosen.bit_count()} nodes can be reserved, not {nodes}")
        if taken := chosen & closed:
            raise ValueError(f"{floor.layout.fold(taken)} are reserved or in use at that time")
        reservation = Reservation(
            name, start, end, chosen, tuple(users), tuple(accounts), maintenance=maintenance
        )
        floor.availability.reservations[name] = reservation
        floor.availability.next_change = self.now
        return reservation

    def cancel_reservation(self, name: str) -> None:
        """Let a reservation end now; jobs that ask for it wait from then on."""
        availability = self._on_floor.availability
        if availability.reservations.pop(name, None) is None:
            raise LookupError(f"there is no reservation {name}")
        availability.next_change = self.now

    @property
    def _on_floor(self) -> Floor:
        if self._floor is None:
            raise ValueError("the machine has no layout: its nodes are only counted")
        return self._floor

    def _update_of(self, order: NodeOrder, nodes: str, at: int, until: int | None) -> NodeUpdate:
        return NodeUpdate(at, order, self._on_floor.layout.expand(nodes), until)

    def _busy_at(self, floor: Floor, start: int) -> NodeSet:
        """The nodes of running jobs that may not have ended by ``start``."""
        nodes = 0
        for entry in self._occupancy:
            if entry.expected_end > start:
                nodes |= floor.placement.nodes_of[entry.job.id]
        return nodes
