"""Turning down takes two people; the check-list comes before passing."""

import pytest

from allocations.exceptions import ChecklistIncomplete, ProposalIncomplete, SecondPersonNeeded
from allocations.flows.checklists import fill_in_checklist
from allocations.flows.evaluation import find_eligible
from allocations.flows.findings import (
    confirm_finding,
    find_ineligible,
    find_infeasible,
    return_finding,
)
from allocations.flows.withdrawal import withdraw_proposal
from allocations.models import CheckItem, Finding, ProposalState
from jaif_portal.exceptions import NotPermitted, TransitionNotAllowed
from jaif_portal.models import Mail
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.records import history
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("share")]


@pytest.fixture
def colleague():
    return UserFactory(role=Role.ACCESS_OFFICER)


@pytest.fixture
def proposal():
    return factories.submitted()


@pytest.fixture
def proposed(proposal, officer):
    find_ineligible(proposal, by=officer, reason="organisation", remarks="It is a holding.")
    proposal.refresh_from_db()
    return proposal


def test_what_is_proposed_changes_nothing_for_the_applicant(proposed, officer):
    assert proposed.state == ProposalState.IN_EVALUATION
    assert proposed.steps.get(kind="administrative").state == "active"
    assert "It is a holding." not in str(history(proposed))
    assert not Mail.objects.filter(body__contains="holding").exists()
    finding = Finding.objects.get()
    assert (finding.outcome, finding.reason, finding.state) == (
        "ineligible",
        "organisation",
        "proposed",
    )
    assert history(finding)[0][1:3] == ("proposed", officer)


def test_who_proposed_does_not_confirm(proposed, officer):
    with pytest.raises(SecondPersonNeeded):
        confirm_finding(proposed, by=officer)


def test_a_technical_lead_does_not_confirm_what_the_access_office_found(proposed):
    with pytest.raises(NotPermitted):
        confirm_finding(proposed, by=UserFactory(role=Role.TECHNICAL_LEAD))


def test_the_letter_names_other_modes_and_the_appeal(proposed, colleague):
    confirm_finding(proposed, by=colleague)

    letter = Mail.objects.get(key__contains=":turned_down:")
    assert "It is a holding." in letter.body
    assert "- Fast Lane" in letter.body
    assert "- Playground" not in letter.body
    assert "you can appeal within 10 working days" in letter.body


def test_what_is_returned_leaves_the_check_open(proposed, colleague, officer):
    return_finding(proposed, by=colleague, remarks="The register says otherwise.")

    assert Finding.objects.get().state == "returned"
    assert "register" not in str(history(proposed))
    factories.find_eligible(proposed, by=officer)
    assert proposed.steps.get(state="active").kind == "technical"


def test_nothing_else_is_decided_while_a_finding_waits(proposed, officer):
    factories.tick_all(proposed, by=officer)

    with pytest.raises(TransitionNotAllowed):
        find_eligible(proposed, by=officer)
    with pytest.raises(TransitionNotAllowed):
        find_ineligible(proposed, by=officer, reason="other", remarks="Twice.")


def test_a_withdrawal_drops_what_was_proposed(proposed, colleague):
    withdraw_proposal(proposed, by=proposed.applicant)

    assert Finding.objects.get().state == "dropped"
    with pytest.raises(TransitionNotAllowed):
        confirm_finding(proposed, by=colleague)


def test_a_lead_confirms_what_the_site_found(proposal, officer, reviewer):
    factories.find_eligible(proposal, by=officer)
    find_infeasible(proposal, by=reviewer, reason="scale", remarks="One GPU is enough.")
    with pytest.raises(NotPermitted):
        confirm_finding(proposal, by=officer)

    confirm_finding(proposal, by=UserFactory(role=Role.TECHNICAL_LEAD))

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.INFEASIBLE


def test_each_proposal_gets_the_mode_s_items_as_they_were(proposal):
    CheckItem.objects.filter(mode__code="PG", position=1).update(text_en="Another text")

    checks = proposal.steps.get(kind="administrative").checks
    assert checks.count() == CheckItem.objects.filter(mode__code="PG").count()
    assert not checks.filter(text_en="Another text").exists()


def test_eligible_needs_every_item_ticked_or_explained(proposal, officer):
    factories.tick_all(proposal, by=officer)
    fill_in_checklist(proposal, by=officer, answers={2: (False, " ")})

    with pytest.raises(ChecklistIncomplete) as refusal:
        find_eligible(proposal, by=officer)
    assert "The declaration of state aid was seen" in str(refusal.value)

    fill_in_checklist(proposal, by=officer, answers={2: (False, "No aid was ever granted.")})
    find_eligible(proposal, by=officer)
    check = proposal.steps.get(kind="administrative").checks.get(position=2)
    assert (check.is_ticked, check.reason, check.by) == (False, "No aid was ever granted.", officer)


def test_the_check_list_takes_no_other_items(proposal, officer):
    with pytest.raises(ProposalIncomplete):
        fill_in_checklist(proposal, by=officer, answers={99: (True, "")})
