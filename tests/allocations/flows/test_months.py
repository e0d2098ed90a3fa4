"""The arithmetic of a monthly quota, by hand and by property."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.flows.months import Closing, close, floor, month_starts, slices


def utc(*moment):
    return dt.datetime(*moment, tzinfo=dt.UTC)


def test_a_month_opens_at_the_same_time_of_day_in_juelich_in_summer_and_winter():
    starts = month_starts(utc(2026, 9, 23, 8), utc(2026, 12, 23, 8))

    assert starts == [utc(2026, 9, 23, 8), utc(2026, 10, 23, 8), utc(2026, 11, 23, 9)]


def test_a_month_begun_on_the_31st_opens_on_the_last_day_of_a_shorter_one():
    starts = month_starts(utc(2026, 12, 31, 9), utc(2027, 3, 31, 9))

    assert starts == [utc(2026, 12, 31, 9), utc(2027, 1, 31, 9), utc(2027, 2, 28, 9)]


@pytest.mark.parametrize("hour", [8, 9, 10])
def test_an_hour_more_or_less_at_the_end_makes_no_month(hour):
    assert len(month_starts(utc(2026, 11, 23, 9), utc(2027, 2, 23, hour))) == 3


def test_the_parts_of_the_whole_differ_by_one_at_most():
    assert slices(10, 3) == [3, 3, 4]


@pytest.mark.parametrize(
    ("left", "held", "expected"),
    [
        (60, 0, Closing(lapsed=0, carried=60, forgiven=0)),  # unused hours survive one month
        (100, 0, Closing(lapsed=0, carried=100, forgiven=0)),  # a whole month's too
        (160, 0, Closing(lapsed=60, carried=100, forgiven=0)),  # what is older lapses
        (160, 40, Closing(lapsed=20, carried=140, forgiven=0)),  # not what a running job holds
        (160, 90, Closing(lapsed=0, carried=160, forgiven=0)),
        (-100, 0, Closing(lapsed=0, carried=-100, forgiven=0)),  # a month's advance is owed
        (-201, 0, Closing(lapsed=0, carried=-201, forgiven=0)),  # opens at -101: the floor
        (-500, 0, Closing(lapsed=0, carried=-201, forgiven=299)),
    ],
)
def test_what_a_month_of_100_leaves_to_the_next(left, held, expected):
    assert close(left, fresh=100, held=held, available=1000, following=100) == expected


def test_no_more_lapses_than_the_account_has_free():
    closing = close(300, fresh=100, held=0, available=50, following=100)

    assert closing == Closing(lapsed=50, carried=250, forgiven=0)


@given(
    total=st.integers(1, 10**12),
    count=st.integers(1, 24),
    wishes=st.lists(st.floats(0, 3), min_size=24, max_size=24),
)
def test_what_lapsed_was_used_and_is_left_is_what_was_granted(total, count, wishes):
    """Whatever is used each month, up to all that the account has."""
    quotas, available = slices(total, count), total
    used, lapsed, carried, forgiven = 0, 0, 0, 0
    for place, (quota, wish) in enumerate(zip(quotas, wishes, strict=False)):
        assert carried + quota >= -(101 * quota // 100)  # never below the floor
        charge = min(available, int(wish * quota))
        used, available = used + charge, available - charge
        left = carried + quota - charge
        if place + 1 == count:
            break
        closing = close(left, fresh=quota, held=0, available=available, following=quotas[place + 1])
        lapsed, available = lapsed + closing.lapsed, available - closing.lapsed
        forgiven, carried = forgiven + closing.forgiven, closing.carried
        assert closing.carried <= quota or available == 0
    assert sum(quotas) == total
    assert lapsed + used + available == total
    assert left == available + forgiven


@given(st.integers(0, 10**12))
def test_the_floor_is_minus_101_per_cent_of_the_opening_month(quota):
    assert 100 * (floor(quota) + quota) >= -101 * quota
