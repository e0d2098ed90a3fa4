"""How many nodes will be free, from now on: the plan that reservations are made in."""

from bisect import bisect_left, bisect_right
from itertools import islice

from .occupancy import FOREVER


class Profile:
    """The free nodes of a machine over time, as steps.

    ``_free[i]`` nodes are free from ``_times[i]`` until ``_times[i + 1]``; the
    last step has no end. Times are seconds and each interval is half-open, so
    nodes given back in a second can be taken in it. Neighbouring steps may be
    alike; they are joined when the past is dropped or nodes come back.
    """

    __slots__ = ("_free", "_times")

    def __init__(self, nodes: int) -> None:
        self._times = [-FOREVER]
        self._free = [nodes]

    def copy(self) -> "Profile":
        other = Profile(0)
        other._times, other._free = self._times[:], self._free[:]
        return other

    def steps(self) -> list[tuple[int, int]]:
        """``(second, free nodes from then on)`` for each step, without repetition."""
        steps: list[tuple[int, int]] = []
        for at, free in zip(self._times, self._free, strict=True):
            if not steps or steps[-1][1] != free:
                steps.append((at, free))
        return steps

    def forget_before(self, at: int) -> None:
        """Drop the steps that have gone by."""
        past = bisect_right(self._times, at) - 1
        if past > 0:
            del self._times[:past], self._free[:past]

    def take(self, start: int, end: int, nodes: int) -> None:
        """Reserve ``nodes`` nodes from ``start`` until ``end``."""
        first, last = self._split(start), self._split(end)
        self._free[first:last] = [free - nodes for free in self._free[first:last]]

    def give(self, start: int, end: int, nodes: int) -> None:
        """Give ``nodes`` nodes back that were reserved from ``start`` until ``end``."""
        if start >= end:
            return
        self.take(start, end, -nodes)
        self._join(end)
        self._join(start)

    def close(self, start: int, end: int) -> None:
        """Let no node be free from ``start`` until ``end``."""
        first, last = self._split(start), self._split(end)
        self._free[first:last] = [0] * (last - first)

    def fits(self, start: int, end: int, nodes: int) -> bool:
        """Whether ``nodes`` nodes are free from ``start`` until ``end``."""
        return self.least_free(start, end) >= nodes

    def least_free(self, start: int, end: int) -> int:
        """The fewest nodes that are free at a time from ``start`` until before ``end``."""
        times = self._times
        return min(self._free[bisect_right(times, start) - 1 : bisect_left(times, end)])

    def next_step(self, at: int) -> int:
        """When the step after ``at`` begins, or never."""
        place = bisect_right(self._times, at)
        return self._times[place] if place < len(self._times) else FOREVER

    def fits_from_now(self, end: int, nodes: int) -> bool:
        """Whether ``nodes`` nodes are free from the first step until ``end``."""
        return min(self._free[: bisect_left(self._times, end)]) >= nodes

    def most_free(self, start: int, end: int) -> int:
        """The most nodes that are free at a time from ``start`` until before ``end``."""
        times = self._times
        return max(self._free[bisect_right(times, start) - 1 : bisect_left(times, end)])

    def earliest(self, nodes: int, seconds: int, *, after: int) -> int:
        """When ``nodes`` nodes are first free for ``seconds``, from ``after`` on."""
        start = self._search(nodes, seconds, after, FOREVER, FOREVER)
        if start is None:
            raise ValueError(f"there are never {nodes} nodes")
        return start

    def first(self, nodes: int, seconds: int, *, after: int, before: int) -> int | None:
        """As ``earliest``, if that is before ``before``."""
        if after >= before:
            return None
        return self._search(nodes, seconds, after, FOREVER, before)

    def earlier(self, nodes: int, seconds: int, after: int, start: int, until: int) -> int | None:
        """As ``earliest``, but before ``start`` and before ``until``, if there is such a time.

        For a job that has its nodes from ``start`` on: they count as free for it.
        """
        if start <= after:
            return None
        return self._search(nodes, seconds, after, start, min(start, until))

    def _search(self, nodes: int, seconds: int, after: int, own: int, before: int) -> int | None:
        place, start = bisect_right(self._times, after) - 1, after
        steps = zip(
            islice(self._free, place, None), islice(self._times, place + 1, None), strict=False
        )
        for free, end in steps:  # but for the last one
            if free < nodes:
                start = end
                if start >= before:
                    return None
            elif end - start >= seconds or end >= own:
                return start
        return start if self._free[-1] >= nodes else None

    def _split(self, at: int) -> int:
        """Let a step begin at ``at``; say which."""
        place = bisect_left(self._times, at)
        if place == len(self._times) or self._times[place] != at:
            self._times.insert(place, at)
            self._free.insert(place, self._free[place - 1])
        return place

    def _join(self, at: int) -> None:
        """Let no step begin at ``at`` if nothing changes there."""
        place = bisect_left(self._times, at)
        if place and self._free[place] == self._free[place - 1]:
            del self._times[place], self._free[place]
