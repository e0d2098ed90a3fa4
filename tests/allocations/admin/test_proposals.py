"""Decisions at the desk: what each role can do to a proposal, and why it cannot."""

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry

from allocations.models import Check, Finding, Proposal, ProposalState, StepKind, StepOutcome
from jaif_portal import clock
from jaif_portal.models import Transition
from onboarding.models import Role
from tests.allocations import factories, reviewing, rounds
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
OPEN_ITEMS = "The check-list is not complete. Open items: 6."
NOTHING = "Nobody has proposed to turn this proposal down."
WAITS = "It is proposed to turn this proposal down; a second person decides first."
HELD = "The panel has decided on this proposal. Reopen it first."
MISSING = {"remarks": ["This field is required."]}

BY_WHOM = {
    "checklist": Role.ACCESS_OFFICER,
    "eligible": Role.ACCESS_OFFICER,
    "ineligible": Role.ACCESS_OFFICER,
    "feasible": Role.TECHNICAL_REVIEWER,
    "infeasible": Role.TECHNICAL_REVIEWER,
    "confirm": Role.ACCESS_OFFICER,
    "return": Role.ACCESS_OFFICER,
    "close_reviews": Role.ACCESS_OFFICER,
    "close_reply": Role.ACCESS_OFFICER,
    "record": Role.PANEL_CHAIR,
    "reopen": Role.PANEL_CHAIR,
    "promote": Role.ACCESS_OFFICER,
    "lapse": Role.ACCESS_OFFICER,
}
ANSWERS = {
    "checklist": {"ticked_1": "on"},
    "ineligible": {"reason": "organisation", "remarks": "The firm is not yet founded."},
    "feasible": {"gpu_hours": 5000, "months": 2},
    "infeasible": {"reason": "software", "remarks": "It needs a database server."},
    "return": {"remarks": "It is founded."},
    "record": {"outcome": "reserve"},
    "reopen": {"reason": "A new figure."},
}
STEPS = {
    "close_reviews": StepKind.PEER_REVIEW,
    "close_reply": StepKind.RIGHT_TO_REPLY,
    "record": StepKind.PANEL,
}


def eligible():
    return factories.find_eligible(factories.submitted(), by=factories.officer())


def ticked():
    proposal = factories.submitted()
    factories.tick_all(proposal, by=factories.officer())
    return proposal


def found_ineligible():
    why = {"reason": "other", "remarks": "No."}
    return factories.find_ineligible(factories.submitted(), by=factories.officer(), **why)


def ready_for(act):
    """A proposal to which ``act`` can be done now."""
    if act in {"promote", "lapse"}:
        return on_reserve()[0]
    if act in STEPS:
        (proposal,) = rounds.in_step(STEPS[act])
        rounds.seat(proposal)
        if act == "close_reviews":
            reviewing.assigned(proposal, alternates=0)
            proposal.assignments.update(state="reviewed", declared_at=clock.now())
        return proposal
    make = {
        "feasible": eligible,
        "infeasible": eligible,
        "eligible": ticked,
        "confirm": found_ineligible,
        "return": found_ineligible,
        "reopen": rounds.held,
    }
    return make.get(act, factories.submitted)()


def state_of(proposal):
    return Proposal.objects.get(pk=proposal.pk).state


def rows(proposal):
    return (
        state_of(proposal),
        history(proposal),
        list(proposal.steps.values()),
        list(Check.objects.filter(step__proposal=proposal).values()),
        list(Finding.objects.filter(step__proposal=proposal).values()),
        list(proposal.held_outcomes.values()),
    )


@pytest.mark.parametrize(("act", "whose"), BY_WHOM.items())
def test_only_the_role_in_charge_can_act(client, act, whose):
    proposal = ready_for(act)
    before, allowed = rows(proposal), {whose}
    if act in {"confirm", "return"}:
        allowed.add(Role.TECHNICAL_LEAD)  # of the technical check; refused here all the same

    for role in [*(role for role in EVERYBODY if role != whose), whose]:
        sign_in(client, role)
        page = perform(client, proposal, act, **ANSWERS.get(act, {}))

        if role == whose:
            assert (page.status_code, rows(proposal) != before) == (200, True)
            continue
        refused = 404 if role == Role.PEER_REVIEWER else 403
        assert (page.status_code, role) == (200 if role in allowed else refused, role)
        assert rows(proposal) == before


