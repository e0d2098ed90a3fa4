"""Which nodes can be had when: outages, draining, maintenance and advance reservations."""

from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter

from .jobs import Job
from .nodes import NodeSet
from .occupancy import FOREVER


class NodeState(StrEnum):
    """A node's state, by Slurm's names."""

    IDLE = "IDLE"
    ALLOCATED = "ALLOCATED"
    DRAINING = "DRAINING"
    DRAINED = "DRAINED"
    DOWN = "DOWN"
    RESERVED = "RESERVED"
    MAINT = "MAINT"


class NodeOrder(StrEnum):
    """What can be asked of nodes, as with ``scontrol update NodeName=... State=...``."""

    DOWN = "DOWN"
    DRAIN = "DRAIN"
    RESUME = "RESUME"


@dataclass(frozen=True, slots=True)
class NodeUpdate:
    """From ``at`` on, ``nodes`` are down or drained, until a second or for the time being."""

    at: int
    order: NodeOrder
    nodes: NodeSet
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """Nodes set aside from ``start`` until ``end`` for jobs that ask for it by ``name``.

    Only those of ``users`` or of ``accounts`` may; ``maintenance`` says why nodes are closed
    to all others.
    """

    name: str
    start: int
    end: int
    nodes: NodeSet
    users: tuple[str, ...] = ()
    accounts: tuple[int, ...] = ()
    maintenance: bool = False

    def __post_init__(self) -> None:
        if not self.name or self.start >= self.end or not self.nodes:
            raise ValueError("a reservation has a name, nodes, and an end after its start")

    def admits(self, job: Job) -> bool:
        return job.user in self.users or job.account in self.accounts


Closure = tuple[int, int, NodeSet]  # from when, until when, and what


@dataclass(frozen=True, slots=True)
class NodeClass:
    """Nodes that are closed to the jobs of a lane at the same times."""

    nodes: NodeSet
    closures: tuple[tuple[int, int], ...]

    def open(self, start: int, end: int) -> bool:
        return not any(begins < end and ends > start for begins, ends in self.closures)

    def order(self, at: int) -> tuple[int, NodeSet]:
        """Classes that are closed soon come first: others are kept for jobs that need them."""
        begins = [begin for begin, _ in self.closures if begin > at]
        return min(begins, default=FOREVER), self.nodes & -self.nodes


class Lane:
    """A part of the machine, and when it is open, for jobs that compete with each other.

    Jobs in an advance reservation have its nodes while it lasts. All others have every
    node that is in service and not reserved for somebody else.
    """

    def __init__(
        self,
        everything: NodeSet,
        closures: Iterable[Closure],
        reservation: Reservation | None = None,
        *,
        at: int,
    ) -> None:
        self.reservation = reservation
        self._everything = everything
        self._closures = [closure for closure in closures if closure[2]]
        ends = {end for _, end, _ in self._closures}
        self._openings = sorted(end for end in ends if end < FOREVER)
        self._in_the_end = self.open(FOREVER - 1, FOREVER).bit_count()
        self.classes = _classes(everything, self._closures, at)

    def open(self, start: int, end: int) -> NodeSet:
        """The nodes that are not closed at any time from ``start`` until ``end``."""
        closed = 0
        for begins, ends, nodes in self._closures:
            if begins < end and ends > start:
                closed |= nodes
        return self._everything & ~closed

    def openings(self, at: int) -> list[int]:
        """The seconds after ``at`` in which nodes are opened."""
        return [opening for opening in self._openings if opening > at]

    def ever(self, job: Job) -> bool:
        """Whether there is a time when ``job`` could have its nodes if nobody else had any."""
        return job.nodes <= self._in_the_end or any(
            self.open(start, start + job.limit).bit_count() >= job.nodes for start in self._openings
        )


