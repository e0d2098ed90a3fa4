"""De minimis aid within three years."""

import datetime as dt

import pytest

from onboarding.aid import Grant, de_minimis_left, de_minimis_sum, free_again_on

TODAY = dt.date(2026, 11, 24)


def grants(*pairs):
    return [Grant(dt.date.fromisoformat(day), amount) for day, amount in pairs]


@pytest.mark.parametrize(
    ("pairs", "total"),
    [
        ([], 0),
        ([("2026-11-24", 100)], 100),
        ([("2026-11-25", 100)], 0),  # not granted yet
        ([("2023-11-25", 100)], 100),
        ([("2023-11-24", 100)], 0),  # three years have passed
        ([("2020-01-01", 900_000)], 0),
        ([("2024-02-29", 200_000), ("2025-06-01", 150_000)], 350_000),
    ],
)
def test_what_was_granted_in_three_years_counts(pairs, total):
    assert de_minimis_sum(grants(*pairs), on=TODAY) == total


@pytest.mark.parametrize(
    ("amount", "left"), [(0, 300_000), (299_999, 1), (300_000, 0), (400_000, 0)]
)
def test_what_is_left_is_never_negative(amount, left):
    assert de_minimis_left(grants(("2026-01-01", amount)), on=TODAY) == left


@pytest.mark.parametrize(
    ("pairs", "day"),
    [
        ([("2026-01-01", 299_999)], None),
        ([("2024-05-01", 100_000), ("2026-01-01", 200_000)], "2027-05-01"),
        ([("2024-05-01", 100_000), ("2026-01-01", 300_000)], "2029-01-01"),
    ],
)
def test_when_there_is_room_again(pairs, day):
    found = free_again_on(grants(*pairs), on=TODAY)

    assert found == (day and dt.date.fromisoformat(day))
