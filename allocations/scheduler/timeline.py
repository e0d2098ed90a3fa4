"""What went on over time: numbers that change at an instant and hold until the next."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from .events import Ended


class Steps(NamedTuple):
    """``values[i]`` holds from ``times[i]`` on; before the first time it is 0."""

    times: Sequence[int]
    values: Sequence[int]


class Column(NamedTuple):
    """What the values were like from ``begin`` up to the next column."""

    begin: int
    least: int
    mean: float
    most: int


def nodes_in_use(ended: Iterable[Ended]) -> Steps:
    """How many nodes run jobs."""
    changes: defaultdict[int, int] = defaultdict(int)
    for event in ended:
        changes[event.started] += event.job.nodes
        changes[event.at] -= event.job.nodes
    return _steps(changes)


def jobs_waiting(ended: Iterable[Ended]) -> Steps:
    """How many jobs have been submitted and not yet started."""
    changes: defaultdict[int, int] = defaultdict(int)
    for event in ended:
        changes[event.job.submit] += 1
        changes[event.started] -= 1
    return _steps(changes)


def condensed(steps: Steps, columns: int) -> Iterator[Column]:
    """Cut the time up to the last change into at most ``columns`` columns of equal width."""
    times, values = steps
    if not times:
        return
    width = (times[-1] - times[0]) // columns + 1
    place = value = 0
    for begin in range(times[0], times[-1] + 1, width):
        at, area, end = begin, 0, begin + width
        least = most = values[place] if times[place] == begin else value
        while place < len(times) and times[place] < end:
            area += value * (times[place] - at)
            at, value = times[place], values[place]
            least, most = min(least, value), max(most, value)
            place += 1
        yield Column(begin, least, (area + value * (end - at)) / width, most)


def _steps(changes: dict[int, int]) -> Steps:
    times = sorted(time for time, change in changes.items() if change)
    return Steps(times, list(accumulate(changes[time] for time in times)))
