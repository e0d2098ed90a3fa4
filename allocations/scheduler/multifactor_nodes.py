"""Slurm's policy on a machine with a layout: as ``multifactor``, on nodes that are not alike.

Jobs in an advance reservation are considered first, reservation by reservation; in the main
pass a job that lacks nodes holds up those of its own reservation, or those in none. Slots of
the backfill pass are on certain nodes, which have to be open for the whole limit of the job.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from .availability import Lane
from .configuration import SlurmConfig
from .events import Event, Started
from .floor import Floor
from .jobs import Job, Reason
from .limits import Budgets
from .machine import Machine
from .multifactor import Multifactor
from .node_profile import NodeProfile
from .nodes import NodeSet
from .occupancy import FOREVER
from .placement import best_fit
from .plan import Refused
from .priorities import Waiting
from .terms import Rules

Entry = tuple[Waiting, Lane]


class NodePlan:
    """As ``Plan``, node by node."""

    def __init__(self, floor: Floor, ends: Iterator[tuple[int, int]], config: SlurmConfig) -> None:
        self._floor = floor
        self._config = config
        self._reserved: Counter[tuple[Lane, str]] = Counter()  # jobs with a slot
        self._without_slot: dict[Lane, Refused] = defaultdict(Refused)
        nodes_of = floor.placement.nodes_of
        rounded = ((self._round_up(end), nodes_of[job_id]) for end, job_id in ends)
        self._profile = NodeProfile.with_ends(rounded, floor.layout.everything)

    def usable(self, job: Job, lane: Lane, at: int) -> NodeSet:
        """The nodes that ``job`` could have from ``at`` up to its limit."""
        end = at + job.limit
        return lane.open(at, end) & self._profile.free(at, end)

    def start(self, job: Job, nodes: NodeSet, at: int) -> None:
        self._profile.take(at, self._round_up(at + job.limit), nodes)

    def provide_for(self, job: Job, lane: Lane, partition: str, now: int) -> bool:
        """Take a slot for ``job``, unless it is too far off or enough have one; say if taken."""
        most = self._config.bf_job_part_count_reserve or FOREVER
        if self._reserved[lane, partition] >= most:
            return False
        if self._without_slot[lane].cover(job):
            return False
        horizon = FOREVER if self._config.bf_window is None else now + self._config.bf_window
        slot = self.slot(job, lane, now, horizon)
        if slot is None:
            self._without_slot[lane].add(job)
            return False
        start, usable = slot
        self.start(job, best_fit(self._floor.layout, usable, job.nodes), start)
        self._reserved[lane, partition] += 1
        return True

    def slot(
        self, job: Job, lane: Lane, now: int, horizon: int = FOREVER
    ) -> tuple[int, NodeSet] | None:
        """The earliest multiple of the resolution at which ``job`` could start later."""
        after, resolution = self._round_up(now + 1), self._config.bf_resolution
        return self._profile.earliest(job, lane, after, horizon, resolution=resolution)

    def _round_up(self, at: int) -> int:
        return -(-at // self._config.bf_resolution) * self._config.bf_resolution


class MultifactorOnNodes(Multifactor):
    """The queue before a machine with a layout, in the order of priority.

    While nodes in service are alike, and none are reserved, they are counted.
    """

    def __init__(
        self,
        machine: Machine,
        config: SlurmConfig,
        rules: Rules,
        budgets: Budgets,
        now: int,
        *,
        floor: Floor,
    ) -> None:
        super().__init__(machine, config, rules, budgets, now)
        self._floor = floor
        self._count_free()

    def resume(self, job: Job, started: int) -> None:
        super().resume(job, started)
        self._count_free()

    def shadow(self) -> int:
        head = self.head
        lane = None if head is None else self._floor.availability.lane(head)
        if head is None or lane is None or self._floor.by_count():
            return super().shadow()
        slot = self._node_plan().slot(head, lane, self._now)
        return FOREVER if slot is None else slot[0]

    def reasons(self, at: int) -> Iterator[tuple[Job, Reason]]:
        for job, reason in super().reasons(at):
            waits = reason in {Reason.RESOURCES, Reason.PRIORITY}
            yield job, (waits and self._floor.hindrance(job, at)) or reason

    def _count_free(self) -> None:
        """Let ``occupancy.free`` be the nodes in service without a job."""
        floor = self._floor
        self.occupancy.free = (floor.placement.free & ~floor.availability.out).bit_count()

    def _limit(self, waiting: Waiting, at: int) -> Reason | None:
        return self._floor.exclusion(waiting.job) or super()._limit(waiting, at)

    def _main_pass(self, at: int, events: list[Event]) -> None:
        self._count_free()
        if self._floor.by_count():
            super()._main_pass(at, events)
            return
        for lane in self._floor.availability.lanes():
            for waiting in self._in(lane):
                if self._limit(waiting, at):
                    continue
                usable = self._usable_now(waiting.job, lane, at)
                if usable.bit_count() < waiting.job.nodes:
                    break
                self._start_on(waiting, usable, at, events)

    def _backfill(self, at: int, events: list[Event]) -> None:
        if self._floor.by_count():
            super()._backfill(at, events)
            return
        queue = [
            (waiting, lane)
            for lane in self._floor.availability.lanes()
            for waiting in self._in(lane)
            if not self._limit(waiting, at)
        ]
        hopeful = [entry for entry in queue if entry[0].job.nodes <= self.occupancy.free]
        while hopeful and not self._fits_now(*hopeful[-1], at):
            hopeful.pop()
        if hopeful:
            self._backfill_on_nodes(queue, hopeful, at, events)

    def _backfill_on_nodes(
        self, queue: Sequence[Entry], hopeful: list[Entry], at: int, events: list[Event]
    ) -> None:
        """Start whoever fits of ``queue``; only up to the last of the ``hopeful``."""
        plan, tested = self._node_plan(), 0
        for waiting, lane in queue:
            if not hopeful or tested == self._config.bf_max_job_test:
                return
            if self._limit(waiting, at):
                continue
            tested += 1
            job = waiting.job
            usable = plan.usable(job, lane, at)
            if usable.bit_count() >= job.nodes:
                self.backfilled += 1
                plan.start(job, self._start_on(waiting, usable, at, events), at)
                self._drop_hopeless_on_nodes(hopeful, plan, at)
            elif plan.provide_for(job, lane, waiting.terms.partition.name, at):
                self._drop_hopeless_on_nodes(hopeful, plan, at)

    def _drop_hopeless_on_nodes(self, hopeful: list[Entry], plan: NodePlan, at: int) -> None:
        """Take out from the end whoever can no longer start in this pass."""
        while hopeful:
            waiting, lane = hopeful[-1]
            job = waiting.job
            if job in self._line and plan.usable(job, lane, at).bit_count() >= job.nodes:
                return
            hopeful.pop()

    def _in(self, lane: Lane) -> list[Waiting]:
        """The jobs of ``lane``, in order."""
        lane_of = self._floor.availability.lane
        return [waiting for waiting in self._line if lane_of(waiting.job) is lane]

    def _usable_now(self, job: Job, lane: Lane, at: int) -> NodeSet:
        return self._floor.placement.free & lane.open(at, at + job.limit)

    def _fits_now(self, waiting: Waiting, lane: Lane, at: int) -> bool:
        return self._usable_now(waiting.job, lane, at).bit_count() >= waiting.job.nodes

    def _start_on(self, waiting: Waiting, usable: NodeSet, at: int, events: list[Event]) -> NodeSet:
        """Start a job on the best of the nodes that it could have; say which."""
        nodes = best_fit(self._floor.layout, usable, waiting.job.nodes)
        self._floor.placement.take(waiting.job.id, nodes)
        self._start(waiting, at, events)
        events[-1] = Started(waiting.job, at, nodes)
        return nodes

    def _node_plan(self) -> NodePlan:
        return NodePlan(self._floor, self.occupancy.ends_by_job(), self._config)
