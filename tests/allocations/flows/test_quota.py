import datetime as dt

import pytest

from allocations.flows.standing import balance, enforcement, startable
from allocations.models import Enforcement, EntryKind, JobState, LedgerEntry, PendingReason
from tests.allocations import factories
from tests.allocations.quotas import (
    MONTH,
    account_of,
    monthly,
    pass_time,
    states,
    submit,
    table,
)
from tests.allocations.records import broken_invariants

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD, END = (
    dt.datetime(year, month, 23, 9, tzinfo=dt.UTC)
    for year, month in [(2026, 11), (2026, 12), (2027, 1), (2027, 2)]
)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def allocation(monday):
    return monthly()


def test_the_period_is_divided_into_months_of_equal_quota(allocation):
    rows = allocation.months.values_list("starts_at", "ends_at", "node_seconds", "advance")

    assert list(rows) == [
        (FIRST, SECOND, MONTH, MONTH),
        (SECOND, THIRD, MONTH, MONTH),
        (THIRD, END, MONTH, 0),
    ]
    assert balance(account_of(allocation)) == MONTH


def test_fixed_accounting_plans_no_months(monday):
    allocation = factories.active()

    assert (allocation.acct_mode, allocation.exhaustion_policy) == ("fixed", "block")
    assert allocation.months.count() == 0
    assert startable(account_of(allocation)) == 1250 * 3600


def test_unused_hours_survive_one_month_and_then_lapse(allocation, travel):
    pass_time(allocation, until=travel(SECOND + DAY))
    assert table(allocation) == [(MONTH, 0, 0, 0)]
    assert balance(account_of(allocation)) == 2 * MONTH

    pass_time(allocation, until=travel(THIRD + DAY))
    assert table(allocation) == [(MONTH, 0, 0, 0), (MONTH, MONTH, 0, MONTH)]
    assert balance(account_of(allocation)) == 2 * MONTH
    assert account_of(allocation).left == 2 * MONTH


def test_hours_lapse_once_in_the_second_in_which_the_month_opens(allocation, travel):
    for _beat in range(3):
        pass_time(allocation, until=travel(THIRD + DAY))

    entry = LedgerEntry.objects.get(kind=EntryKind.LAPSE)
    assert (entry.key, entry.at, entry.node_seconds) == (
        f"allocation:{allocation.pk}:month:2:lapse",
        THIRD,
        MONTH,
    )
    assert broken_invariants() == []


def test_everything_lapses_at_the_end(allocation, travel):
    pass_time(allocation, until=travel(END + DAY))

    account = account_of(allocation)
    assert (account.left, account.lapsed, account.charged) == (0, 3 * MONTH, 0)
    assert broken_invariants() == []


def test_old_hours_are_used_before_new_ones(allocation, travel):
    pass_time(allocation, until=travel(SECOND + DAY))
    submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(THIRD + DAY))

    assert table(allocation) == [(MONTH, 0, 0, 0), (MONTH, MONTH, MONTH, 0)]
    assert balance(account_of(allocation)) == 2 * MONTH


def test_what_a_running_job_holds_does_not_lapse(allocation, travel):
    pass_time(allocation, until=travel(THIRD - HOUR))
    submit(allocation, node_seconds=800_000, runtime=7200)
    pass_time(allocation, until=travel(THIRD + 10 * HOUR))

    assert table(allocation)[1] == (MONTH, MONTH, 0, MONTH - 800_000)
    account = account_of(allocation)
    assert (account.held, account.charged) == (0, 720_000)
    assert balance(account) == MONTH + 800_000 + MONTH - 720_000
    assert broken_invariants() == []


def test_the_next_month_may_be_used_in_advance(allocation, travel):
    jobs = [submit(allocation, node_seconds=MONTH) for _job in range(3)]
    pass_time(allocation, until=travel(FIRST + DAY))

    account = account_of(allocation)
    assert (balance(account), startable(account)) == (-MONTH, 0)
    assert enforcement(account) == Enforcement.BLOCKED
    jobs[2].refresh_from_db()
    assert (jobs[2].state, jobs[2].reason) == (
        JobState.PENDING,
        PendingReason.ASSOC_GRP_NODE_MINUTES,
    )


def test_a_blocked_job_starts_in_the_second_in_which_the_next_month_opens(allocation, travel):
    jobs = [submit(allocation, node_seconds=MONTH) for _job in range(3)]
    pass_time(allocation, until=travel(SECOND + DAY))

    jobs[2].refresh_from_db()
    assert jobs[2].started_at == SECOND
    assert table(allocation) == [(MONTH, 0, 2 * MONTH, 0)]
    assert balance(account_of(allocation)) == -MONTH


def test_nothing_is_taken_in_advance_in_the_last_month(allocation, travel):
    for _job in range(2):
        submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(THIRD + HOUR))

    account = account_of(allocation)
    assert (balance(account), startable(account)) == (MONTH, MONTH)
    assert account.left == MONTH


def test_never_more_is_used_than_was_granted(allocation, travel):
    for _job in range(5):
        submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(END - HOUR))

    account = account_of(allocation)
    assert (account.charged, account.left) == (3 * MONTH, 0)
    assert enforcement(account) == Enforcement.BLOCKED
    assert broken_invariants() == []


@pytest.mark.parametrize("step", [7 * HOUR, 31 * DAY + HOUR, 92 * DAY])
def test_a_jump_of_the_clock_comes_to_the_same_as_the_passing_of_time(allocation, travel, step):
    """The jobs cross months, use advances and wait; what happens is written out once, here."""
    for node_seconds in (MONTH, MONTH - 100_000, 400_000, MONTH, 1_200_000, 900_000):
        submit(allocation, node_seconds=node_seconds)
    at = FIRST
    while at < END + DAY:
        at = min(at + step, END + DAY)
        pass_time(allocation, until=travel(at))
    pass_time(allocation, until=travel(DAY))  # takes back what still waited at the end

    assert table(allocation) == [(MONTH, 0, 2_900_000, 0), (MONTH, -1_400_000, 1_600_000, 0)]
    assert [state for state, *_times in states(allocation)] == [
        "completed",
        "completed",
        "completed",
        "cancelled",
        "completed",
        "cancelled",
    ]
    assert broken_invariants() == []
