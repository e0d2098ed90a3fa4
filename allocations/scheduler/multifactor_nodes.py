"""Slurm's policy on a machine with a layout: as ``multifactor``, on nodes that are not alike.

Nodes that are closed at the same times are a class, and within a class they are counted: one
class is all there is while nothing is reserved. Jobs in an advance reservation are considered
first, reservation by reservation; in the main pass a job that lacks nodes holds up those of its
own reservation, or those in none. Which nodes of a class a job has is found when it starts.
"""

from collections.abc import Iterable, Iterator, Sequence

from .availability import Lane, NodeClass
from .configuration import SlurmConfig
from .events import Event, Started
from .floor import Floor
from .jobs import Job, Reason
from .joint_profile import JointProfile, split
from .limits import Budgets
from .machine import Machine
from .multifactor import Multifactor
from .nodes import NodeSet
from .occupancy import FOREVER
from .placement import best_fit
from .plan import JointPlan, Plan, round_up
from .priorities import Waiting
from .profile import Profile
from .terms import Rules


class MultifactorOnNodes(Multifactor):
    """The queue before a machine with a layout, in the order of priority."""

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
        self._profiles: dict[Lane, list[Profile]] = {}  # what is left by those who run, by class
        self._count_free()

    def resume(self, job: Job, started: int) -> None:
        super().resume(job, started)
        self._count_free()

    def shadow(self) -> int:
        head = self.head
        lane = None if head is None else self._floor.availability.lane(head)
        return FOREVER if lane is None else super().shadow()

    def reasons(self, at: int) -> Iterator[tuple[Job, Reason]]:
        for job, reason in super().reasons(at):
            waits = reason in {Reason.RESOURCES, Reason.PRIORITY}
            yield job, (waits and self._floor.hindrance(job, at)) or reason

    def consider(
        self, newcomers: Sequence[Job], at: int, events: list[Event], *, changed: bool
    ) -> None:
        self._count_free()
        super().consider(newcomers, at, events, changed=changed)

    def _count_free(self) -> None:
        """Let ``occupancy.free`` be the nodes in service without a job."""
        floor = self._floor
        self.occupancy.free = (floor.placement.free & ~floor.availability.out).bit_count()

    def _limit(self, waiting: Waiting, at: int) -> Reason | None:
        return self._floor.exclusion(waiting.job) or super()._limit(waiting, at)

    def _in_turn(self) -> Iterable[Waiting]:
        """The jobs of one reservation after the other, then those in none."""
        queue = list(super()._in_turn())
        if not self._any_reserved(queue):
            return queue
        lanes = [lane.reservation for lane in self._floor.availability.lanes()]
        places = {own.name: place for place, own in enumerate(lanes) if own is not None}
        return sorted(queue, key=lambda one: places.get(one.job.reservation, len(lanes)))

    def _any_reserved(self, queue: Iterable[Waiting]) -> bool:
        """Whether one of the ``queue`` asks for a reservation that there is."""
        lane_of = self._floor.availability.lane_of
        return bool(self._floor.availability.reservations) and any(
            waiting.job.reservation and lane_of(waiting.job.reservation) for waiting in queue
        )

    def _main_pass(self, at: int, events: list[Event]) -> None:
        if not self._any_reserved(self._line):
            super()._main_pass(at, events)
            return
        self._first = 0
        blocked = set()  # reservations in which a job lacks nodes
        for waiting in self._in_turn():
            lane = waiting.job.reservation
            if lane in blocked or waiting.kept_back or self._limit(waiting, at):
                continue
            if not self._start_if_free(waiting, at, events):
                blocked.add(lane)

    def _start_if_free(self, waiting: Waiting, at: int, events: list[Event]) -> bool:
        job = waiting.job
        if job.nodes > self.occupancy.free:
            return False
        free, end = self._floor.placement.free, at + job.limit
        room = [
            (free & one.nodes).bit_count() if one.open(at, end) else 0
            for one in self._classes(job.reservation)
        ]
        if sum(room) < job.nodes:
            return False
        self._start_on(split(room, job.nodes), waiting, at, events)
        return True

    def _start_by(self, plan: Plan, waiting: Waiting, at: int, events: list[Event]) -> None:
        counts = plan.counts(waiting.job)
        plan.start(waiting.job)
        self._start_on(counts, waiting, at, events)

    def _start_on(
        self, counts: Sequence[int], waiting: Waiting, at: int, events: list[Event]
    ) -> None:
        """Start a job on so many nodes of each class, those that lie closest together."""
        job, placement, nodes = waiting.job, self._floor.placement, 0
        for one, count in zip(self._classes(job.reservation), counts, strict=True):
            if count:
                nodes |= best_fit(placement.layout, placement.free & one.nodes, count)
        placement.take(job.id, nodes)
        self._start(waiting, at, events)
        events[-1] = Started(job, at, nodes)

    def _classes(self, reservation: str) -> Sequence[NodeClass]:
        lane = self._floor.availability.lane_of(reservation)
        return [] if lane is None else lane.classes

    def _touched(self, job: Job) -> Iterator[tuple[Profile, int]]:
        on = self._floor.placement.nodes_of[job.id]
        for lane, profiles in self._profiles.items():
            for one, profile in zip(lane.classes, profiles, strict=True):
                if nodes := (on & one.nodes).bit_count():
                    yield profile, nodes

    def _new_plan(self, job: Job, at: int) -> Plan:
        lane = self._floor.availability.lane_of(job.reservation)
        parts = []
        for one, profile in zip(self._classes(job.reservation), self._left(lane, at), strict=True):
            profile.forget_before(at)
            part = profile.copy()
            for begin, end in one.closures:
                part.close(max(begin, at), round_up(end, self._config.bf_resolution))
            parts.append(part)
        if len(parts) == 1:
            return Plan(parts[0], self._config, now=at)
        return JointPlan(JointProfile(parts, at), self._config, now=at)

    def _left(self, lane: Lane | None, at: int) -> list[Profile]:
        """What those who run leave of each class of ``lane``."""
        if lane is None:
            return []
        if lane not in self._profiles:
            lanes = {*self._floor.availability.lanes()}  # others are no more
            self._profiles = {own: left for own, left in self._profiles.items() if own in lanes}
            self._profiles[lane] = [self._left_of(one.nodes, at) for one in lane.classes]
        return self._profiles[lane]

    def _left_of(self, nodes: NodeSet, at: int) -> Profile:
        """What those who run leave of ``nodes``, from ``at`` on."""
        left = Profile(nodes.bit_count())
        nodes_of = self._floor.placement.nodes_of
        for entry in self.occupancy:
            if taken := (nodes & nodes_of[entry.job.id]).bit_count():
                left.take(at, self._end(entry.job, entry.started), taken)
        return left
