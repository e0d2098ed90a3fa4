"""Every flow of a proposal, in every state, by everybody: what the table says and nothing else."""

import datetime as dt
from copy import copy

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from allocations.flows.clarifications import (
    answer_questions,
    ask_applicant,
    lapse_clarification,
)
from allocations.flows.editing import edit_proposal
from allocations.flows.evaluation import (
    find_eligible,
    find_feasible,
    find_ineligible,
    find_infeasible,
)
from allocations.flows.offers import accept_offer, decline_offer, lapse_offer, promote
from allocations.flows.proposals import submit_proposal
from allocations.flows.recall import recall_proposal
from allocations.flows.withdrawal import withdraw_proposal
from allocations.models import (
    Award,
    EvaluationStep,
    LedgerAccount,
    LedgerEntry,
    Project,
    Proposal,
    ProposalState,
    Round,
)
from jaif_portal.exceptions import Refusal, TransitionNotAllowed
from jaif_portal.models import Deadline, Mail, Transition
from onboarding.models import Acceptance, OnboardingCase, Role
from tests.allocations import factories
from tests.allocations.pools import leave_in_pool, put_into_pool
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def edit(proposal, *, by):
    return edit_proposal(proposal, by=by, version=proposal.version, title="Another title")


def answer(proposal, *, by):
    """The last questions, where there are any."""
    asked = proposal.clarifications.last()
    if asked is None:
        raise TransitionNotAllowed
    return answer_questions(asked, by=by, version=proposal.version, text="Public data.")


def turn_down(find):
    return lambda proposal, *, by: find(proposal, by=by, remarks="For these reasons.")


FLOWS = {
    "edit": edit,
    "submit": submit_proposal,
    "recall": recall_proposal,
    "withdraw": withdraw_proposal,
    "ask": lambda proposal, *, by: ask_applicant(proposal, by=by, question="Which data?"),
    "answer": answer,
    "lapse_question": lapse_clarification,
    "find_eligible": find_eligible,
    "find_ineligible": turn_down(find_ineligible),
    "find_feasible": find_feasible,
    "find_infeasible": turn_down(find_infeasible),
    "promote": promote,
    "accept_offer": accept_offer,
    "decline_offer": decline_offer,
    "lapse_offer": lapse_offer,
}
OFFICER, REVIEWER = Role.ACCESS_OFFICER.value, Role.TECHNICAL_REVIEWER.value
WRITERS = {"applicant", "team member", "staff on the team"}

# (flow, state): (new state, who may)
TABLE = {
    ("edit", "draft"): ("draft", WRITERS),
    ("submit", "draft"): ("in_evaluation", {"applicant"}),
    ("withdraw", "draft"): ("withdrawn", {"applicant"}),
    ("recall", "submitted"): ("draft", {"applicant"}),
    ("ask", "eligibility check"): ("clarification", {OFFICER}),
    ("ask", "technical check"): ("clarification", {REVIEWER}),
    ("answer", "clarification"): ("in_evaluation", {"applicant"}),
    ("lapse_question", "clarification"): (
        "in_evaluation",
        {OFFICER, REVIEWER, Role.PANEL_CHAIR.value},
    ),
    ("withdraw", "clarification"): ("withdrawn", {"applicant"}),
    ("withdraw", "submitted"): ("withdrawn", {"applicant"}),
    ("withdraw", "eligibility check"): ("withdrawn", {"applicant"}),
    ("withdraw", "technical check"): ("withdrawn", {"applicant"}),
    ("withdraw", "reserve"): ("withdrawn", {"applicant"}),
    ("withdraw", "offered"): ("withdrawn", {"applicant"}),
    ("find_eligible", "eligibility check"): ("in_evaluation", {OFFICER}),
    ("find_ineligible", "eligibility check"): ("ineligible", {OFFICER}),
    ("find_feasible", "technical check"): ("offered", {REVIEWER}),
    ("find_infeasible", "technical check"): ("infeasible", {REVIEWER}),
    ("promote", "reserve"): ("offered", {OFFICER}),
    ("accept_offer", "offered"): ("awarded", {"applicant"}),
    ("decline_offer", "offered"): ("declined", {"applicant"}),
    ("lapse_offer", "offered"): ("lapsed", {OFFICER}),
    ("lapse_offer", "reserve"): ("lapsed", {OFFICER}),
}


