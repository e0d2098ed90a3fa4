"""Decisions at the desk: what each role can do to a proposal, and why it cannot."""

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry

from allocations.models import Proposal, ProposalState, StepOutcome
from jaif_portal.models import Transition
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.admin.desk import (
    EVERYBODY,
    address,
    errors,
    messages,
    offered_acts,
    perform,
    sign_in,
)
from tests.allocations.admin.reserve import on_reserve
from tests.allocations.records import history

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("share")]

ROLE = "Your role does not allow this here."
ELIGIBILITY = "The step in progress is: Eligibility check."
TECHNICAL = "The step in progress is: Technical check."
ON_RESERVE = "Only possible in the state: On the reserve list."
OFFER = "Only possible in the state: Offered, On the reserve list."
MISSING = {"remarks": ["This field is required."]}

BY_WHOM = {
    "eligible": Role.ACCESS_OFFICER,
    "ineligible": Role.ACCESS_OFFICER,
    "feasible": Role.TECHNICAL_REVIEWER,
    "infeasible": Role.TECHNICAL_REVIEWER,
    "promote": Role.ACCESS_OFFICER,
    "lapse": Role.ACCESS_OFFICER,
}
ANSWERS = {
    "ineligible": {"remarks": "The firm is not yet founded."},
    "feasible": {"gpu_hours": 5000, "months": 2},
    "infeasible": {"remarks": "It needs a database server."},
}


def eligible():
    return factories.find_eligible(factories.submitted(), by=factories.officer())


def ready_for(act):
    """A proposal to which ``act`` can be done now."""
    if act in {"promote", "lapse"}:
        return on_reserve()[0]
    return eligible() if act in {"feasible", "infeasible"} else factories.submitted()


def state_of(proposal):
    return Proposal.objects.get(pk=proposal.pk).state


def checks(client, proposal):
    """Of the acts that the desk offers, those that decide."""
    return {name: why for name, why in offered_acts(client, proposal).items() if name in BY_WHOM}


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize(("act", "whose"), BY_WHOM.items())
def test_only_the_role_in_charge_can_act(client, role, act, whose):
    proposal = ready_for(act)
    before = state_of(proposal), history(proposal), list(proposal.steps.values())
    sign_in(client, role)

    page = perform(client, proposal, act, **ANSWERS.get(act, {}))

    after = state_of(proposal), history(proposal), list(proposal.steps.values())
    if role == whose:
        assert page.status_code == 200
        assert after != before
    else:
        assert page.status_code == (404 if role == Role.PEER_REVIEWER else 403)
        assert after == before


@pytest.mark.parametrize(
    ("make", "role", "hindrances"),
    [
        (factories.submitted, Role.ACCESS_OFFICER, ["", "", ROLE, ROLE, ON_RESERVE, OFFER]),
        (
            factories.submitted,
            Role.TECHNICAL_REVIEWER,
            [ROLE, ROLE, ELIGIBILITY, ELIGIBILITY, ROLE, ROLE],
        ),
        (eligible, Role.ACCESS_OFFICER, [TECHNICAL, TECHNICAL, ROLE, ROLE, ON_RESERVE, OFFER]),
        (eligible, Role.TECHNICAL_REVIEWER, [ROLE, ROLE, "", "", ROLE, ROLE]),
        (eligible, Role.AUDITOR, [ROLE] * 6),
        (eligible, Role.ADMINISTRATOR, [ROLE] * 6),
    ],
)
def test_each_act_is_offered_or_says_why_not(client, make, role, hindrances):
    proposal = make()
    sign_in(client, role)

    assert checks(client, proposal) == dict(zip(BY_WHOM, hindrances, strict=True))


def test_what_is_offered_or_ended_is_no_longer_checked(client, travel):
    proposal = factories.offered()
    sign_in(client, Role.ACCESS_OFFICER)
    waiting = "The applicant has time until 7 Dec 2026, 10:00."
    checked = "The proposal is not in evaluation: Offered."

    before = checks(client, proposal)
    travel(dt.timedelta(days=15))
    after = checks(client, proposal)

    expected = [checked, checked, ROLE, ROLE, ON_RESERVE]
    assert before == dict(zip(BY_WHOM, [*expected, waiting], strict=True))
    assert after == dict(zip(BY_WHOM, [*expected, ""], strict=True))


