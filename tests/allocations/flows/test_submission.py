import datetime as dt
from unittest.mock import Mock

import pytest
from django.db import transaction

from allocations.exceptions import CallNotOpen, NotEligible, ProposalIncomplete, ReportOverdue
from allocations.flows import letters as mail
from allocations.flows.proposals import submit_proposal
from allocations.models import (
    AccessPolicy,
    Call,
    CallState,
    Obligation,
    ObligationState,
    ProposalState,
    Round,
    StepState,
    SystemOffer,
)
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted, TransitionNotAllowed
from jaif_portal.models import Deadline, Holiday, Mail
from onboarding.models import Country, OrganisationType
from tests.allocations import factories
from tests.allocations.records import history, letters, timers
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
DAY = dt.timedelta(days=1)


@pytest.fixture
def draft():
    return factories.draft(team=["ada@example.org"])


def assert_still_a_draft(proposal):
    proposal.refresh_from_db()
    assert (proposal.state, proposal.submitted_at) == (ProposalState.DRAFT, None)
    assert len(history(proposal)) == 1
    assert Round.objects.get(call__mode__code="PG").last_number == 0
    assert letters(proposal) == [("team", "ada@example.org")]


def test_a_submitted_proposal_is_in_evaluation_at_once(draft, monday):
    submit_proposal(draft, by=draft.applicant)

    draft.refresh_from_db()
    assert draft.reference == "EHPC-AIF-2026PG01-0001"
    assert (draft.state, draft.submitted_at) == (ProposalState.IN_EVALUATION, monday)
    assert draft.round == Round.objects.get(call__mode__code="PG")
    assert history(draft)[1:] == [
        ("draft", "submitted", draft.applicant, monday, ""),
        ("submitted", "in_evaluation", None, monday, "Rolling intake"),
    ]
    steps = draft.steps.values_list("position", "kind", "state", "started_at", "outcome")
    assert list(steps) == [
        (1, "administrative", StepState.ACTIVE, monday, ""),
        (2, "technical", StepState.WAITING, None, ""),
    ]


def test_the_decision_is_due_two_working_days_after_submission(draft, monday):
    submit_proposal(draft, by=draft.applicant)

    assert timers(draft) == {"decision": (monday + 2 * DAY, None, None)}


def test_the_decision_waits_for_weekends_and_holidays(draft, travel):
    travel(3 * DAY)  # Thursday
    Holiday.objects.create(day=dt.date(2026, 11, 27), name="Office closed")
    submit_proposal(draft, by=draft.applicant)

    due, _met, _fired = timers(draft)["decision"]
    assert due == dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)


def test_the_receipt_goes_to_the_applicant_and_the_team_once(draft):
    submit_proposal(draft, by=draft.applicant)

    assert letters(draft) == [
        ("receipt", "ada@example.org"),
        ("receipt", draft.applicant.email),
        ("team", "ada@example.org"),
    ]
    receipt = Mail.objects.get(recipient=draft.applicant.email)
    assert receipt.subject == "EHPC-AIF-2026PG01-0001: your proposal has arrived"
    assert "within 2 working days" in receipt.body


def test_references_count_up_in_a_round():
    references = [factories.submitted().reference for _number in range(3)]

    assert references == [f"EHPC-AIF-2026PG01-000{number}" for number in (1, 2, 3)]


def test_a_second_submit_is_refused(draft):
    submit_proposal(draft, by=draft.applicant)

    with pytest.raises(TransitionNotAllowed) as refusal:
        submit_proposal(draft, by=draft.applicant)

    assert refusal.value.code == "transition_not_allowed"
    assert str(refusal.value) == "This proposal has already been submitted."
    assert Round.objects.get(call__mode__code="PG").last_number == 1
    assert Mail.objects.filter(recipient=draft.applicant.email).count() == 1


@pytest.mark.parametrize("state", [CallState.PAUSED, CallState.CLOSED])
def test_a_call_that_closed_since_the_draft_takes_no_submission(draft, state):
    Call.objects.update(state=state)

    with pytest.raises(CallNotOpen):
        submit_proposal(draft, by=draft.applicant)

    assert_still_a_draft(draft)


def test_a_draft_cannot_be_submitted_from_the_closing_moment_on(draft, travel):
    travel(draft.call.closes_at)

    with pytest.raises(CallNotOpen):
        submit_proposal(draft, by=draft.applicant)

    assert_still_a_draft(draft)