def in_every_state(*, team, share):
    """``{name of the state: a proposal in it}``; evaluation counts as two."""
    leave_in_pool(share, 0)
    proposals = {"reserve": factories.offered(team=team)}
    put_into_pool(share, 99 * 1250 * 3600, at=share.starts_at)
    proposals["draft"] = factories.draft(team=team)
    for name in (
        "submitted",
        "clarification",
        "eligibility check",
        "technical check",
        "ineligible",
    ):
        proposals[name] = factories.submitted(team=team)
    for name in ("offered", "awarded", "declined", "lapsed", "withdrawn"):
        proposals[name] = factories.offered(team=team)
    proposals["infeasible"] = factories.submitted(team=team)
    by = {"by": factories.officer()}
    Proposal.objects.filter(pk=proposals["submitted"].pk).update(state="submitted")
    ahead = Round.objects.create(
        call=proposals["submitted"].call, year=2027, number=1, cut_off_at=share.ends_at
    )
    Proposal.objects.filter(pk=proposals["submitted"].pk).update(round=ahead)
    ask_applicant(proposals["clarification"], question="Which data?", **by)
    find_eligible(proposals["technical check"], **by)
    find_ineligible(proposals["ineligible"], remarks="No.", **by)
    find_eligible(proposals["infeasible"], **by)
    find_infeasible(proposals["infeasible"], by=factories.reviewer(), remarks="No.")
    for name, end in [
        ("awarded", accept_offer),
        ("declined", decline_offer),
        ("withdrawn", withdraw_proposal),
    ]:
        end(proposals[name], by=proposals[name].applicant)
    for proposal in proposals.values():
        proposal.refresh_from_db()
    return proposals


def both_staff(**fields):
    """Somebody who is an access officer and a technical reviewer."""
    person = UserFactory(role=OFFICER, **fields)
    person.groups.add(Group.objects.get(name=REVIEWER))
    return person


@pytest.fixture
def people(db):
    """Everybody but the applicants, by what they are."""
    factories.officer(), factories.reviewer()
    return {role.value: UserFactory(role=role) for role in Role} | {
        "team member": UserFactory(),
        "staff on the team": both_staff(),
        "colleague": UserFactory(),
        "staff of the organisation": both_staff(),
        "stranger": UserFactory(),
        "superuser of the organisation": both_staff(is_superuser=True),
        "superuser": UserFactory(is_superuser=True, is_staff=True),
        "closed account": both_staff(is_active=False),
    }


@pytest.fixture
def proposals(people, share, travel):
    everybody = in_every_state(
        team=[people["team member"].email, people["staff on the team"].email],
        share=share,
    )
    for proposal in everybody.values():
        for name in ("colleague", "staff of the organisation", "superuser of the organisation"):
            proposal.organisation.memberships.create(user=people[name], role="member")
    travel(dt.timedelta(days=15))
    lapse_offer(everybody["lapsed"], by=factories.officer())
    everybody["lapsed"].refresh_from_db()
    return everybody


def rows(proposal):
    """All that a flow could change, as values."""
    return (
        Proposal.objects.filter(pk=proposal.pk).values_list().get(),
        list(EvaluationStep.objects.filter(proposal=proposal).values_list()),
        list(Award.objects.filter(proposal=proposal).values_list()),
        list(Deadline.objects.of(proposal).values_list()),
        list(LedgerAccount.objects.order_by("pk").values_list("credited", "debited")),
        [
            model.objects.count()
            for model in (Acceptance, LedgerEntry, Mail, OnboardingCase, Project, Transition)
        ],
    )


def attempt(flow, proposal, *, by):
    """The state it led to, which is then undone, or ``None`` for a refusal, which is not."""
    savepoint = transaction.savepoint()
    try:
        flow(proposal, by=by)
    except Refusal:
        transaction.savepoint_commit(savepoint)
        return None
    state = Proposal.objects.values_list("state", flat=True).get(pk=proposal.pk)
    transaction.savepoint_rollback(savepoint)
    return state


def test_the_states_of_the_matrix_are_all_there_are(proposals):
    states = {name: proposal.state for name, proposal in proposals.items()}

    checks = {"eligibility check": "in_evaluation", "technical check": "in_evaluation"}
    others = set(ProposalState.values) - {"in_evaluation"}
    assert states == checks | {state: state for state in others}


def test_each_flow_does_what_the_table_says_and_refuses_everything_else(proposals, people):
    outcomes, expected, changed = {}, {}, []
    for state, proposal in proposals.items():
        before = rows(proposal)
        closed = copy(proposal.applicant)
        closed.is_active = False
        everybody = people | {"applicant": proposal.applicant, "former applicant": closed}
        for name, flow in FLOWS.items():
            new_state, who = TABLE.get((name, state), (None, set()))
            for role, person in everybody.items():
                outcomes[name, state, role] = attempt(flow, proposal, by=person)
                expected[name, state, role] = new_state if role in who else None
            if rows(proposal) != before:
                changed.append((name, state))

    assert outcomes == expected
    assert changed == []
