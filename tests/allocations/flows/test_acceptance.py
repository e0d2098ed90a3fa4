import datetime as dt
from unittest.mock import Mock

import pytest

from allocations.exceptions import (
    InsufficientBalance,
    NotEligible,
    ReportOverdue,
    StartNotPossible,
)
from allocations.flows import letters as mail
from allocations.flows.offers import accept_offer, decline_offer
from allocations.models import (
    Allocation,
    Award,
    EntryKind,
    LedgerEntry,
    Obligation,
    ObligationState,
    Project,
    ProposalState,
)
from jaif_portal.exceptions import NotPermitted, TransitionNotAllowed
from onboarding.models import Acceptance, Country, MemberRole, OnboardingCase, Terms
from tests.allocations import factories
from tests.allocations.pools import leave_in_pool
from tests.allocations.records import broken_invariants, history, letters, timers
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
DAY = dt.timedelta(days=1)
HOUR = 3600


@pytest.fixture
def offered():
    return factories.offered(team=["ada@example.org"])


def assert_nothing_was_made(proposal):
    proposal.refresh_from_db()
    assert (proposal.state, proposal.award.answered_at) == (ProposalState.OFFERED, None)
    for model in (Project, Allocation, OnboardingCase):
        assert not model.objects.exists()
    assert not Acceptance.objects.filter(terms__kind=Terms.Kind.AWARD).exists()
    assert not LedgerEntry.objects.filter(kind=EntryKind.GRANT).exists()
    assert timers(proposal)["answer"][1] is None
    assert ("awarded", proposal.applicant.email) not in letters(proposal)


def test_accepting_makes_the_project_with_its_team(offered, monday):
    project = accept_offer(offered, by=offered.applicant)

    assert project.identifier == "EHPC-AIF-2026PG01-0001"
    assert project.budget == "e-aif-2026pg01-0001"
    assert (project.title, project.organisation) == (offered.title, offered.organisation)
    members = [(member.email, member.role) for member in project.members.all()]
    assert members == [(offered.applicant.email, "pi"), ("ada@example.org", "member")]
    offered.refresh_from_db()
    assert offered.state == ProposalState.AWARDED
    assert history(offered)[-1] == ("offered", "awarded", offered.applicant, monday, "")


def test_accepting_makes_an_allocation_that_waits_for_its_case(offered, monday):
    allocation = accept_offer(offered, by=offered.applicant).allocations.get()

    assert (allocation.state, allocation.node_seconds) == ("pending_onboarding", 1250 * HOUR)
    assert allocation.starts_at == monday
    assert allocation.ends_at == dt.datetime(2027, 1, 23, 9, tzinfo=dt.UTC)
    assert timers(allocation)["expiry"] == (allocation.ends_at, None, None)
    assert history(allocation) == [("", "pending_onboarding", None, monday, "")]
    assert allocation.account.available == 1250 * HOUR
    assert allocation.case.owner == offered.applicant
    assert broken_invariants() == []


def test_accepting_signs_the_terms_and_answers_the_offer(offered, travel):
    now = travel(3 * DAY)

    accept_offer(offered, by=offered.applicant)

    award = Award.objects.get()
    assert (award.answered_at, award.answered_by) == (now, offered.applicant)
    assert timers(offered)["answer"][1:] == (now, None)
    acceptance = Acceptance.objects.get(terms__kind=Terms.Kind.AWARD)
    assert (acceptance.user, acceptance.accepted_at) == (offered.applicant, now)
    team = [("awarded", "ada@example.org"), ("awarded", offered.applicant.email)]
    assert [letter for letter in letters(offered) if letter[0] == "awarded"] == team


def test_an_offer_is_accepted_once(offered):
    accept_offer(offered, by=offered.applicant)

    with pytest.raises(TransitionNotAllowed) as refusal:
        accept_offer(offered, by=offered.applicant)

    assert str(refusal.value) == "This cannot go from “Awarded” to “Awarded”."
    assert Project.objects.count() == Allocation.objects.count() == 1


def test_an_offer_can_be_accepted_late_until_it_lapses(offered, travel):
    travel(offered.award.answer_by + DAY)

    assert accept_offer(offered, by=offered.applicant).identifier == offered.reference


@pytest.mark.parametrize(("days", "starts_at"), [(1, "11-23T23:00"), (30, "12-22T23:00")])
def test_a_later_start_is_midnight_in_juelich(offered, monday, days, starts_at):
    project = accept_offer(
        offered, by=offered.applicant, starts_on=monday.date() + dt.timedelta(days)
    )

    allocation = project.allocations.get()
    assert allocation.starts_at == dt.datetime.fromisoformat(f"2026-{starts_at}+00:00")


@pytest.mark.parametrize("days", [-1, 31])
def test_a_start_outside_the_days_of_the_mode_is_refused(offered, monday, days):
    with pytest.raises(StartNotPossible) as refusal:
        accept_offer(offered, by=offered.applicant, starts_on=monday.date() + dt.timedelta(days))

    assert refusal.value.code == "start_not_possible"
    assert str(refusal.value) == "Choose a start between 23 November 2026 and 23 December 2026."
    assert_nothing_was_made(offered)


def test_a_country_that_lost_its_access_since_the_submission_gets_no_award(offered):
    Country.objects.filter(code="DE").update(basis=Country.Basis.NONE)

    with pytest.raises(NotEligible):
        accept_offer(offered, by=offered.applicant)

    assert_nothing_was_made(offered)


def test_a_report_that_fell_overdue_since_the_submission_stops_the_award(offered, monday):
    other = factories.awarded(by=UserFactory())
    other.project.members.create(email=offered.applicant.email, role="pi")
    Obligation.objects.create(
        allocation=other,
        kind="final_report",
        state=ObligationState.OVERDUE,
        opened_at=monday,
        due_at=monday,
    )

    with pytest.raises(ReportOverdue):
        accept_offer(offered, by=offered.applicant)

    offered.refresh_from_db()
    assert offered.state == ProposalState.OFFERED


def test_what_was_offered_cannot_be_taken_out_of_the_pool(offered, share):
    with pytest.raises(InsufficientBalance):
        leave_in_pool(share, 1250 * HOUR - 1)

    leave_in_pool(share, 1250 * HOUR)
    accept_offer(offered, by=offered.applicant)
    share.account.refresh_from_db()
    assert (share.account.available, share.account.pledged) == (0, 0)


def test_an_award_whose_letter_cannot_be_written_has_not_happened(offered, monkeypatch):
    monkeypatch.setattr(mail, "awarded", Mock(side_effect=ConnectionError))

    with pytest.raises(ConnectionError):
        accept_offer(offered, by=offered.applicant)

    assert_nothing_was_made(offered)


def test_only_the_applicant_answers_an_offer(offered, officer):
    colleague, member = UserFactory(), UserFactory(email="ada@example.org")
    offered.organisation.memberships.create(user=colleague, role=MemberRole.REPRESENTATIVE)

    for answer in (accept_offer, decline_offer):
        for person in (colleague, member, officer, UserFactory()):
            with pytest.raises(NotPermitted):
                answer(offered, by=person)

    assert_nothing_was_made(offered)
