"""First come, first served, and EASY, where nodes are not alike."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .availability import Lane
from .events import Event
from .floor import Floor
from .jobs import Job
from .limits import Budgets
from .machine import Machine
from .nodes import NodeSet
from .nodewise import NodewiseQueue
from .occupancy import FOREVER
from .placement import best_fit
from .policies import Policy
from .waiting import by_limit


class Room(NamedTuple):
    """The nodes that a job could have now, those of them that nobody is promised, and how many."""

    usable: NodeSet
    others: NodeSet
    most: int

    @classmethod
    def beside(cls, head: Job, promised: NodeSet, usable: NodeSet) -> "Room":
        """What is left of ``usable`` if ``head`` is to keep enough of those ``promised``."""
        others = usable & ~promised
        spare = max(promised.bit_count() - head.nodes, 0)
        return cls(usable, others, min(usable.bit_count(), others.bit_count() + spare))


class NodewiseBackfill(NodewiseQueue):
    """First come, first served, and EASY: one full pass at each instant, lane by lane.

    The head of a lane is the first job that its budget would let start and that could ever
    have its nodes. Its shadow is the first second in which enough of the nodes that are open
    to it for its whole limit are expected to be free. Another job goes ahead if it is over by
    then, or leaves the head enough of just these nodes; it takes others where there are some.
    """

    def __init__(
        self,
        machine: Machine,
        policy: Policy,
        budgets: Budgets,
        floor: Floor,
    ) -> None:
        super().__init__(machine, budgets, floor)
        self._backfills = policy is not Policy.FCFS
        self._by_limit = policy is Policy.EASY_SJBF
        self.head: Job | None = None
        self._at = 0  # the last pass

    def shadow(self) -> int:
        lane = self.availability.lanes()[-1]
        return FOREVER if self.head is None else self._reserve(self.head, lane, self._at)[0]

    def keep(self, reservations: Mapping[int, int]) -> None:
        """The reservations follow from who runs, who waits, and which nodes are open."""

    def reservations(self) -> Mapping[int, int]:
        return {}

    def consider(
        self, newcomers: Sequence[Job], at: int, events: list[Event], *, changed: bool
    ) -> None:
        self._at = at
        self.enqueue(newcomers)
        for lane in self.availability.lanes():
            self.head, behind = self._start_heads(self._in(lane), lane, at, events)
            if self.head is not None and self._backfills:
                self._backfill(self.head, behind, lane, at, events)

    def _in(self, lane: Lane) -> list[Job]:
        """Who waits in ``lane``, in order."""
        if lane.reservation is None:
            return [job for job in self._queue if not job.reservation]
        name, admits = lane.reservation.name, lane.reservation.admits
        return [job for job in self._queue if job.reservation == name and admits(job)]

    def _start_heads(
        self, queue: list[Job], lane: Lane, at: int, events: list[Event]
    ) -> tuple[Job | None, list[Job]]:
        """Start the head of the lane while it fits; say who is left as head, and behind it."""
        for place, job in enumerate(queue):
            if self.budgets.refusal(job, at) or not lane.ever(job):
                continue
            usable = self._usable(job, lane, at)
            if usable.bit_count() >= job.nodes:
                self._start(job, best_fit(self.placement.layout, usable, job.nodes), at, events)
            elif self._reserve(job, lane, at)[0] < FOREVER:
                return job, queue[place + 1 :]
        return None, []

    def _backfill(
        self, head: Job, queue: list[Job], lane: Lane, at: int, events: list[Event]
    ) -> None:
        """Start whoever fits beside the promise to the head."""
        layout, idle = self.placement.layout, self.placement.free.bit_count()
        queue = [job for job in queue if job.nodes <= idle]
        if not queue:
            return
        shadow, promised = self._reserve(head, lane, at)
        rooms: dict[int, Room] = {}  # by limit, until somebody starts
        for job in sorted(queue, key=by_limit) if self._by_limit else queue:
            if job.nodes > idle:
                continue
            room = rooms.get(job.limit)
            if room is None:
                usable, long = self._usable(job, lane, at), at + job.limit > shadow
                room = rooms[job.limit] = Room.beside(head, promised if long else 0, usable)
            if job.nodes > room.most or self.budgets.refusal(job, at, ahead=head):
                continue
            more = job.nodes - room.others.bit_count()  # have to come from those promised
            if more <= 0:
                nodes = best_fit(layout, room.others, job.nodes)
            else:
                nodes = room.others | best_fit(layout, room.usable & promised, more)
            if at + job.limit > shadow:
                promised &= ~nodes
            self.backfilled += 1
            self._start(job, nodes, at, events)
            idle -= job.nodes
            rooms.clear()

    def _usable(self, job: Job, lane: Lane, at: int) -> NodeSet:
        """The free nodes that are open to ``job`` for its whole limit."""
        return self.placement.free & lane.open(at, at + job.limit)

    def _reserve(self, head: Job, lane: Lane, at: int) -> tuple[int, NodeSet]:
        """When ``head`` will have its nodes, and all nodes that it could have then."""
        free, nodes_of = self.placement.free, self.placement.nodes_of
        ends = [(end, nodes_of[job_id]) for end, job_id in self.occupancy.ends_by_job()]
        moments = sorted([*ends, *((opening, 0) for opening in lane.openings(at))])
        for place, (moment, freed) in enumerate(moments):
            free |= freed
            more_to_come = place + 1 < len(moments) and moments[place + 1][0] == moment
            if more_to_come or free.bit_count() < head.nodes:
                continue
            usable = free & lane.open(moment, moment + head.limit)
            if usable.bit_count() >= head.nodes:
                return moment, usable
        return FOREVER, 0
