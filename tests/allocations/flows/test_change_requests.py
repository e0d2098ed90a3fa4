import datetime as dt

import pytest
from dateutil.relativedelta import relativedelta

from allocations.exceptions import ChangeNotPossible, PoolExhausted, ReasonMissing
from allocations.flows.change_requests import (
    grant_change,
    refuse_change,
    request_change,
    withdraw_change,
)
from allocations.flows.quota import set_accounting
from allocations.models import (
    AccessPolicy,
    Allocation,
    ChangeKind,
    LedgerEntry,
    Obligation,
    Partition,
)
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted, TransitionNotAllowed
from jaif_portal.models import Deadline
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.pools import leave_in_pool
from tests.allocations.records import broken_invariants, letters
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
AWARD = 1250 * 3600


@pytest.fixture
def allocation(monday):
    """Of a mode that extends by three months and ten per cent and renews twice."""
    allocation = factories.active(team=["ben@example.org"])
    AccessPolicy.objects.filter(mode__code="PG").update(
        extension_months=3, extension_percent=10, renewals=2
    )
    Partition.objects.update(alone_up_to=AWARD)
    Obligation.objects.create(
        allocation=allocation,
        kind="interim_report",
        state="accepted",
        opened_at=monday,
        due_at=allocation.ends_at,
    )
    return Allocation.objects.get(pk=allocation.pk)


def leader(allocation):
    return allocation.project.proposal.applicant


def ask(allocation, kind, **wishes):
    return request_change(
        allocation, by=leader(allocation), kind=kind, reason="We need it.", **wishes
    )


