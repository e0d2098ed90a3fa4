"""Ranges that hold as often as they say, by what has become of earlier ones.

Replications draw each job for itself, but jobs of one user are alike and hours of a day
differ, so their ranges are too narrow. By how much is read off forecasts whose jobs have
started: conformalised quantile regression (Romano, Patterson and Candès, NeurIPS 2019),
in units of the half of the range on either side. A machine that has none yet goes by what
was measured on the workload model (``experience``), which counts less with each of its own.
"""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import NamedTuple

from .forecast import Range

MISSES = 0.1  # on either side
LEAST = 60  # seconds, of half a range


class Margins(NamedTuple):
    """How far the bounds of a range move outwards, in units of its halves; inwards below 0."""

    low: float = 0.0
    high: float = 0.0


NONE = Margins()


def excess(drawn: Range, start: int) -> Margins | None:
    """How far the bounds would have had to move to hold the ``start`` just so.

    ``None`` where there was no range.
    """
    p10, p50, p90 = drawn
    if p10 is None or p50 is None:
        return None
    high = -1.0 if p90 is None else (start - p90) / (p90 - p50 + LEAST)
    return Margins((p10 - start) / (p50 - p10 + LEAST), high)


def learn_margins(outcomes: Iterable[tuple[Range, int]], known: Sequence[Margins] = ()) -> Margins:
    """From ranges as they were drawn, and the seconds in which the jobs started.

    Each excess that was ``known`` before counts as one more outcome.
    """
    found = (excess(drawn, start) for drawn, start in outcomes)
    margins = [*known, *(one for one in found if one is not None)]
    if not margins:
        return NONE
    low, high = zip(*margins, strict=True)
    return Margins(_upper(low), _upper(high))


def widen(drawn: Range, margins: Margins, *, now: int) -> Range:
    """The range that should hold the start in 80 % of all cases, as far as it is known."""
    p10, p50, p90 = drawn
    if p10 is None or p50 is None:
        return drawn
    p10 = max(now, min(p50, round(p10 - margins.low * (p50 - p10 + LEAST))))
    if p90 is not None:
        p90 = max(p50, round(p90 + margins.high * (p90 - p50 + LEAST)))
    return Range(p10, p50, p90)


def _upper(excesses: Iterable[float]) -> float:
    """What all but the misses do not exceed."""
    ordered = sorted(excesses)
    place = ceil((1 - MISSES) * (len(ordered) + 1)) - 1
    return ordered[min(place, len(ordered) - 1)]
