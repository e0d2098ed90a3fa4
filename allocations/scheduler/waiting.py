"""The queue: who waits, in order, and who of them fits into what is free.

Three kinds with one interface. First come, first served needs no more than the
order. To look for jobs to backfill, going through a list is the fastest as long
as hundreds wait; when thousands do, trees find the next job that fits without
looking at those that do not.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from heapq import heapify, heappop, heappush
from itertools import count
from operator import attrgetter
from typing import Protocol

from .jobs import Job
from .trees import Hole, SlotTree

by_arrival = attrgetter("submit", "id")
in_order = attrgetter("low", "submit", "id")
by_limit = attrgetter("low", "limit")

Narrow = Callable[[Hole], None]


class Queue(Protocol):
    """Waiting jobs in order of their arrival, those of the lowest priority last."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Job]: ...

    def first(self) -> Job | None: ...

    def add(self, job: Job) -> None: ...

    def remove(self, job: Job) -> None: ...

    def take_fitting(
        self, hole: Hole, narrow: Narrow, *, tried_free: int, tried_spare: int
    ) -> Iterable[Job]:
        """Remove the jobs that fit, one after the other; the caller fills ``hole``.

        ``hole`` may be too large until it is made ``narrow``, which takes time
        and is done when a job is found. The caller vouches that none of up to
        ``tried_free`` nodes fits unless it has more than ``tried_spare``.
        """


class PlainQueue:
    """A queue of whom only the first is ever taken.

    Jobs that leave stay in the heap until they come up.
    """

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        self._jobs = {job.id: job for job in jobs}
        self._heap = [(job.low, job.submit, job.id, -1, job) for job in self._jobs.values()]
        self._serial = count()  # a job may come again while it is still in the heap
        heapify(self._heap)

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())

    def first(self) -> Job | None:
        heap, jobs = self._heap, self._jobs
        while heap:
            job = heap[0][-1]
            if jobs.get(job.id) is job:
                return job
            heappop(heap)
        return None

    def add(self, job: Job) -> None:
        self._jobs[job.id] = job
        heappush(self._heap, (job.low, job.submit, job.id, next(self._serial), job))

    def remove(self, job: Job) -> None:
        del self._jobs[job.id]

    def take_fitting(
        self,
        hole: Hole,
        narrow: Narrow,
        *,
        tried_free: int,
        tried_spare: int,
    ) -> Iterable[Job]:
        return ()


class ShortQueue:
    """Waiting jobs in a sorted list, for some hundreds of them."""

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        self._jobs = sorted(jobs, key=in_order)
        self._keys = [(job.low, job.submit, job.id) for job in self._jobs]
        self._sizes = sorted(job.nodes for job in self._jobs)

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs)

    def first(self) -> Job | None:
        return self._jobs[0] if self._jobs else None

    def add(self, job: Job) -> None:
        key = (job.low, job.submit, job.id)
        place = bisect_left(self._keys, key)
        self._keys.insert(place, key)
        self._jobs.insert(place, job)
        insort(self._sizes, job.nodes)

    def remove(self, job: Job) -> None:
        place = bisect_left(self._keys, (job.low, job.submit, job.id))
        del self._keys[place], self._jobs[place]
        sizes = self._sizes
        del sizes[bisect_left(sizes, job.nodes)]

    def take_fitting(
        self, hole: Hole, narrow: Narrow, *, tried_free: int, tried_spare: int
    ) -> Iterable[Job]:
        if self._has_size(tried_free, hole.free) or self._has_size(
            tried_spare, min(hole.spare, hole.free)
        ):
            narrow(hole)
            return self._take_fitting(hole)
        return ()

    def _has_size(self, above: int, most: int) -> bool:
        """Whether a job has more than ``above`` and at most ``most`` nodes."""
        if most <= above:
            return False
        place = bisect_right(self._sizes, above)
        return place < len(self._sizes) and self._sizes[place] <= most

    def _take_fitting(self, hole: Hole) -> Iterator[Job]:
        free, window, spare = hole.free, hole.window, hole.spare
        fitting = [
            job
            for job in self._jobs
            if job.nodes <= free and (job.limit <= window or job.nodes <= spare)
        ]
        for job in self._in_turn(fitting):
            if job.nodes <= hole.free and (job.limit <= window or job.nodes <= hole.spare):
                self.remove(job)
                yield job

    def _in_turn(self, jobs: list[Job]) -> list[Job]:
        return jobs


class ShortQueueByLimit(ShortQueue):
    """Some hundreds of waiting jobs, of which the one with the shortest limit goes ahead."""

    def _in_turn(self, jobs: list[Job]) -> list[Job]:
        return sorted(jobs, key=by_limit)


class LongQueue(PlainQueue):
    """Waiting jobs also in trees, one for each class of limits.

    Within a class limits differ by a fourth at most, so that all of a class
    fit into the window or none does, but for the one class around it.
    """

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        super().__init__(jobs)
        self._trees: dict[int, SlotTree] = {}
        classes: dict[int, list[Job]] = {}
        for job in sorted(self._jobs.values(), key=in_order):
            classes.setdefault(_limit_class(job), []).append(job)
        for limit_class, members in classes.items():
            self._trees[limit_class] = SlotTree(members)

    def add(self, job: Job) -> None:
        super().add(job)
        limit_class = _limit_class(job)
        tree = self._trees.get(limit_class)
        if tree is None:
            self._trees[limit_class] = SlotTree([job])
        else:
            tree.add(job)

    def remove(self, job: Job) -> None:
        super().remove(job)
        self._trees[_limit_class(job)].remove(job)

    def take_fitting(
        self,
        hole: Hole,
        narrow: Narrow,
        *,
        tried_free: int,
        tried_spare: int,
    ) -> Iterable[Job]:
        trees = [tree for tree in self._trees.values() if tree.may_fit(hole)]
        if trees:
            narrow(hole)
            return self._take_fitting(trees, hole)
        return ()

    def _take_fitting(self, trees: list[SlotTree], hole: Hole) -> Iterator[Job]:
        least = min(tree.least_nodes for tree in trees)
        found = [entry for tree in trees if (entry := _first_fitting(tree, 0, hole))]
        heapify(found)
        while found and hole.free >= least:
            *_, job, tree = heappop(found)
            slot = tree.slot(job)
            if hole.fits(job):
                self.remove(job)
                yield job
            if entry := _first_fitting(tree, slot + 1, hole):
                heappush(found, entry)


class LongQueueByLimit(LongQueue):
    """Thousands of waiting jobs, of which the one with the shortest limit goes ahead.

    The classes of limits come one after the other; only within one are jobs sorted.
    """

    def _take_fitting(self, trees: list[SlotTree], hole: Hole) -> Iterator[Job]:
        for tree in sorted(trees, key=attrgetter("low", "least_limit")):
            for job in sorted(tree.all_fitting(hole), key=by_limit):
                if hole.fits(job):
                    self.remove(job)
                    yield job


def _first_fitting(
    tree: SlotTree, slot: int, hole: Hole
) -> tuple[bool, int, int, Job, SlotTree] | None:
    if tree.may_fit(hole) and (job := tree.next_fitting(slot, hole)):
        return job.low, job.submit, job.id, job, tree
    return None


def _limit_class(job: Job) -> int:
    """Number the fourths of the octaves in which limits lie; by less than 0 for low jobs."""
    octave = job.limit.bit_length()
    number = 4 * octave + (job.limit << 3 >> octave)
    return -number if job.low else number
