"""The queue: who waits, in order, and who of them fits into what is free.

Two classes with one interface. A plain list is the fastest way to look for a
job to backfill as long as hundreds wait; when thousands do, a tree finds the
next one that fits without looking at those that do not.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from .jobs import Job

by_arrival = attrgetter("submit", "id")

NEVER_FITS = 2**62


@dataclass(slots=True)
class Hole:
    """What can be had now without delaying the reserved head of the queue.

    ``free`` nodes for ``window`` seconds; beyond that, ``spare`` of them.
    """

    free: int
    window: int
    spare: int

    def fill(self, job: Job) -> None:
        self.free -= job.nodes
        if job.limit > self.window:
            self.spare -= job.nodes


class ShortQueue:
    """Waiting jobs as a sorted list, for up to some thousands of them."""

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        self._jobs = sorted(jobs, key=by_arrival)
        self._keys = [(job.submit, job.id) for job in self._jobs]

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs)

    def first(self) -> Job | None:
        return self._jobs[0] if self._jobs else None

    def add(self, job: Job) -> None:
        key = (job.submit, job.id)
        keys = self._keys
        if not keys or key > keys[-1]:
            keys.append(key)
            self._jobs.append(job)
            return
        place = bisect_left(keys, key)
        keys.insert(place, key)
        self._jobs.insert(place, job)

    def remove(self, job: Job) -> None:
        place = bisect_left(self._keys, (job.submit, job.id))
        del self._keys[place], self._jobs[place]

    def take_fitting(self, hole: Hole) -> Iterator[Job]:
        """Remove, one after the other, the jobs that fit; the caller fills the hole."""
        free, window, spare = hole.free, hole.window, hole.spare
        candidates = [
            job
            for job in self._jobs
            if job.nodes <= free and (job.limit <= window or job.nodes <= spare)
        ]
        for job in candidates:
            if job.nodes <= hole.free and (job.limit <= window or job.nodes <= hole.spare):
                self.remove(job)
                yield job


class LongQueue:
    """Waiting jobs under a tree of the least nodes and the least limit below it.

    Nodes of the tree are numbered as in a heap: 1 is the root, ``2 * i`` and
    ``2 * i + 1`` are below ``i``, and the job in slot ``s`` is ``size + s``.
    A job that leaves makes its slot one that never fits.
    """

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        self._build(sorted(jobs, key=by_arrival))

    def __len__(self) -> int:
        return len(self._slots)

    def __iter__(self) -> Iterator[Job]:
        return (self._jobs[slot] for slot in sorted(self._slots.values()))

    def first(self) -> Job | None:
        slot = self._next(0, Hole(NEVER_FITS - 1, NEVER_FITS, 0))
        return None if slot is None else self._jobs[slot]

    def add(self, job: Job) -> None:
        last = self._jobs[-1] if self._jobs else None
        if len(self._jobs) == self._size or (last and by_arrival(job) < by_arrival(last)):
            self._build(sorted([*self, job], key=by_arrival))
            return
        self._slots[job.id] = len(self._jobs)
        self._set(len(self._jobs), job.nodes, job.limit)
        self._jobs.append(job)

    def remove(self, job: Job) -> None:
        self._set(self._slots.pop(job.id), NEVER_FITS, NEVER_FITS)

    def take_fitting(self, hole: Hole) -> Iterator[Job]:
        """Remove, one after the other, the jobs that fit; the caller fills the hole."""
        slot = self._next(0, hole)
        while slot is not None:
            job = self._jobs[slot]
            self.remove(job)
            yield job
            slot = self._next(slot, hole)

    def _build(self, jobs: list[Job]) -> None:
        size = 1
        while size < 2 * len(jobs):
            size *= 2
        self._size = size
        self._jobs = jobs
        self._slots = {job.id: slot for slot, job in enumerate(jobs)}
        unused = [NEVER_FITS] * (size - len(jobs))
        self._nodes = [NEVER_FITS] * size + [job.nodes for job in jobs] + unused
        self._limits = [NEVER_FITS] * size + [job.limit for job in jobs] + unused
        for values in (self._nodes, self._limits):
            for i in range(size - 1, 0, -1):
                values[i] = min(values[2 * i], values[2 * i + 1])

    def _set(self, slot: int, nodes: int, limit: int) -> None:
        for values, value in ((self._nodes, nodes), (self._limits, limit)):
            i = self._size + slot
            values[i] = least = value
            while i > 1:
                least = min(least, values[i ^ 1])
                i >>= 1
                if values[i] == least:
                    break
                values[i] = least

    def _next(self, slot: int, hole: Hole) -> int | None:
        """The first slot from ``slot`` on whose job fits, if any does."""
        size, least_nodes, least_limit = self._size, self._nodes, self._limits
        free, window, spare = hole.free, hole.window, hole.spare
        i = size + slot
        while True:
            nodes = least_nodes[i]
            if nodes <= free and (nodes <= spare or least_limit[i] <= window):
                if i >= size:
                    return i - size
                i *= 2
            else:
                while i & 1:
                    i >>= 1
                if i == 0:
                    return None
                i += 1