def test_an_extension_adds_months_and_hours_at_once(allocation):
    ends_at, officer = allocation.ends_at, factories.officer()
    change = ask(allocation, ChangeKind.EXTEND, months=3, node_seconds=AWARD // 10)

    grant_change(change, by=officer, remarks="Well done.")

    allocation.refresh_from_db()
    assert allocation.ends_at == ends_at + relativedelta(months=3)
    assert (allocation.node_seconds, allocation.account.credited) == (AWARD * 11 // 10,) * 2
    (expiry,) = Deadline.objects.of(allocation).running().filter(kind="expiry")
    assert expiry.due_at == allocation.ends_at
    assert ("change_granted", "ben@example.org") in letters(change, "change")
    assert ("change_requested", officer.email) in letters(change, "change")
    assert broken_invariants() == []


@pytest.mark.parametrize(
    ("kind", "wishes", "sentence"),
    [
        ("extend", {"months": 4}, "At most 3 months and 500 GPU-hours"),
        (
            "top_up",
            {"node_seconds": AWARD},
            "At most 0 months and 500 GPU-hours",
        ),
        ("extend", {}, "Say how much more you ask for."),
    ],
)
def test_no_more_than_the_policy_gives_is_asked_for(allocation, kind, wishes, sentence):
    with pytest.raises(ChangeNotPossible) as refusal:
        ask(allocation, ChangeKind(kind), **wishes)

    assert str(refusal.value).startswith(sentence)


def test_what_was_granted_counts_and_the_next_needs_a_new_report(allocation, travel):
    grant_change(ask(allocation, ChangeKind.EXTEND, months=2), by=factories.officer())
    with pytest.raises(ChangeNotPossible) as without_report:
        ask(allocation, ChangeKind.EXTEND, months=1)
    at = travel(dt.timedelta(days=1))
    Obligation.objects.create(
        allocation=allocation,
        kind="interim_report",
        state="accepted",
        opened_at=at,
        due_at=allocation.ends_at,
    )
    with pytest.raises(ChangeNotPossible) as too_much:
        ask(allocation, ChangeKind.EXTEND, months=2)

    assert "interim report" in str(without_report.value)
    assert str(too_much.value).startswith("At most 1 months")
    assert ask(allocation, ChangeKind.EXTEND, months=1).state == "requested"


def test_a_mode_without_extensions_says_what_to_do_instead():
    allocation = factories.active()

    for kind in (ChangeKind.EXTEND, ChangeKind.TOP_UP, ChangeKind.RENEW):
        with pytest.raises(ChangeNotPossible) as refusal:
            ask(allocation, kind, months=1)
        assert "Submit a new application instead" in str(refusal.value)


def test_a_renewal_gives_the_award_once_more_as_often_as_the_policy_says(allocation, travel):
    ends_at = allocation.ends_at
    for number in (1, 2):
        at = travel(dt.timedelta(days=1))
        Obligation.objects.create(
            allocation=allocation,
            kind="interim_report",
            state="accepted",
            opened_at=at,
            due_at=ends_at,
        )
        grant_change(ask(allocation, ChangeKind.RENEW), by=factories.officer())
        allocation.refresh_from_db()
        assert allocation.node_seconds == AWARD * (number + 1)
    with pytest.raises(ChangeNotPossible):
        ask(allocation, ChangeKind.RENEW)

    assert allocation.ends_at == ends_at + relativedelta(months=4)
    assert broken_invariants() == []


def test_more_hours_than_one_officer_may_give_wait_for_a_second_person(allocation):
    Partition.objects.update(alone_up_to=0)
    change = ask(allocation, ChangeKind.TOP_UP, node_seconds=3600)
    officer, chair = factories.officer(), UserFactory(role=Role.PANEL_CHAIR)

    assert grant_change(change, by=officer).state == "proposed"
    assert not LedgerEntry.objects.filter(key__startswith="change:").exists()
    with pytest.raises(NotPermitted):
        grant_change(change, by=officer)
    granted = grant_change(change, by=chair)

    assert (granted.state, granted.proposed_by, granted.decided_by) == ("granted", officer, chair)
    assert LedgerEntry.objects.filter(key=f"change:{change.pk}:grant").count() == 1


def test_a_pool_without_hours_grants_nothing(allocation, share):
    change = ask(allocation, ChangeKind.TOP_UP, node_seconds=AWARD // 10)
    leave_in_pool(share, 0)

    with pytest.raises(PoolExhausted):
        grant_change(change, by=factories.officer())

    allocation.refresh_from_db()
    change.refresh_from_db()
    assert (allocation.node_seconds, change.state) == (AWARD, "requested")


def test_a_monthly_quota_is_divided_anew_over_the_longer_period(allocation):
    officer = factories.officer()
    set_accounting(
        allocation, by=officer, acct_mode="monthly", exhaustion_policy="block", reason="Test."
    )
    change = ask(allocation, ChangeKind.EXTEND, months=3, node_seconds=AWARD // 10)

    grant_change(change, by=officer)

    allocation.refresh_from_db()
    last = allocation.months.order_by("number").last()
    planned = allocation.months.filter(number__gte=allocation.month.number)
    assert last.ends_at == allocation.ends_at
    assert sum(planned.values_list("node_seconds", flat=True)) == AWARD * 11 // 10
    assert broken_invariants() == []


def test_another_principal_investigator_belongs_to_the_organisation(allocation):
    person = UserFactory()
    with pytest.raises(ChangeNotPossible):
        ask(allocation, ChangeKind.CHANGE_PI, people=[person.email])
    allocation.project.organisation.memberships.create(user=person, role="member")

    grant_change(
        ask(allocation, ChangeKind.CHANGE_PI, people=[person.email]), by=factories.officer()
    )

    roles = dict(allocation.project.members.values_list("email", "role"))
    assert roles == {
        person.email: "pi",
        leader(allocation).email: "member",
        "ben@example.org": "member",
    }


def test_another_team_comes_and_goes_and_leaders_stay(allocation):
    change = ask(allocation, ChangeKind.CHANGE_TEAM, people=["eva@example.org"])

    grant_change(change, by=factories.officer())

    roles = dict(allocation.project.members.values_list("email", "role"))
    assert roles == {leader(allocation).email: "pi", "eva@example.org": "member"}


def test_requests_are_made_decided_and_withdrawn_by_whom_they_concern(allocation):
    with pytest.raises(NotPermitted):
        request_change(
            allocation,
            by=UserFactory(email="ben@example.org"),
            kind=ChangeKind.EXTEND,
            reason="More.",
        )
    with pytest.raises(ReasonMissing):
        request_change(allocation, by=leader(allocation), kind=ChangeKind.EXTEND, reason=" ")
    change = ask(allocation, ChangeKind.EXTEND, months=1)
    with pytest.raises(ChangeNotPossible):
        ask(allocation, ChangeKind.EXTEND, months=1)
    with pytest.raises(NotPermitted):
        grant_change(change, by=leader(allocation))
    with pytest.raises(ReasonMissing):
        refuse_change(change, by=factories.officer(), remarks="")

    assert withdraw_change(change, by=leader(allocation)).state == "withdrawn"
    with pytest.raises(TransitionNotAllowed):
        refuse_change(change, by=factories.officer(), remarks="No.")


def test_after_the_end_nothing_is_changed(allocation):
    change = ask(allocation, ChangeKind.EXTEND, months=1)
    Allocation.objects.update(state="expired")

    with pytest.raises(ChangeNotPossible):
        grant_change(change, by=factories.officer())
    assert refuse_change(change, by=factories.officer(), remarks="Too late.").state == "refused"
    assert clock.now() == change.requested_at
