import datetime as dt

import pytest

from allocations.exceptions import AllocationEnded, ReasonMissing
from allocations.flows.quota import set_accounting
from allocations.flows.standing import balance, startable
from allocations.models import PendingReason, ProjectRole
from jaif_portal.exceptions import NotPermitted
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.quotas import (
    MONTH,
    account_of,
    monthly,
    pass_time,
    quiet_machine,
    submit,
)
from tests.allocations.records import broken_invariants, history
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD, END = (
    dt.datetime(year, month, 23, 9, tzinfo=dt.UTC)
    for year, month in [(2026, 11), (2026, 12), (2027, 1), (2027, 2)]
)
DAY = dt.timedelta(days=1)
MONTHLY = {"acct_mode": "monthly", "exhaustion_policy": "block", "reason": "Steady use."}
FIXED = {"acct_mode": "fixed", "exhaustion_policy": "block", "reason": "One long training."}


@pytest.fixture
def fixed(monday):
    quiet_machine()
    return factories.active(months=3)


def quotas(allocation):
    rows = allocation.months.order_by("number")
    return list(rows.values_list("number", "node_seconds", "starts_at", "ends_at"))


def test_what_is_left_is_divided_over_the_rest_of_the_period(fixed, officer, travel):
    submit(fixed, node_seconds=MONTH)
    pass_time(fixed, until=travel(SECOND + DAY))

    set_accounting(fixed, by=officer, **MONTHLY)

    assert [row[:2] for row in quotas(fixed)] == [(1, MONTH), (2, MONTH)]
    assert quotas(fixed)[1][2:] == (THIRD, END)
    assert balance(account_of(fixed)) == MONTH
    assert broken_invariants() == []


def test_back_to_fixed_nothing_lapses_and_no_month_opens_any_more(monday, officer, travel):
    allocation = monthly()
    pass_time(allocation, until=travel(FIRST + DAY))

    set_accounting(allocation, by=officer, **FIXED)
    pass_time(allocation, until=travel(THIRD + DAY))

    account = account_of(allocation)
    assert (account.lapsed, startable(account)) == (0, 3 * MONTH)
    assert [row[0] for row in quotas(allocation)] == [1]
    assert broken_invariants() == []


def test_to_and_fro_numbers_go_on(monday, officer, travel):
    allocation = monthly()
    pass_time(allocation, until=travel(FIRST + DAY))

    set_accounting(allocation, by=officer, **FIXED)
    pass_time(allocation, until=travel(FIRST + 2 * DAY))
    set_accounting(allocation, by=officer, **MONTHLY)
    pass_time(allocation, until=travel(SECOND + DAY))

    assert [row[:2] for row in quotas(allocation)] == [
        (1, MONTH),
        (2, MONTH),
        (3, MONTH),
        (4, MONTH),
    ]
    assert balance(account_of(allocation)) == 2 * MONTH
    assert broken_invariants() == []


def test_the_change_its_reason_and_who_made_it_are_kept(fixed, officer):
    set_accounting(fixed, by=officer, **MONTHLY)

    old, new, by, _at, note = history(fixed)[-1]
    assert (old, new, by) == ("active", "active", officer)
    assert note == (
        "One budget for the whole period, No job starts → A quota for each month, No job "
        "starts. Steady use."
    )


def test_no_reason_no_change(fixed, officer):
    with pytest.raises(ReasonMissing):
        set_accounting(fixed, by=officer, **MONTHLY | {"reason": " "})

    assert quotas(fixed) == []


def test_an_ended_allocation_stays_as_it_was(fixed, officer, travel):
    pass_time(fixed, until=travel(END + DAY))

    with pytest.raises(AllocationEnded):
        set_accounting(fixed, by=officer, **MONTHLY)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ACCESS_OFFICER])
def test_only_access_officers_change_the_accounting(fixed, role):
    with pytest.raises(NotPermitted):
        set_accounting(fixed, by=UserFactory(role=role), **MONTHLY)


def test_an_officer_of_the_project_does_not(fixed, officer):
    fixed.project.members.create(email=officer.email, role=ProjectRole.MEMBER)

    with pytest.raises(NotPermitted):
        set_accounting(fixed, by=officer, **MONTHLY)


def test_a_blocked_job_says_when_the_next_month_opens(monday, travel):
    allocation = monthly()
    jobs = [submit(allocation, node_seconds=MONTH) for _job in range(3)]
    pass_time(allocation, until=travel(FIRST + DAY))

    jobs[2].refresh_from_db()
    assert jobs[2].reason == PendingReason.ASSOC_GRP_NODE_MINUTES
    assert jobs[2].get_reason_display().endswith("the next month opens on 23 Dec 2026, 10:00.")
