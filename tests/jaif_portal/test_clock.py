import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from jaif_portal import clock
from jaif_portal.models import Holiday, PortalClock

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def brussels(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.BRUSSELS)


def test_portal_time_is_wall_time_where_no_clock_was_set():
    with time_machine.travel(NOON, tick=False):
        assert clock.now() == NOON


@pytest.mark.parametrize("rate", [0, 1, 60])
def test_portal_time_passes_at_the_rate_of_the_clock(rate):
    PortalClock.objects.create(pk=1, anchor=NOON, anchored_at=NOON, rate=rate)

    with time_machine.travel(NOON + MINUTE, tick=False):
        assert clock.now() == NOON + rate * MINUTE


def test_a_lag_is_portal_time_and_is_late_by_wall_time():
    row = PortalClock(anchor=NOON, anchored_at=NOON, rate=60)

    late, early = (row.lag(NOON - minutes * MINUTE, wall=NOON) for minutes in (21, 20))

    assert (late, row.is_late(late)) == (21 * MINUTE, True)
    assert (early, row.is_late(early)) == (20 * MINUTE, False)
    assert row.lag(NOON + MINUTE, wall=NOON) == dt.timedelta(0)


def test_while_the_clock_is_paused_a_lag_is_late_as_at_rate_1():
    row = PortalClock(anchor=NOON, anchored_at=NOON, rate=0)

    assert [row.is_late(dt.timedelta(seconds=seconds)) for seconds in (20, 21)] == [False, True]


def test_reading_the_time_takes_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        clock.now()


def test_seconds_and_moments_are_each_others_inverse():
    assert clock.moment(clock.seconds(NOON)) == NOON
    assert clock.seconds(NOON + dt.timedelta(microseconds=999_999)) == clock.seconds(NOON)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-11-23T10:00", 2, "2026-11-25T10:00", id="within a week"),
        pytest.param("2026-11-23T10:00", 0, "2026-11-23T10:00", id="no days"),
        pytest.param("2026-11-27T10:00", 1, "2026-11-30T10:00", id="over a weekend"),
        pytest.param("2026-11-23T10:00", 10, "2026-12-07T10:00", id="over two weekends"),
        pytest.param("2026-11-28T12:00", 1, "2026-12-01T00:00", id="from a Saturday"),
        pytest.param("2026-11-29T23:59", 1, "2026-12-01T00:00", id="from a Sunday"),
        pytest.param("2026-11-28T12:00", 0, "2026-11-30T00:00", id="no days from a Saturday"),
        pytest.param("2026-11-11T15:00", 1, "2026-11-13T00:00", id="from a holiday"),
        pytest.param("2026-11-10T15:00", 1, "2026-11-12T15:00", id="over a holiday"),
        pytest.param("2026-04-02T09:00", 2, "2026-04-07T09:00", id="over Easter"),
        pytest.param("2026-12-23T10:00", 2, "2027-01-05T10:00", id="over the end of the year"),
        pytest.param("2026-12-25T10:00", 1, "2027-01-05T00:00", id="from Christmas"),
        pytest.param("2026-03-27T10:00", 1, "2026-03-30T10:00", id="into summer time"),
        pytest.param("2026-10-23T10:00", 1, "2026-10-26T10:00", id="out of summer time"),
        pytest.param("2026-03-29T02:30", 1, "2026-03-31T00:00", id="in the hour that is missing"),
        pytest.param("2026-10-25T02:30", 1, "2026-10-27T00:00", id="in the hour that is double"),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(start, days, due):
    assert clock.add_working_days(brussels(start), days) == brussels(due)


@pytest.mark.parametrize(
    ("start", "due"),
    [("2026-03-27T09:00", "2026-03-30T08:00"), ("2026-10-23T08:00", "2026-10-26T09:00")],
)
def test_summer_time_moves_the_due_moment_in_universal_time(start, due):
    moment = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)

    found = clock.add_working_days(moment, 1)

    assert (found, found.tzinfo) == (dt.datetime.fromisoformat(due + "+00:00"), dt.UTC)


def test_the_day_is_that_of_brussels_wherever_the_moment_comes_from():
    friday_in_new_york = dt.datetime(2026, 11, 27, 18, 30, tzinfo=ZoneInfo("America/New_York"))

    # Saturday, half past midnight, in Brussels
    assert clock.add_working_days(friday_in_new_york, 1) == brussels("2026-12-01T00:00")


def test_a_holiday_that_the_office_adds_counts_from_then_on():
    start = brussels("2026-11-23T10:00")
    Holiday.objects.create(day=dt.date(2026, 11, 24), name="Staff outing")

    assert clock.add_working_days(start, 1) == brussels("2026-11-25T10:00")


def test_more_working_days_are_due_later_and_never_on_a_free_day():
    holidays = set(Holiday.objects.values_list("day", flat=True))
    for hours in range(0, 24 * 30, 7):
        start = brussels("2026-12-10T00:00") + dt.timedelta(hours=hours)
        dues = [clock.add_working_days(start, days) for days in range(6)]

        assert dues == sorted(set(dues))
        days = [due.astimezone(clock.BRUSSELS).date() for due in dues]
        assert not [day for day in days if clock.is_free(day, holidays)]
        assert dues[0] >= start


def test_the_years_that_the_portal_opens_with_have_their_holidays():
    per_year = [Holiday.objects.filter(day__year=year).count() for year in (2026, 2027, 2028)]

    assert per_year == [17, 17, 17]


@pytest.mark.parametrize("days", [0, 1, 2, 7])
@pytest.mark.parametrize("start", ["2026-11-23 10:00", "2026-11-27 00:00", "2026-11-28 11:30"])
def test_working_time_in_whole_days_comes_to_the_same_as_working_days(start, days):
    Holiday.objects.get_or_create(day=dt.date(2026, 12, 1), defaults={"name": "A holiday"})
    start = brussels(start)

    due = clock.add_working_days(start, days)

    assert clock.working_time(start, due) == dt.timedelta(days=days)
    assert clock.add_working_time(start, dt.timedelta(days=days)) == due


def test_working_time_leaves_out_what_lies_on_a_weekend():
    friday, monday = brussels("2026-11-27 16:00"), brussels("2026-11-30 09:00")

    assert clock.working_time(friday, monday) == dt.timedelta(hours=17)
    assert clock.add_working_time(friday, dt.timedelta(hours=17)) == monday
