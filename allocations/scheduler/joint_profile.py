"""How many nodes will be free where they are not alike: a profile for each class of them."""

from collections.abc import Sequence

from .profile import Profile


class JointProfile(Profile):
    """The free nodes of some classes from ``now`` on; a job keeps its nodes to its end.

    Its own steps are those of all classes together, beyond which no job can have nodes.
    """

    __slots__ = ("_now", "_parts")

    def __init__(self, parts: Sequence[Profile], now: int) -> None:
        super().__init__(0)
        self._parts = parts
        self._now = now
        later = {at for part in parts for at, _ in part.steps() if at > now}
        self._times = [now, *sorted(later)]
        self._free = [sum(self.room(at, at + 1)) for at in self._times]

    def fits_from_now(self, end: int, nodes: int) -> bool:
        return sum(self.room(self._now, end)) >= nodes

    def first(self, nodes: int, seconds: int, *, after: int, before: int) -> int | None:
        while True:
            start = super().first(nodes, seconds, after=after, before=before)
            if start is None or sum(self.room(start, start + seconds)) >= nodes:
                return start
            after = self.next_step(start)

    def room(self, start: int, end: int) -> list[int]:
        """How many nodes of each class are free from ``start`` until ``end``."""
        return [part.least_free(start, end) for part in self._parts]

    def take_of_each(self, start: int, end: int, counts: Sequence[int], *, rounded: int) -> None:
        """Reserve so many nodes of each class from ``start`` until ``end``, or ``rounded`` up.

        Nodes that are closed in between count as taken already.
        """
        for part, count in zip(self._parts, counts, strict=True):
            if count:
                until = rounded if part.least_free(start, rounded) >= count else end
                part.take(start, until, count)
                self.take(start, until, count)


def split(room: Sequence[int], nodes: int) -> list[int]:
    """How many of ``nodes`` nodes come from each class, of which there is ``room`` in all.

    All come from the first class that has enough; else classes are used up in their order.
    """
    whole = next((place for place, free in enumerate(room) if free >= nodes), None)
    counts = []
    for place, free in enumerate(room):
        count = min(free, nodes) if whole in {None, place} else 0
        counts.append(count)
        nodes -= count
    return counts
