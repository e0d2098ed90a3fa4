"""Every flow of a proposal, in every state, by everybody: what the table says and nothing else."""

import datetime as dt
from copy import copy

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from allocations.flows import matrix
from allocations.flows.appeals import file_appeal
from allocations.flows.clarifications import (
    answer_questions,
    ask_applicant,
    lapse_clarification,
)
from allocations.flows.editing import edit_proposal
from allocations.flows.evaluation import (
    close_reply,
    find_eligible,
    find_feasible,
)
from allocations.flows.findings import (
    confirm_finding,
    find_ineligible,
    find_infeasible,
    return_finding,
)
from allocations.flows.offers import accept_offer, decline_offer, lapse_offer, promote
from allocations.flows.panel import Decision, record_outcome, reopen_outcome
from allocations.flows.proposals import submit_proposal
from allocations.flows.recall import recall_proposal
from allocations.flows.reviews import close_peer_review
from allocations.flows.withdrawal import withdraw_proposal
from allocations.management.commands.permissions import people as people_of
from allocations.models import (
    Appeal,
    Award,
    Check,
    EvaluationStep,
    Finding,
    HeldOutcome,
    LedgerAccount,
    LedgerEntry,
    Project,
    Proposal,
    ProposalState,
    ReviewPolicy,
    Round,
    StepKind,
)
from jaif_portal import clock
from jaif_portal.exceptions import Refusal, TransitionNotAllowed
from jaif_portal.models import Deadline, Mail, Transition
from onboarding.models import Acceptance, OnboardingCase, Role
from tests.allocations import factories, reviewing, rounds
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
    return lambda proposal, *, by: find(proposal, by=by, reason="other", remarks="Because.")


def fill_in(proposal, *, by):
    """What is changed is undone, so nothing is ticked but what was."""
    return factories.fill_in_checklist(proposal, by=by, answers={1: (True, "")})


def record(proposal, *, by):
    return record_outcome(proposal, by=by, decision=Decision(outcome="award"))


FLOWS = {
    "edit": edit,
    "submit": submit_proposal,
    "recall": recall_proposal,
    "withdraw": withdraw_proposal,
    "ask": lambda proposal, *, by: ask_applicant(proposal, by=by, question="Which data?"),
    "answer questions": answer,
    "go on without an answer": lapse_clarification,
    "fill in check-list": fill_in,
    "find eligible": find_eligible,
    "find not eligible": turn_down(find_ineligible),
    "find feasible": find_feasible,
    "find not feasible": turn_down(find_infeasible),
    "confirm": confirm_finding,
    "return": lambda proposal, *, by: return_finding(proposal, by=by, remarks="Not so."),
    "close peer review": close_peer_review,
    "close reply": close_reply,
    "record outcome": record,
    "reopen outcome": lambda proposal, *, by: reopen_outcome(proposal, by=by, reason="New."),
    "promote": promote,
    "accept offer": accept_offer,
    "decline offer": decline_offer,
    "lapse offer": lapse_offer,
    "appeal": lambda proposal, *, by: file_appeal(proposal, by=by, text="It is wrong."),
}
OFFICER, REVIEWER = Role.ACCESS_OFFICER.value, Role.TECHNICAL_REVIEWER.value
WRITERS = {"applicant", "team member", "staff on the team"}


def in_evaluation(*, team):
    """``{place: a proposal there}`` for the places of an evaluation."""
    by = {"by": factories.officer()}
    site = {"by": factories.reviewer()}
    why = {"reason": "other", "remarks": "No."}
    names = [matrix.ELIGIBILITY, matrix.NOT_ELIGIBLE, matrix.TECHNICAL, matrix.NOT_FEASIBLE]
    found = {name: factories.submitted(team=team) for name in names}
    factories.tick_all(found[matrix.ELIGIBILITY], **by)
    find_ineligible(found[matrix.NOT_ELIGIBLE], **by, **why)
    for name in (matrix.TECHNICAL, matrix.NOT_FEASIBLE):
        factories.find_eligible(found[name], **by)
    find_infeasible(found[matrix.NOT_FEASIBLE], **site, **why)
    ReviewPolicy.objects.update(least_reviews=1)
    steps = {
        matrix.REVIEW: StepKind.PEER_REVIEW,
        matrix.REPLY: StepKind.RIGHT_TO_REPLY,
        matrix.PANEL: StepKind.PANEL,
        matrix.HELD: StepKind.PANEL,
        matrix.REJECTED: StepKind.PANEL,
    }
    found |= {name: rounds.submitted(team=team) for name in steps}
    rounds.reach_cut_off()
    for name, kind in steps.items():
        rounds.bring_to(found[name], kind)
    reviewing.assigned(found[matrix.REVIEW], count=1, alternates=0)
    found[matrix.REVIEW].assignments.update(state="reviewed", declared_at=clock.now())
    rounds.seat(found[matrix.PANEL])
    rounds.record(found[matrix.REJECTED], "reject")
    rounds.propose_publication(found[matrix.HELD].round, by=rounds.chair(), force_reason="Now.")
    rounds.confirm_publication(found[matrix.HELD].round, by=rounds.publisher())
    rounds.record(found[matrix.HELD])
    return found


