"""Lines over the last day, worked out here so that a page only draws them."""

import datetime as dt
from dataclasses import dataclass

DAY = 86_400
WIDTH, HEIGHT = 720, 120  # of the drawing, in its own units
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Chart:
    """A line of ``points`` as an SVG writes them; ``highest`` stands at its upper edge."""

    line: str
    area: str
    highest: int
    starts_at: dt.datetime
    ends_at: dt.datetime


def last_day(samples, *, value, ends_at, highest=None):
    """The chart of ``value(sample)`` in the 24 hours up to ``ends_at``.

    Without ``highest`` the upper edge is a round number that holds every value. Nothing
    where there are not two samples.
    """
    if not samples[1:]:
        return None
    values = [value(sample) for sample in samples]
    highest = highest or round_up(max(values))
    starts_at = ends_at - dt.timedelta(seconds=DAY)
    points = [
        (
            round(WIDTH * (sample.at - starts_at).total_seconds() / DAY, 1),
            round(HEIGHT * (1 - number / highest), 1),
        )
        for sample, number in zip(samples, values, strict=True)
    ]
    floor = [(points[-1][0], HEIGHT), (points[0][0], HEIGHT)]
    return Chart(_written(points), _written([*points, *floor]), highest, starts_at, ends_at)


def round_up(number):
    """The next 1, 2 or 5 times a power of ten: 10 at least."""
    power = 10
    while True:
        for step in STEPS:
            if number <= step * power:
                return step * power
        power *= 10


def _written(points):
    return " ".join(f"{x:g},{y:g}" for x, y in points)
