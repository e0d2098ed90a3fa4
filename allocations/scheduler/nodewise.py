"""The queue before nodes that are not alike: some are reserved, or expected back later."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from .events import Event, Started
from .floor import Floor
from .jobs import Job, Reason
from .limits import Budgets
from .machine import Machine
from .nodes import NodeSet
from .occupancy import Occupancy
from .waiting import in_order


class NodewiseQueue:
    """What every policy has in common when it looks at each node."""

    def __init__(
        self,
        machine: Machine,
        budgets: Budgets,
        floor: Floor,
    ) -> None:
        self.occupancy = Occupancy(machine.nodes)
        self.budgets = budgets
        self.floor = floor
        self.placement = floor.placement
        self.availability = floor.availability
        self.backfilled = 0
        self._largest = machine.nodes
        self._queue: list[Job] = []  # in order

    def __iter__(self) -> Iterator[Job]:
        return iter(self._queue)

    def resume(self, job: Job, started: int) -> None:
        self.occupancy.start(job, started)

    def enqueue(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            insort(self._queue, job, key=in_order)

    def release(self, job: Job, started: int, at: int) -> None:
        self.budgets.settle(job, at - started)

    def withdraw(self, job: Job) -> bool:
        del self._queue[bisect_left(self._queue, in_order(job), key=in_order)]
        return True

    def replace(self, job: Job, changed: Job) -> None:
        self.withdraw(job)
        self.enqueue([changed])

    def reasons(self, at: int) -> Iterator[tuple[Job, Reason]]:
        first = {*self.availability.lanes()}
        refused = self._refusals(at)
        for job in self:
            lane = self.availability.lane(job)
            if job.nodes > self._largest:
                yield job, Reason.PARTITION_NODE_LIMIT
            elif reason := refused.get(job.id) or self.floor.hindrance(job, at):
                yield job, reason
            else:
                yield job, Reason.RESOURCES if lane in first else Reason.PRIORITY
                first -= {lane}

    def _refusals(self, at: int) -> dict[int, Reason]:
        """Whom its budget does not let start."""
        answers = ((job.id, self.budgets.refusal(job, at)) for job in self._queue)
        return {job_id: reason for job_id, reason in answers if reason is not None}

    def _start(self, job: Job, nodes: NodeSet, at: int, events: list[Event]) -> None:
        del self._queue[bisect_left(self._queue, in_order(job), key=in_order)]
        self.occupancy.start(job, at)
        self.placement.take(job.id, nodes)
        self.budgets.hold(job)
        events.append(Started(job, at, nodes))
