"""An index over jobs in the order of the queue that finds the next one that fits."""

from collections.abc import Sequence
from dataclasses import dataclass

from .jobs import Job

NEVER_FITS = 2**62


@dataclass(slots=True)
class Hole:
    """What can be had now without delaying the reserved head of the queue.

    ``free`` nodes for ``window`` seconds; beyond that, ``spare`` of them.
    """

    free: int
    window: int
    spare: int

    def fits(self, job: Job) -> bool:
        return job.nodes <= self.free and (job.limit <= self.window or job.nodes <= self.spare)

    def fill(self, job: Job) -> None:
        self.free -= job.nodes
        if job.limit > self.window:
            self.spare -= job.nodes


class SlotTree:
    """A tree of the least nodes and the least limit of the jobs below, all low or none.

    Nodes of the tree are numbered as in a heap: 1 is the root, ``2 * i`` and
    ``2 * i + 1`` are below ``i``, and the job in slot ``s`` is ``size + s``.
    A job that leaves makes its slot one that never fits; a job that comes out
    of order has the tree built anew, as one does for which no slot is left.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._build(jobs)

    @property
    def least_nodes(self) -> int:
        return self._nodes[1]

    @property
    def low(self) -> bool:
        return self._jobs[0].low

    @property
    def least_limit(self) -> int:
        return self._limits[1]

    def may_fit(self, hole: Hole) -> bool:
        """Say at a glance that no job fits, or that one may."""
        nodes = self._nodes[1]
        return nodes <= hole.free and (nodes <= hole.spare or self._limits[1] <= hole.window)

    def slot(self, job: Job) -> int:
        return self._slots[job.id]

    def add(self, job: Job) -> None:
        last = self._jobs[-1]
        if len(self._jobs) == self._size or (job.submit, job.id) < (last.submit, last.id):
            jobs = [self._jobs[slot] for slot in self._slots.values()]
            jobs.append(job)
            jobs.sort(key=lambda job: (job.submit, job.id))
            self._build(jobs)
            return
        slot = len(self._jobs)
        self._slots[job.id] = slot
        self._jobs.append(job)
        self._set(self._nodes, slot, job.nodes)
        self._set(self._limits, slot, job.limit)

    def remove(self, job: Job) -> None:
        slot = self._slots.pop(job.id)
        self._set(self._nodes, slot, NEVER_FITS)
        self._set(self._limits, slot, NEVER_FITS)

    def next_fitting(self, slot: int, hole: Hole) -> Job | None:
        """The first job from ``slot`` on that fits, if any does."""
        free, window, spare = hole.free, hole.window, hole.spare
        size, least_nodes, least_limit = self._size, self._nodes, self._limits
        if slot >= size:
            return None
        i = size + slot if slot else 1
        while True:
            nodes = least_nodes[i]
            if nodes <= free and (nodes <= spare or least_limit[i] <= window):
                if i >= size:
                    return self._jobs[i - size]
                i *= 2
            else:
                while i & 1:
                    i >>= 1
                if i == 0:
                    return None
                i += 1

    def all_fitting(self, hole: Hole) -> list[Job]:
        """Every job that would fit if it were the only one."""
        jobs = []
        job = self.next_fitting(0, hole) if self.may_fit(hole) else None
        while job is not None:
            jobs.append(job)
            job = self.next_fitting(self._slots[job.id] + 1, hole)
        return jobs

    def _build(self, jobs: Sequence[Job]) -> None:
        size = 1
        while size < 2 * len(jobs):
            size *= 2
        self._size = size
        self._jobs = list(jobs)
        self._slots = {job.id: slot for slot, job in enumerate(jobs)}
        self._nodes = _least([job.nodes for job in jobs], size)
        self._limits = _least([job.limit for job in jobs], size)

    def _set(self, least: list[int], slot: int, value: int) -> None:
        i = self._size + slot
        least[i] = least_below = value
        while i > 1:
            sibling = least[i ^ 1]
            if sibling < least_below:  # noqa: PLR1730 - half the time of a call
                least_below = sibling
            i >>= 1
            if least[i] == least_below:
                return
            least[i] = least_below


def _least(values: list[int], size: int) -> list[int]:
    """The numbers of a tree over ``values``."""
    least = [NEVER_FITS] * size + values + [NEVER_FITS] * (size - len(values))
    for i in range(size - 1, 0, -1):
        least[i] = min(least[2 * i], least[2 * i + 1])
    return least
