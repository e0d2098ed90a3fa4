"""Forecasts in sentences: every branch, in English and German, in local time."""

import datetime as dt

import pytest
from django.utils import translation

from allocations.models import Expectation

NOW = dt.datetime(2026, 11, 24, 9, 3, tzinfo=dt.UTC)  # a Tuesday, 10:03 in Jülich
HOUR = dt.timedelta(hours=1)


def said(*hours, at=NOW):
    moments = [None if after is None else NOW + after * HOUR for after in hours]
    return Expectation(*moments).sentence(at=at)


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ((0, 0.05, 0.1), "Probably starts within the next 10 minutes."),
        (
            (0.1, 0.1, 3),
            "Probably starts by 13:15 today, and most likely within 10 minutes.",
        ),
        ((0.1, 1, 3), "Probably starts by 13:15 today; most likely about 11:00 today."),
        (
            (2, 3.5, 6),
            "Probably starts today between 12:00 and 16:15; most likely about 13:30.",
        ),
        (
            (22, 24.5, 28),
            "Probably starts tomorrow between 08:00 and 14:15; most likely about 10:30.",
        ),
        (
            (72, 75, 78),
            "Probably starts on Friday, 27 November between 10:00 and 16:15; "
            "most likely about 13:00.",
        ),
        (
            (12, 16, 30),
            "Probably starts between 22:00 today and 16:30 tomorrow; "
            "most likely about 02:00 tomorrow.",
        ),
        (
            (12, 16, None),
            "Most likely starts about 02:00 tomorrow, but it may take longer than four weeks.",
        ),
        ((12, None, None), "Probably does not start within the next four weeks."),
    ],
)
def test_a_range_is_said_in_plain_words(hours, sentence):
    assert said(*hours) == sentence


def test_a_single_run_is_called_rough():
    assert said(None, 3.5, None) == "Roughly estimated, it starts about 13:30 today."
    assert said(None, 0.1, None) == "Roughly estimated, it starts within the next 10 minutes."


def test_a_range_that_has_gone_by_is_not_told_as_if_it_held():
    assert (
        said(1, 2, 3, at=NOW + 4 * HOUR)
        == "Was expected to start by now. A new forecast is on its way."
    )


def test_a_range_that_has_begun_is_told_from_now_on():
    sentence = said(1, 4, 6, at=NOW + 2 * HOUR)

    assert sentence == "Probably starts by 16:15 today; most likely about 14:00 today."


def test_a_short_range_is_told_to_five_minutes():
    assert (
        said(1, 1.4, 2) == "Probably starts today between 11:00 and 12:05; most likely about 11:25."
    )


def test_the_night_of_the_change_of_clocks_is_told_in_local_time():
    at = dt.datetime(2026, 10, 24, 20, 0, tzinfo=dt.UTC)
    moments = [at + hours * HOUR for hours in (6, 7, 8)]  # 03:00, 04:00, 05:00 winter time

    sentence = Expectation(*moments).sentence(at=at)

    assert sentence.startswith("Probably starts tomorrow between 03:00 and 05:")


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        (
            (22, 24.5, 28),
            "Startet voraussichtlich morgen zwischen 08:00 und 14:15 Uhr, "
            "am wahrscheinlichsten gegen 10:30 Uhr.",
        ),
        (
            (12, 22.5, 80),
            "Startet voraussichtlich zwischen heute 22:00 Uhr und "
            "Freitag, 27. November, 18:30 Uhr, am wahrscheinlichsten morgen gegen 08:30 Uhr.",
        ),
        (
            (0.1, 75, 78),
            "Startet voraussichtlich bis Freitag, 27. November, 16:30 Uhr, "
            "am wahrscheinlichsten am Freitag, 27. November, gegen 13:00 Uhr.",
        ),
        ((None, 22.5, None), "Startet grob geschätzt morgen gegen 08:30 Uhr."),
    ],
)
def test_germans_read_german(hours, sentence):
    with translation.override("de"):
        assert said(*hours) == sentence