class Availability:
    """What is known of nodes that cannot be had by everybody.

    ``ahead`` are orders that the scheduler does not foresee; ``outages`` are in force.
    """

    def __init__(
        self,
        everything: NodeSet,
        ahead: Iterable[NodeUpdate] = (),
        outages: Iterable[NodeUpdate] = (),
        reservations: Iterable[Reservation] = (),
    ) -> None:
        self.everything = everything
        self.ahead = sorted(ahead, key=attrgetter("at"))
        self.outages = list(outages)
        self.reservations = {reservation.name: reservation for reservation in reservations}
        self.next_change = FOREVER
        self._lanes: dict[str, Lane] = {}

    @property
    def out(self) -> NodeSet:
        """The nodes that are down, drained or draining."""
        return self._union(self.outages)

    def of(self, order: NodeOrder) -> NodeSet:
        """The nodes that are out by such an order."""
        return self._union(outage for outage in self.outages if outage.order is order)

    def lane(self, job: Job) -> Lane | None:
        """Where ``job`` competes for nodes; nowhere if it may not use its reservation."""
        lane = self._lanes.get(job.reservation)
        if lane is None or lane.reservation is None or lane.reservation.admits(job):
            return lane
        return None

    def lane_of(self, reservation: str) -> Lane | None:
        """The lane of the jobs in a reservation, or of those in none."""
        return self._lanes.get(reservation)

    def lanes(self) -> list[Lane]:
        """Every lane, that of jobs without a reservation last."""
        return list(self._lanes.values())

    def by_count(self, busy: NodeSet) -> bool:
        """Whether nodes that are in service are alike, now and as far as is known."""
        return (
            not self.reservations
            and not self.out & busy
            and self.out != self.everything
            and all(outage.until is None for outage in self.outages)
        )

    def order(self, update: NodeUpdate) -> None:
        """Let nodes change at ``update.at``."""
        insort(self.ahead, update, key=attrgetter("at"))
        self.next_change = min(self.next_change, update.at)

    def put(self, update: NodeUpdate) -> None:
        """Let nodes be as ``update`` says, and not as was said before."""
        self.take_back(update.nodes)
        if update.order is not NodeOrder.RESUME:
            self.outages.append(update)

    def take_back(self, nodes: NodeSet) -> None:
        """End what outages there are of ``nodes``."""
        self.outages = [
            replace(outage, nodes=left)
            for outage in self.outages
            if (left := outage.nodes & ~nodes)
        ]

    def due(self, at: int) -> Iterator[NodeUpdate]:
        """Take the orders that are due; outages that end by then are ended as if by order."""
        over = self._union(
            outage for outage in self.outages if outage.until is not None and outage.until <= at
        )
        if over:
            yield NodeUpdate(at, NodeOrder.RESUME, over)
        while self.ahead and self.ahead[0].at <= at:
            yield self.ahead.pop(0)

    def settle(self, at: int) -> None:
        """Note what is open from ``at`` on, and when that changes next."""
        self.reservations = {
            name: reservation
            for name, reservation in self.reservations.items()
            if reservation.end > at
        }
        moments = [reservation.start for reservation in self.reservations.values()]
        moments += [reservation.end for reservation in self.reservations.values()]
        moments += [outage.until for outage in self.outages if outage.until is not None]
        moments = [moment for moment in moments if moment > at]
        self.next_change = min([*moments, *(update.at for update in self.ahead)], default=FOREVER)
        self._lanes = self._make_lanes(at)

    def reserved(self, start: int, end: int, *, maintenance: bool) -> NodeSet:
        """The nodes set aside at any time from ``start`` until ``end``, for one or the other."""
        return self._union(
            other
            for other in self.reservations.values()
            if other.start < end and other.end > start and other.maintenance is maintenance
        )

    def _make_lanes(self, at: int) -> dict[str, Lane]:
        outages = [
            (outage.at, FOREVER if outage.until is None else outage.until, outage.nodes)
            for outage in self.outages
        ]
        ordered = sorted(self.reservations.values(), key=attrgetter("start", "name"))
        lanes = {}
        for own in ordered:
            others = [
                (other.start, other.end, other.nodes) for other in ordered if other is not own
            ]
            around = [
                (-FOREVER, FOREVER, self.everything & ~own.nodes),
                (-FOREVER, own.start, own.nodes),
                (own.end, FOREVER, own.nodes),
            ]
            lanes[own.name] = Lane(self.everything, [*outages, *others, *around], own, at=at)
        closed = [(other.start, other.end, other.nodes) for other in ordered]
        return {**lanes, "": Lane(self.everything, [*outages, *closed], at=at)}

    @staticmethod
    def _union(parts: Iterable[NodeUpdate | Reservation]) -> NodeSet:
        nodes = 0
        for part in parts:
            nodes |= part.nodes
        return nodes


def _classes(everything: NodeSet, closures: Iterable[Closure], at: int) -> list[NodeClass]:
    """The nodes that are not closed for good, by when they are closed."""
    alike: dict[tuple[tuple[int, int], ...], NodeSet] = {(): everything}
    for begin, end, nodes in closures:
        divided: dict[tuple[tuple[int, int], ...], NodeSet] = {}
        for closed, members in alike.items():
            more = closed if end <= at else (*closed, (begin, end))
            for times, part in ((more, members & nodes), (closed, members & ~nodes)):
                if part:
                    divided[times] = divided.get(times, 0) | part
        alike = divided
    classes = [
        NodeClass(nodes, times)
        for times, nodes in alike.items()
        if not any(begin <= at and end == FOREVER for begin, end in times)
    ]
    return sorted(classes, key=lambda one: one.order(at))
