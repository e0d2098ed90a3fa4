"""Proposals in peer review, and reviewers, brought there by the flows."""

import datetime as dt

from allocations.flows import lifecycle
from allocations.flows.assignments import accept_review, declare
from allocations.flows.evaluation import find_feasible
from allocations.flows.matching import assign_by_hand, confirm_reviewers
from allocations.flows.proposals import begin_proposal, submit_proposal
from allocations.flows.reviews import save_review, submit_review
from allocations.models import Call, Proposal, ReviewerProfile, Round, Sector
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.onboarding.factories import OrganisationFactory, UserFactory

ABSTRACT = "We train climate models with transformers on satellite images of all of Europe. " * 2
CUT_OFF = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)


def large_scale():
    return Call.objects.get(mode__code="LS")


def first_round():
    return Round.objects.get(call=large_scale(), cut_off_at=CUT_OFF)


def submitted(*, by=None, team=(), wishes=None, **answers):
    """A Large Scale proposal that waits for its cut-off."""
    by = by or UserFactory()
    call = large_scale()
    complete = {
        "title": "Climate models",
        "abstract": ABSTRACT,
        "sector": Sector.CLIMATE,
        "offer": call.offers.get(),
        "gpu_hours": 100_000,
        "months": 6,
        "civilian_use": True,
    }
    organisation = by.organisations.first() or OrganisationFactory(representative=by)
    proposal = begin_proposal(
        call, organisation=organisation, by=by, team=list(team), **(complete | answers)
    )
    for email, wish in (wishes or {}).items():
        proposal.reviewer_wishes.create(email=email, wish=wish)
    factories.fill_in(proposal)
    factories.assess(proposal)
    proposal.refresh_from_db()
    factories.itemised(proposal)
    return submit_proposal(proposal, by=by)


def in_peer_review(travel, *, count=1, **answers):
    """``count`` proposals past the cut-off whose checks went well."""
    proposals = [submitted(**answers) for _number in range(count)]
    if clock.now() < CUT_OFF:
        travel(CUT_OFF)
    lifecycle.fund_shares(at=clock.now())
    lifecycle.keep_deadlines(until=clock.now())
    for proposal in proposals:
        factories.find_eligible(proposal, by=factories.officer())
        find_feasible(proposal, by=factories.reviewer())
        proposal.refresh_from_db()
    return proposals


def reviewer(*, keywords=("climate", "transformers"), institution=None, load_cap=4, **fields):
    """A peer reviewer whose address is at an institution of their own."""
    number = ReviewerProfile.objects.count()
    fields = {"email": f"expert@institute{number}.example"} | fields
    return ReviewerProfile.objects.create(
        user=UserFactory(role=Role.PEER_REVIEWER, **fields),
        institution=institution or f"Institute {number}",
        keywords=sorted(keywords),
        load_cap=load_cap,
    )


def assigned(proposal, *, count=3, alternates=1):
    """Invitations of new reviewers, and alternates."""
    officer = factories.officer()
    for number in range(count + alternates):
        assign_by_hand(proposal, by=officer, reviewer=reviewer(), is_alternate=number >= count)
    confirm_reviewers(proposal, by=officer)
    return list(proposal.assignments.select_related("reviewer__user").order_by("pk"))


def at_work(assignment):
    """Accepted and declared, so that the file is open."""
    accept_review(assignment, by=assignment.reviewer.user)
    return declare(assignment, by=assignment.reviewer.user)


def answers(proposal, *values):
    """Scores for the criteria in their order; ``None`` abstains."""
    criteria = proposal.policy.review_policy.criteria.all()
    return {
        criterion: (value, value is None, "For these reasons.")
        for criterion, value in zip(criteria, values, strict=True)
    }


def reviewed(assignment, *values):
    """Accepted, declared and handed in with these scores."""
    accept_review(assignment, by=assignment.reviewer.user)
    return declare_and_submit(assignment, *values)


def states(proposal):
    return list(proposal.assignments.order_by("pk").values_list("state", flat=True))


def step_of(proposal, kind="peer_review"):
    return Proposal.objects.get(pk=proposal.pk).steps.get(kind=kind)


def save_and_submit(assignment, *values):
    """The review of somebody who has declared."""
    person = assignment.reviewer.user
    save_review(
        assignment,
        by=person,
        version=0,
        scores=answers(assignment.proposal, *(values or (4, 4, 3))),
        comments="A sound plan.",
        confidential="Between us.",
    )
    return submit_review(assignment, by=person)


def declare_and_submit(assignment, *values):
    declare(assignment, by=assignment.reviewer.user)
    return save_and_submit(assignment, *values)
