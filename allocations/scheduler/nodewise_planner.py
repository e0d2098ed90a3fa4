"""Conservative backfilling where nodes are not alike: each job's place is on certain nodes."""

from collections.abc import Iterable, Mapping, Sequence

from .events import Event
from .floor import Floor
from .jobs import Job, Reason
from .limits import Budgets
from .machine import Machine
from .node_profile import NodeProfile, Place
from .nodes import NodeSet
from .nodewise import NodewiseQueue
from .occupancy import FOREVER
from .placement import best_fit


class NodewisePlanner(NodewiseQueue):
    """As ``Planner``, with a place on certain nodes for everyone who waits.

    A job is given the earliest place on nodes that are open to it for its whole limit; when
    nodes come back, each job in the order of the queue moves to the earliest place that the
    others leave it, until nobody can move. A place that was made by count alone, or on nodes
    that have failed since, is kept where there are other nodes for it.
    """

    def __init__(
        self,
        machine: Machine,
        budgets: Budgets,
        floor: Floor,
    ) -> None:
        super().__init__(machine, budgets, floor)
        self._planned = floor.planned
        self._places: dict[int, Place] = {}
        self._profile = NodeProfile(-FOREVER, floor.layout.everything)
        self._freed = False

    @property
    def head(self) -> Job | None:
        return next((job for job in self._queue if job.id in self._places), None)

    def shadow(self) -> int:
        return FOREVER if self.head is None else self._places[self.head.id][0]

    def resume(self, job: Job, started: int) -> None:
        super().resume(job, started)
        self._profile.take(started, started + job.limit, self.placement.nodes_of[job.id])

    def keep(self, reservations: Mapping[int, int]) -> None:
        jobs = {job.id: job for job in self._queue}
        kept = sorted((at, job_id) for job_id, at in reservations.items() if job_id in jobs)
        for on_same_nodes in (True, False):
            for at, job_id in kept:
                if job_id not in self._places:
                    self._keep(jobs[job_id], at, on_same_nodes=on_same_nodes)

    def _keep(self, job: Job, at: int, *, on_same_nodes: bool) -> None:
        lane = self.availability.lane(job)
        if lane is None:
            return
        end = at + job.limit
        free = lane.open(at, end) & self._profile.free(at, end)
        before = self._planned.get(job.id, 0)
        nodes = before & free if on_same_nodes else best_fit(self.placement.layout, free, job.nodes)
        if nodes.bit_count() == job.nodes:
            self._place(job, (at, nodes))
            self._freed = True

    def reservations(self) -> Mapping[int, int]:
        return {job_id: start for job_id, (start, _) in self._places.items()}

    def planned_nodes(self) -> Mapping[int, NodeSet]:
        return {job_id: nodes for job_id, (_, nodes) in self._places.items()}

    def release(self, job: Job, started: int, at: int) -> None:
        super().release(job, started, at)
        if at < started + job.limit:
            self._profile.give(at, started + job.limit, self.placement.nodes_of[job.id])
            self._freed = True

    def withdraw(self, job: Job) -> bool:
        if job.id in self._places:
            self._displace(job)
        return super().withdraw(job)

    def replace(self, job: Job, changed: Job) -> None:
        place = self._places.get(job.id)
        super().replace(job, changed)
        if place is not None:
            self._place_at(changed, place)

    def consider(
        self, newcomers: Sequence[Job], at: int, events: list[Event], *, changed: bool
    ) -> None:
        self._profile.forget_before(at)
        self.enqueue(newcomers)
        refused = self._refusals(at)
        able = {job.id: job for job in self._able() if job.id not in refused}
        for job in [job for job in self._queue if job.id in self._places and job.id not in able]:
            self._displace(job)
        while self._freed:
            self._freed = False
            for job in [job for job in able.values() if job.id in self._places]:
                self._freed |= self._move(job, at)
        for job in able.values():
            if job.id not in self._places and not job.low:
                self._settle(job, self._earliest(job, at))
        for job in [job for job in able.values() if self._starts(job) == at]:
            self.backfilled += job is not self.head
            self._start(job, self._places.pop(job.id)[1], at, events)
        self._start_low([job for job in able.values() if job.low], at, events)

    def _start_low(self, jobs: Iterable[Job], at: int, events: list[Event]) -> None:
        """Start jobs of the lowest priority in what nobody else has a place in."""
        profile = self._profile.copy()
        for job in jobs:
            found = self._earliest(job, at, profile)
            if found is None:
                continue
            start, usable = found
            nodes = best_fit(self.placement.layout, usable, job.nodes)
            profile.take(start, start + job.limit, nodes)
            if start == at:
                self._profile.take(start, start + job.limit, nodes)
                self.backfilled += self.head is not None
                self._start(job, nodes, at, events)

    def _able(self) -> list[Job]:
        """Those that could ever have their nodes."""
        lanes = ((job, self.availability.lane(job)) for job in self._queue)
        return [job for job, lane in lanes if lane is not None and lane.ever(job)]

    def _starts(self, job: Job) -> int:
        return self._places[job.id][0] if job.id in self._places else FOREVER

    def _refusals(self, at: int) -> dict[int, Reason]:
        return self.budgets.refusals(self._able(), at)

    def _earliest(
        self, job: Job, at: int, profile: NodeProfile | None = None, before: int = FOREVER
    ) -> Place | None:
        lane = self.availability.lane(job)
        return None if lane is None else (profile or self._profile).earliest(job, lane, at, before)

    def _move(self, job: Job, at: int) -> bool:
        """Move ``job`` to the earliest place that all others leave it; say if it has moved."""
        start, nodes = place = self._places[job.id]
        self._profile.give(start, start + job.limit, nodes)
        earlier = self._earliest(job, at, before=start)
        if earlier is None:
            self._place(job, place)
        else:
            self._place_at(job, earlier)
        return earlier is not None

    def _place_at(self, job: Job, found: Place) -> None:
        """Place ``job`` on the best of the nodes that were found for it."""
        start, usable = found
        self._place(job, (start, best_fit(self.placement.layout, usable, job.nodes)))

    def _settle(self, job: Job, found: Place | None) -> None:
        if found is not None:
            self._place_at(job, found)

    def _place(self, job: Job, place: Place) -> None:
        start, nodes = self._places[job.id] = place
        self._profile.take(start, start + job.limit, nodes)

    def _displace(self, job: Job) -> None:
        start, nodes = self._places.pop(job.id)
        self._profile.give(start, start + job.limit, nodes)
        self._freed = True
