"""The line before a machine: who waits, in the order of priority."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from operator import is_not, itemgetter

from .jobs import Job
from .occupancy import FOREVER
from .priorities import Key, Priorities, Waiting

WAITING = itemgetter(-1)  # of a key


class Line:
    """Jobs by the priorities of the last calculation, or of their later eligibility."""

    def __init__(self, priorities: Priorities) -> None:
        self._priorities = priorities
        self._sorted: list[Key] = []
        self._keys: dict[int, Key] = {}
        self._sizes: list[int] = []  # in order

    def __len__(self) -> int:
        return len(self._sorted)

    def __iter__(self) -> Iterator[Waiting]:
        return self.behind(0)

    def __contains__(self, job: Job) -> bool:
        return job.id in self._keys

    @property
    def smallest(self) -> int:
        """The fewest nodes that a job asks for."""
        return self._sizes[0] if self._sizes else FOREVER

    @property
    def priorities(self) -> dict[int, int]:
        """``{job id: priority}``, in order."""
        return {job_id: -priority for _, _, priority, _, job_id, _ in self._sorted}

    def behind(self, place: int) -> Iterator[Waiting]:
        """The jobs from ``place`` on, as they are now."""
        return map(WAITING, self._sorted[place:])

    def place(self, job: Job) -> int:
        return bisect_left(self._sorted, self._keys[job.id])

    def add(self, waiting: Waiting) -> int:
        """Let a job wait; say at which place."""
        job = waiting.job
        key = self._keys[job.id] = self._priorities.key(waiting)
        place = bisect_left(self._sorted, key)
        self._sorted.insert(place, key)
        insort(self._sizes, job.nodes)
        return place

    def remove(self, job: Job) -> None:
        del self._sorted[self.place(job)]
        del self._keys[job.id]
        del self._sizes[bisect_left(self._sizes, job.nodes)]

    def renew(self) -> bool:
        """Give all jobs their present priorities; say if that changes their order."""
        before = list(self)
        self._sorted = self._priorities.renewed(before)
        self._keys = {key[4]: key for key in self._sorted}
        return any(map(is_not, before, self))
