import datetime as dt

import pytest

from allocations.flows.outlook import Outlook, is_early, look_ahead
from allocations.models import Allocation, LedgerAccount, QuotaMonth

START = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
END = dt.datetime(2027, 2, 21, 9, tzinfo=dt.UTC)  # 90 days
DAY = dt.timedelta(days=1)


def account(*, granted=9000, used=0, month=None):
    allocation = Allocation(starts_at=START, ends_at=END, month=month)
    return LedgerAccount(allocation=allocation, credited=granted, debited=used)


def test_hours_that_nobody_uses_are_all_forfeited():
    found = look_ahead(account(), used_7=0, used_30=0, at=START + 30 * DAY)

    assert found == Outlook(rate_7=0, rate_30=0, exhaustion=None, forfeiture=9000)


def test_a_tenth_of_the_period_says_nothing_yet():
    moments = [START + days * DAY for days in (0, 8.9, 9)]

    early = [is_early(account().allocation, at=at) for at in moments]

    assert early == [True, True, False]


def test_hours_run_out_before_the_days_do():
    """6,000 left at 200 a day last 30 of the 60 days."""
    found = look_ahead(account(used=3000), used_7=1400, used_30=3000, at=START + 30 * DAY)

    assert found == Outlook(rate_7=200, rate_30=100, exhaustion=START + 60 * DAY, forfeiture=0)


def test_the_days_run_out_before_the_hours_do():
    """8,700 left, and 60 days at 10 a day use 600 of them."""
    found = look_ahead(account(used=300), used_7=70, used_30=300, at=START + 30 * DAY)

    assert found == Outlook(rate_7=10, rate_30=10, exhaustion=None, forfeiture=8100)


def test_an_idle_week_does_not_hide_what_was_used_before_it():
    found = look_ahead(account(used=3000), used_7=0, used_30=3000, at=START + 30 * DAY)

    assert (found.rate_7, found.rate_30, found.forfeiture) == (0, 100, 0)


def test_a_young_allocation_is_judged_by_its_age():
    found = look_ahead(account(used=200), used_7=200, used_30=200, at=START + 2 * DAY)

    assert (found.rate_7, found.rate_30) == (100, 100)


def test_after_the_end_nothing_is_projected():
    found = look_ahead(account(), used_7=70, used_30=70, at=END + DAY)

    assert (found.exhaustion, found.forfeiture) == (None, 9000)


@pytest.mark.parametrize(
    ("used_7", "forfeiture"),
    [
        (0, 9000),  # 3,000 lapse after each month but the first, and 6,000 at the end
        (350, 9000 - 83 * 50),  # 83 days are ahead
        (1400, 0),
    ],
)
def test_a_monthly_quota_forfeits_before_the_end_too(used_7, forfeiture):
    month = QuotaMonth(
        starts_at=START,
        ends_at=START + 30 * DAY,
        node_seconds=3000,
        advance=3000,
        granted_before=9000,
    )

    found = look_ahead(account(month=month), used_7=used_7, used_30=0, at=START + 7 * DAY)

    assert found.forfeiture == forfeiture
