"""Ranges that are widened by what has become of earlier ones."""

from random import Random

import pytest

from allocations.scheduler.forecast import Range
from allocations.scheduler.margins import NONE, Margins, learn_margins, widen

DRAWN = Range(1000, 2000, 4000)


def outcomes(number, *, spread, rng):
    """Ranges for a normal spread of 1,000 s, and starts with another one."""
    drawn = Range(*(100_000 + round(1000 * quantile) for quantile in (-1.2816, 0, 1.2816)))
    return [(drawn, round(rng.gauss(100_000, spread))) for _ in range(number)]


def covered(drawn, start):
    return drawn.p10 <= start <= drawn.p90


@pytest.mark.parametrize("spread", [500, 1000, 3000])
def test_widened_ranges_hold_eighty_of_a_hundred(spread):
    rng = Random(4)
    margins = learn_margins(outcomes(1000, spread=spread, rng=rng))

    later = outcomes(2000, spread=spread, rng=rng)
    share = sum(covered(widen(drawn, margins, now=0), start) for drawn, start in later) / 2000

    assert share == pytest.approx(0.8, abs=0.04)


def test_few_outcomes_change_nothing():
    assert learn_margins(outcomes(49, spread=9000, rng=Random(4))) == NONE
    assert widen(DRAWN, NONE, now=0) == DRAWN


def test_bounds_move_by_halves_of_the_range():
    assert widen(DRAWN, Margins(0.5, 0.25), now=0) == Range(470, 2000, 4515)


def test_a_range_neither_crosses_its_middle_nor_begins_before_now():
    assert widen(DRAWN, Margins(-9, -9), now=0) == Range(2000, 2000, 2000)
    assert widen(DRAWN, Margins(9, 0), now=700) == Range(700, 2000, 4000)


def test_what_is_not_known_stays_so():
    assert widen(Range(None, 5, None), Margins(1, 1), now=0) == Range(None, 5, None)
    assert widen(Range(None, None, None), Margins(1, 1), now=0) == Range(None, None, None)
    assert widen(Range(1000, 2000, None), Margins(0, 1), now=0) == Range(1000, 2000, None)


def test_single_runs_and_open_ends_teach_what_they_can():
    rough = [(Range(None, 2000, None), 5000)] * 100
    assert learn_margins(rough) == NONE

    open_ended = [(Range(1000, 2000, None), 900)] * 60
    assert learn_margins(open_ended) == Margins(pytest.approx(100 / 1060), -1)