def test_an_act_that_is_not_possible_is_explained_on_its_page_and_refused(client):
    proposal = eligible()
    sign_in(client, Role.ACCESS_OFFICER)

    shown = client.get(address("proposal", "act", proposal.pk, "eligible"))
    page = perform(client, proposal, "eligible")

    assert shown.context["hindrance"] == TECHNICAL
    assert "<textarea" not in shown.text
    assert errors(page) == {
        "__all__": ["The step “Eligibility check” of this proposal is not in progress."]
    }


def test_nobody_decides_on_a_proposal_of_the_own_organisation(client):
    proposal = factories.submitted()
    officer = sign_in(client, Role.ACCESS_OFFICER)
    proposal.organisation.memberships.create(user=officer, role="member")

    page = perform(client, proposal, "eligible")

    assert page.status_code == 403
    assert checks(client, proposal)["eligible"] == ROLE


def test_a_decision_lands_in_the_history_with_who_and_why(client):
    proposal = factories.submitted()
    officer = sign_in(client, Role.ACCESS_OFFICER)

    page = perform(client, proposal, "ineligible", remarks="The firm is not yet founded.")

    proposal.refresh_from_db()
    last = Transition.objects.of(proposal).last()
    assert messages(page) == [f"Done: Find not eligible. {proposal}"]
    assert (last.to_state, last.by, last.note) == (
        "ineligible",
        officer,
        "The firm is not yet founded.",
    )
    assert LogEntry.objects.get().change_message == "Find not eligible"
    assert "The firm is not yet founded." in page.text


@pytest.mark.parametrize(
    ("act", "role"), [(act, BY_WHOM[act]) for act in ("ineligible", "infeasible")]
)
@pytest.mark.parametrize("remarks", ["", "   \n"])
def test_turning_down_asks_for_reasons(client, act, role, remarks):
    proposal = ready_for(act)
    before = state_of(proposal)
    sign_in(client, role)

    page = perform(client, proposal, act, remarks=remarks)

    assert errors(page) == MISSING
    assert state_of(proposal) == before


def test_the_technical_check_starts_from_what_was_asked_for(client):
    proposal = eligible()
    sign_in(client, Role.TECHNICAL_REVIEWER)

    form = client.get(address("proposal", "act", proposal.pk, "feasible")).context["form"]

    assert (form["gpu_hours"].value(), form["months"].value()) == (5000, 2)


@pytest.mark.parametrize(
    ("answers", "refusals"),
    [
        (
            {"gpu_hours": 4000, "months": 2},
            {"__all__": ["Say why: the applicant reads this text."]},
        ),
        (
            {"gpu_hours": 0, "months": 2},
            {"gpu_hours": ["Ensure this value is greater than or equal to 1."]},
        ),
        (
            {"gpu_hours": "", "months": ""},
            {
                "gpu_hours": ["This field is required."],
                "months": ["This field is required."],
            },
        ),
        (
            {"gpu_hours": 5001, "months": 2, "remarks": "More."},
            {"__all__": ["Playground grants at most 5000 GPU-hours."]},
        ),
        (
            {"gpu_hours": 10**30, "months": 2, "remarks": "More."},
            {"__all__": ["Playground grants at most 5000 GPU-hours."]},
        ),
        (
            {"gpu_hours": 5000, "months": 9, "remarks": "Longer."},
            {"__all__": ["Choose one of these numbers of months: 1, 2, 3."]},
        ),
    ],
)
def test_what_the_site_finds_right_has_limits_and_reasons(client, answers, refusals):
    proposal = eligible()
    sign_in(client, Role.TECHNICAL_REVIEWER)

    page = perform(client, proposal, "feasible", **answers)

    assert errors(page) == refusals
    assert page.context["form"]["gpu_hours"].value() == str(answers["gpu_hours"])
    assert state_of(proposal) == ProposalState.IN_EVALUATION


def test_less_than_was_asked_for_is_offered_with_its_reason(client):
    proposal = eligible()
    sign_in(client, Role.TECHNICAL_REVIEWER)

    perform(client, proposal, "feasible", gpu_hours=4000, months=1, remarks="Enough for this.")

    proposal.refresh_from_db()
    step = proposal.steps.get(kind="technical")
    assert (step.outcome, step.remarks) == (
        StepOutcome.FEASIBLE_WITH_CHANGES,
        "Enough for this.",
    )
    assert (proposal.award.node_seconds, proposal.award.months) == (1000 * 3600, 1)


def test_an_act_that_does_not_exist_is_not_there(client):
    proposal = factories.submitted()
    sign_in(client, Role.ACCESS_OFFICER)

    assert client.get(address("proposal", "act", proposal.pk, "delete")).status_code == 404
    assert client.get(address("proposal", "act", 10**30, "eligible")).status_code == 404
