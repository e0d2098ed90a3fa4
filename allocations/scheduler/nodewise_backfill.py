"""First come, first served, and EASY, where nodes are not alike."""

from collections.abc import Mapping, Sequence

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
            queue = [job for job in self._queue if self.availability.lane(job) is lane]
            self.head, behind = self._start_heads(queue, lane, at, events)
            if self.head is not None and self._backfills:
                self._backfill(self.head, behind, lane, at, events)

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
        layout = self.placement.layout
        shadow, promised = self._reserve(head, lane, at)
        for job in sorted(queue, key=by_limit) if self._by_limit else queue:
            usable = self._usable(job, lane, at)
            if usable.bit_count() < job.nodes:
                continue
            long = at + job.limit > shadow
            others = usable & ~promised if long else usable
            more = job.nodes - others.bit_count()  # have to come from those promised
            if more > max(promised.bit_count() - head.nodes, 0):
                continue
            if self.budgets.refusal(job, at, ahead=head):
                continue
            if more <= 0:
                nodes = best_fit(layout, others, job.nodes)
            else:
                nodes = others | best_fit(layout, usable & promised, more)
            if long:
                promised &= ~nodes
            self.backfilled += 1
            self._start(job, nodes, at, events)

    def _usable(self, job: Job, lane: Lane, at: int) -> NodeSet:
        """The free nodes that are open to ``job`` for its whole limit."""
        free = self.placement.free
        if free.bit_count() < job.nodes:
            return 0
        return free & lane.open(at, at + job.limit)

    def _reserve(self, head: Job, lane: Lane, at: int) -> tuple[int, NodeSet]:
        """When ``head`` will have its nodes, and all nodes that it could have then."""
        free, nodes_of = self.placement.free, self.placement.nodes_of
        ends = [(end, nodes_of[job_id]) for end, job_id in self.occupancy.ends_by_job()]
        moments = sorted([*ends, *((opening, 0) for opening in lane.openings(at))])
        for place, (moment, freed) in enumerate(moments):
            free |= freed
            if place + 1 < len(moments) and moments[place + 1][0] == moment:
                continue
            usable = free & lane.open(moment, moment + head.limit)
            if usable.bit_count() >= head.nodes:
                return moment, usable
        return FOREVER, 0
