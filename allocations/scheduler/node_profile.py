"""Which nodes will be free, from now on: the plan in which jobs are given certain nodes."""

from bisect import bisect_left, bisect_right

from .availability import Lane
from .jobs import Job
from .nodes import NodeSet
from .occupancy import FOREVER

Place = tuple[int, NodeSet]  # when a job starts, and on which nodes


class NodeProfile:
    """Which nodes will be free, as steps: ``_free[i]`` from ``_times[i]`` on."""

    def __init__(self, at: int, free: NodeSet) -> None:
        self._times = [at]
        self._free = [free]

    def copy(self) -> "NodeProfile":
        other = NodeProfile(0, 0)
        other._times, other._free = self._times[:], self._free[:]
        return other

    def forget_before(self, at: int) -> None:
        """Drop the steps that have gone by."""
        past = bisect_right(self._times, at) - 1
        if past > 0:
            del self._times[:past], self._free[:past]

    def take(self, start: int, end: int, nodes: NodeSet) -> None:
        """Reserve ``nodes`` from ``start`` until ``end``."""
        first, last = self._split(start), self._split(end)
        for step in range(first, last):
            self._free[step] &= ~nodes

    def give(self, start: int, end: int, nodes: NodeSet) -> None:
        """Give ``nodes`` back that were reserved from ``start`` until ``end``."""
        first, last = self._split(start), self._split(end)
        for step in range(first, last):
            self._free[step] |= nodes
        for step in (last, first):
            if step and self._free[step] == self._free[step - 1]:
                del self._times[step], self._free[step]

    def free(self, start: int, end: int) -> NodeSet:
        """The nodes that are free from ``start`` until ``end``."""
        first, last = bisect_right(self._times, start) - 1, bisect_left(self._times, end)
        nodes = self._free[max(first, 0)]
        for free in self._free[first + 1 : last]:
            nodes &= free
        return nodes

    def earliest(self, job: Job, lane: Lane, after: int, before: int = FOREVER) -> Place | None:
        """When ``job`` could first have its nodes, from ``after`` on, and all it could have."""
        openings = lane.openings(after)
        start = after
        while start < before:
            end = start + job.limit
            first, last = bisect_right(self._times, start) - 1, bisect_left(self._times, end)
            short, nodes = self._shortage(first, last, job.nodes)
            if short is None:
                nodes &= lane.open(start, end)
                if nodes.bit_count() >= job.nodes:
                    return start, nodes
                short = first
            later = [*self._times[short + 1 : short + 2], *openings]
            start = min((at for at in later if at > start), default=FOREVER)
        return None

    def _shortage(self, first: int, last: int, count: int) -> tuple[int | None, NodeSet]:
        """The last step from which on fewer than ``count`` nodes are free until ``last``, if any.

        A job that lasts until then or longer cannot start before that step is over.
        """
        nodes = self._free[last - 1]
        for step in range(last - 1, first - 1, -1):
            nodes &= self._free[step]
            if nodes.bit_count() < count:
                return step, nodes
        return None, nodes

    def _split(self, at: int) -> int:
        """Let a step begin at ``at``, or with the first if that is later; say which."""
        place = bisect_left(self._times, at)
        if place and (place == len(self._times) or self._times[place] != at):
            self._times.insert(place, at)
            self._free.insert(place, self._free[place - 1])
        return place