def in_every_state(*, team, share):
    """``{name of the place: a proposal there}``."""
    leave_in_pool(share, 0)
    proposals = {"reserve list": factories.offered(team=team)}
    put_into_pool(share, 99 * rounds.AWARD, at=share.starts_at)
    proposals["draft"] = factories.draft(team=team)
    for name in ("submitted", matrix.QUESTION, "not eligible", "not feasible"):
        proposals[name] = factories.submitted(team=team)
    for name in ("offered", "awarded", "declined", "lapsed", "withdrawn"):
        proposals[name] = factories.offered(team=team)
    proposals |= in_evaluation(team=team)
    Proposal.objects.filter(pk=proposals["submitted"].pk).update(state="submitted")
    ahead = Round.objects.create(
        call=proposals["submitted"].call, year=2027, number=1, cut_off_at=share.ends_at
    )
    Proposal.objects.filter(pk=proposals["submitted"].pk).update(round=ahead)
    ask_applicant(proposals[matrix.QUESTION], question="Which data?", by=factories.officer())
    factories.ineligible(proposals["not eligible"], by=factories.officer())
    factories.find_eligible(proposals["not feasible"], by=factories.officer())
    factories.infeasible(proposals["not feasible"], by=factories.reviewer())
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
    factories.officer(), factories.reviewer(), rounds.chair(), rounds.publisher()
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
    travel(dt.timedelta(days=8))
    lapse_offer(everybody["lapsed"], by=factories.officer())
    everybody["lapsed"].refresh_from_db()
    return everybody


def rows(proposal):
    """All that a flow could change, as values."""
    return (
        Proposal.objects.filter(pk=proposal.pk).values_list().get(),
        list(EvaluationStep.objects.filter(proposal=proposal).values_list()),
        list(Award.objects.filter(proposal=proposal).values_list()),
        list(Check.objects.filter(step__proposal=proposal).values_list()),
        list(Finding.objects.filter(step__proposal=proposal).values_list()),
        list(HeldOutcome.objects.filter(proposal=proposal).values_list()),
        list(Deadline.objects.of(proposal).values_list()),
        list(LedgerAccount.objects.order_by("pk").values_list("credited", "debited", "pledged")),
        [
            model.objects.count()
            for model in (
                Acceptance,
                Appeal,
                LedgerEntry,
                Mail,
                OnboardingCase,
                Project,
                Transition,
            )
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


def expected(place, role):
    """``{flow: the state it leads to}`` for what the table and the rules let a role do."""
    found = {}
    for event in matrix.EVENTS:
        who = WRITERS if event.name == "edit" else set(people_of(event.permission))
        if role in who and place in event.leads:
            found[event.flow] = event.leads[place].value
    return found


def test_the_places_of_the_matrix_are_all_there_are(proposals):
    assert {name: row.state for name, row in proposals.items()} == matrix.PLACES
    assert set(matrix.PLACES.values()) == set(ProposalState)
    assert set(FLOWS) == {event.flow for event in matrix.EVENTS}


def test_each_flow_does_what_the_table_says_and_refuses_everything_else(proposals, people):
    outcomes, table, changed = {}, {}, []
    for place, proposal in proposals.items():
        before = rows(proposal)
        closed = copy(proposal.applicant)
        closed.is_active = False
        everybody = people | {"applicant": proposal.applicant, "former applicant": closed}
        for role, person in everybody.items():
            allowed = expected(place, role)
            for name, flow in FLOWS.items():
                outcomes[name, place, role] = attempt(flow, proposal, by=person)
                table[name, place, role] = allowed.get(name)
        if rows(proposal) != before:
            changed.append(place)

    assert outcomes == table
    assert changed == []
