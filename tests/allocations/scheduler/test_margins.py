"""Ranges that are widened by what has become of earlier ones."""

from random import Random

import pytest

from allocations.models import Horizon
from allocations.scheduler.experience import EXPERIENCE
from allocations.scheduler.forecast import Range
from allocations.scheduler.margins import NONE, Margins, excess, learn_margins, widen

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


def test_without_any_outcome_nothing_changes():
    assert learn_margins([]) == NONE
    assert widen(DRAWN, NONE, now=0) == DRAWN


def quantiles(found):
    """Twenty of each end, as ``experience`` has them."""
    excesses = [excess(drawn, start) for drawn, start in found]
    columns = [sorted(column) for column in zip(*excesses, strict=True)]
    picked = (
        [column[len(column) * place // 40] for place in range(1, 40, 2)] for column in columns
    )
    return [Margins(low, high) for low, high in zip(*picked, strict=True)]


@pytest.mark.parametrize("own", [0, 5, 20, 200])
def test_with_experience_ranges_are_right_from_the_first_one_on(own):
    rng = Random(4)
    known = quantiles(outcomes(1000, spread=2000, rng=rng))

    held = 0
    for _portal in range(200):
        margins = learn_margins(outcomes(own, spread=2000, rng=rng), known)
        later = outcomes(10, spread=2000, rng=rng)
        held += sum(covered(widen(drawn, margins, now=0), start) for drawn, start in later)

    assert 0.76 <= held / 2000 <= 0.9  # a few of its own make them rather too wide


def test_what_a_machine_finds_by_itself_outweighs_experience():
    rng = Random(4)
    known = quantiles(outcomes(1000, spread=5000, rng=rng))

    margins = learn_margins(outcomes(1000, spread=1000, rng=rng), known)

    assert abs(margins.low) < 0.3
    assert learn_margins([], known).low > 2


def test_experience_has_every_horizon_and_widens():
    assert list(EXPERIENCE) == list(Horizon)
    for known in EXPERIENCE.values():
        margins = learn_margins([], known)
        assert len(known) == 20
        assert margins.low > 0
    assert learn_margins([], EXPERIENCE["day"]).high > 0


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