def test_a_call_whose_last_round_has_been_cut_off_takes_no_submission(draft, monday):
    draft.call.rounds.update(cut_off_at=monday)

    with pytest.raises(CallNotOpen):
        submit_proposal(draft, by=draft.applicant)

    assert_still_a_draft(draft)


def test_a_proposal_goes_into_the_next_round_that_is_not_cut_off(draft, monday):
    draft.call.rounds.update(cut_off_at=monday)
    for number in (3, 2):
        Round.objects.create(
            call=draft.call, year=2026, number=number, cut_off_at=monday + number * DAY
        )

    submit_proposal(draft, by=draft.applicant)

    draft.refresh_from_db()
    assert draft.reference == "EHPC-AIF-2026PG02-0001"


def test_a_country_that_lost_its_access_since_the_draft_stops_the_submission(draft):
    Country.objects.filter(code="DE").update(basis=Country.Basis.NONE)

    with pytest.raises(NotEligible):
        submit_proposal(draft, by=draft.applicant)

    assert_still_a_draft(draft)


def test_a_type_of_organisation_corrected_since_the_draft_stops_the_submission(draft):
    draft.organisation.kind = OrganisationType.RESEARCH
    draft.organisation.save()

    with pytest.raises(NotEligible):
        submit_proposal(draft, by=draft.applicant)

    assert_still_a_draft(draft)


def test_a_report_that_fell_overdue_since_the_draft_stops_the_submission(monday):
    allocation = factories.active()
    applicant = allocation.project.proposal.applicant
    proposal = factories.draft(by=applicant, team=["ada@example.org"])
    Obligation.objects.create(
        allocation=allocation,
        kind="final_report",
        state=ObligationState.OVERDUE,
        opened_at=monday,
        due_at=monday,
    )

    with pytest.raises(ReportOverdue) as refusal:
        submit_proposal(proposal, by=applicant)

    assert str(refusal.value) == (
        "A final report of an earlier project is overdue. Hand it in first."
    )
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.DRAFT


def test_a_system_that_was_closed_since_the_draft_stops_the_submission(draft):
    SystemOffer.objects.update(availability="full")

    with pytest.raises(ProposalIncomplete) as refusal:
        submit_proposal(draft, by=draft.applicant)

    assert refusal.value.fields == {
        "offer": ["This system takes no new proposals at the moment. Choose another."]
    }
    assert_still_a_draft(draft)


def test_a_draft_keeps_the_limits_it_was_begun_under(draft):
    policy = AccessPolicy.objects.get(mode__code="PG")
    policy.pk, policy.valid_from = None, draft.created_at
    policy.least_hours = policy.most_hours = 100
    policy.save(force_insert=True)

    submit_proposal(draft, by=draft.applicant)

    draft.refresh_from_db()
    assert draft.state == ProposalState.IN_EVALUATION


def test_steps_are_frozen_at_submission(draft):
    submit_proposal(draft, by=draft.applicant)
    AccessPolicy.objects.update(steps=["technical"])

    assert list(draft.steps.values_list("kind", flat=True)) == ["administrative", "technical"]


def test_a_submission_that_is_rolled_back_sends_nothing_and_uses_no_number(draft):
    with transaction.atomic():
        submit_proposal(draft, by=draft.applicant)
        transaction.set_rollback(True)

    assert_still_a_draft(draft)
    assert not Deadline.objects.exists()
    assert not draft.steps.exists()


def test_a_submission_whose_receipt_cannot_be_written_has_not_happened(draft, monkeypatch):
    monkeypatch.setattr(mail, "receipt", Mock(side_effect=ConnectionError))

    with pytest.raises(ConnectionError):
        submit_proposal(draft, by=draft.applicant)

    assert_still_a_draft(draft)


def test_a_stranger_learns_nothing_and_changes_nothing(draft):
    with pytest.raises(NotPermitted) as refusal:
        submit_proposal(draft, by=UserFactory())

    assert (refusal.value.code, str(refusal.value)) == ("not_permitted", "You may not do this.")
    assert_still_a_draft(draft)


def test_nothing_that_happens_moves_a_due_date(travel):
    proposal = factories.submitted()
    due, _met, _fired = timers(proposal)["decision"]
    travel(9 * DAY)
    factories.lifecycle.keep_deadlines(until=clock.now())
    factories.find_eligible(proposal, by=factories.officer())

    assert timers(proposal) == {"decision": (due, None, clock.now())}