@pytest.mark.parametrize(
    ("make", "role", "hindrances"),
    [
        (
            factories.submitted,
            Role.ACCESS_OFFICER,
            {"checklist": "", "ineligible": "", "eligible": OPEN_ITEMS, "feasible": ROLE},
        ),
        (
            factories.submitted,
            Role.TECHNICAL_REVIEWER,
            {"eligible": ROLE, "feasible": ELIGIBILITY, "infeasible": ELIGIBILITY},
        ),
        (
            eligible,
            Role.ACCESS_OFFICER,
            {"eligible": TECHNICAL, "confirm": NOTHING, "promote": ON_RESERVE, "lapse": OFFER},
        ),
        (eligible, Role.TECHNICAL_REVIEWER, {"eligible": ROLE, "feasible": "", "infeasible": ""}),
        (found_ineligible, Role.ACCESS_OFFICER, {"confirm": "", "return": "", "eligible": WAITS}),
        (found_ineligible, Role.TECHNICAL_LEAD, {"eligible": ROLE, "promote": ROLE}),
        (rounds.held, Role.PANEL_CHAIR, {"record": HELD, "reopen": "", "promote": ROLE}),
        (eligible, Role.AUDITOR, dict.fromkeys(BY_WHOM, ROLE)),
        (eligible, Role.ADMINISTRATOR, dict.fromkeys(BY_WHOM, ROLE)),
    ],
)
def test_each_act_is_offered_or_says_why_not(client, make, role, hindrances):
    proposal = make()
    sign_in(client, role)

    offered = offered_acts(client, proposal)

    assert set(offered) == {*BY_WHOM, "ask", "lapse_question"}
    assert {name: offered[name] for name in hindrances} == hindrances


def test_what_is_offered_lapses_once_the_time_to_answer_is_over(client, travel):
    proposal = factories.offered()
    sign_in(client, Role.ACCESS_OFFICER)

    before = offered_acts(client, proposal)
    travel(dt.timedelta(days=15))
    after = offered_acts(client, proposal)

    assert before["eligible"] == "The proposal is not in evaluation: Offered."
    assert before["lapse"] == "The applicant has time until 7 Dec 2026, 10:00."
    assert after["lapse"] == ""


def test_the_check_list_is_filled_in_bit_by_bit(client):
    proposal = factories.submitted()
    sign_in(client, Role.ACCESS_OFFICER)

    perform(client, proposal, "checklist", ticked_1="on", reason_2="None was ever granted.")
    form = client.get(address("proposal", "act", proposal.pk, "checklist")).context["form"]

    assert form["ticked_1"].value() is True
    assert form["reason_2"].value() == "None was ever granted."
    assert form["ticked_3"].value() is False


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

    page = perform(client, proposal, "checklist")

    assert page.status_code == 403
    assert offered_acts(client, proposal)["eligible"] == ROLE


def test_a_decision_lands_in_the_history_with_who_and_why(client):
    proposal = factories.submitted()
    sign_in(client, Role.ACCESS_OFFICER)
    perform(client, proposal, "ineligible", **ANSWERS["ineligible"])
    second = sign_in(client, Role.ACCESS_OFFICER)

    page = perform(client, proposal, "confirm")

    proposal.refresh_from_db()
    last = Transition.objects.of(proposal).last()
    assert messages(page) == [f"Done: Confirm what turns it down. {proposal}"]
    assert (last.to_state, last.by, last.note) == (
        "ineligible",
        second,
        "The firm is not yet founded.",
    )
    assert LogEntry.objects.first().change_message == "Confirm what turns it down"
    assert "The firm is not yet founded." in page.text


@pytest.mark.parametrize(
    ("act", "role"), [(act, BY_WHOM[act]) for act in ("ineligible", "infeasible")]
)
@pytest.mark.parametrize("remarks", ["", "   \n"])
def test_turning_down_asks_for_reasons(client, act, role, remarks):
    proposal = ready_for(act)
    before = state_of(proposal)
    sign_in(client, role)

    page = perform(client, proposal, act, reason="other", remarks=remarks)

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
            {"gpu_hours": ["Playground grants at most 5000 GPU-hours."]},
        ),
        (
            {"gpu_hours": 10**30, "months": 2, "remarks": "More."},
            {"gpu_hours": ["Playground grants at most 5000 GPU-hours."]},
        ),
        (
            {"gpu_hours": 5000, "months": 9, "remarks": "Longer."},
            {"months": ["Choose one of these numbers of months: 1, 2, 3."]},
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
