"""Which jobs hold nodes, when they will end, and when they are expected to."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from .jobs import Job, RunningJob

FOREVER = 2**62


class Occupancy:
    """The nodes of a machine and the jobs on them.

    ``ends`` is a heap of ``(end, job id, started, job)`` by the true end, which
    only the simulation knows; ``_expected`` is a list of ``(expected end, job
    id, nodes)`` in order, from which the scheduler plans.
    """

    __slots__ = ("_expected", "ends", "free")

    def __init__(self, nodes: int) -> None:
        self.free = nodes
        self.ends: list[tuple[int, int, int, Job]] = []
        self._expected: list[tuple[int, int, int]] = []

    def __iter__(self) -> Iterator[RunningJob]:
        return (RunningJob(job, started) for _, _, started, job in sorted(self.ends))

    def start(self, job: Job, at: int) -> None:
        nodes, limit, runtime = job.nodes, job.limit, job.runtime
        end = at + (runtime if runtime < limit else limit)  # noqa: FURB136 - half a call's time
        self.free -= nodes
        heappush(self.ends, (end, job.id, at, job))
        insort(self._expected, (at + limit, job.id, nodes))

    def end_next(self) -> tuple[Job, int]:
        """Free the nodes of the job that ends first; say when it had started."""
        _, _, started, job = heappop(self.ends)
        self._release(job, started)
        return job, started

    def evict(self, job: Job) -> int | None:
        """Free the nodes of ``job`` before its end; say when it had started, if it has."""
        entry = next((entry for entry in self.ends if entry[3] is job), None)
        if entry is None:
            return None
        self.ends.remove(entry)
        heapify(self.ends)
        self._release(job, entry[2])
        return entry[2]

    def runs(self, job_id: int) -> bool:
        return any(entry[1] == job_id for entry in self.ends)

    def ends_by_job(self) -> Iterator[tuple[int, int]]:
        """``(expected end, job id)`` of the running jobs, in this order."""
        return ((end, job_id) for end, job_id, _ in self._expected)

    def shadow(self, nodes: int) -> tuple[int, int]:
        """When ``nodes`` nodes are expected to be free, and how many more then.

        Every job expected to end in that second counts as ended.
        """
        free = self.free
        expected = iter(self._expected)
        shadow = FOREVER
        for at, _, freed in expected:
            free += freed
            if free >= nodes:
                shadow = at
                break
        for at, _, freed in expected:
            if at > shadow:
                break
            free += freed
        return shadow, free - nodes

    def _release(self, job: Job, started: int) -> None:
        self.free += job.nodes
        expected = self._expected
        del expected[bisect_left(expected, (started + job.limit, job.id))]
