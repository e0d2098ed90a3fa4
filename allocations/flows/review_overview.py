"""How peer review stands: a round at a glance, a proposal's scores, and the reviewers' load."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, Q

from ..models import (
    ENDED,
    WORKING,
    AssignmentState,
    Proposal,
    ProposalState,
    Review,
    ReviewAssignment,
    ReviewerProfile,
    Score,
    StepKind,
    StepState,
)
from .scoring import Summary, calibrate, distribution, summarise
from .visibility import Field, can_see


@dataclass(frozen=True)
class Line:
    """A proposal on the board of its round."""

    proposal: Proposal
    assignments: list
    is_active: bool
    planned: bool
    reviews: int
    summary: Summary


@dataclass(frozen=True)
class ScoreSheet:
    """All that is known about a proposal's scores; ``adjusted`` is advice and may be missing."""

    criteria: list
    reviews: list
    summary: Summary
    distribution: list = field(default_factory=list)
    adjusted: object = None
    biases: dict = field(default_factory=dict)


def board(round_, *, user):
    """The round's proposals with their reviewers, in a fixed number of queries."""
    proposals = _reviewed_proposals(round_).filter(
        pk__in=Proposal.objects.visible_to(user).values("pk")
    )
    rows = ReviewAssignment.objects.select_related("reviewer__user").order_by("is_alternate", "pk")
    proposals = proposals.prefetch_related(Prefetch("assignments", rows), "steps")
    scores = _scores(round_)
    return [_line(proposal, scores[proposal.pk]) for proposal in proposals]


def load():
    """Everybody who takes reviews, with ``open`` and ``done`` ones."""
    busy = [AssignmentState.PROPOSED, AssignmentState.ALTERNATE, *WORKING]
    return (
        ReviewerProfile.objects.filter(is_active=True)
        .select_related("user")
        .annotate(
            open=Count("assignments", filter=Q(assignments__state__in=busy)),
            done=Count("assignments", filter=Q(assignments__state="reviewed")),
        )
        .order_by("-open", "pk")
    )


def score_sheet(proposal):
    """The scores of a proposal, and what they would be without the reviewers' estimated bias."""
    policy = proposal.policy.review_policy
    reviews = list(
        Review.objects.filter(assignment__proposal=proposal)
        .exclude(submitted_at=None)
        .exclude(assignment__state=AssignmentState.RECUSED)
        .select_related("assignment__reviewer__user")
        .prefetch_related("scores__criterion")
        .order_by("pk")
    )
    scores = [{row.criterion: row.value for row in review.scores.all()} for review in reviews]
    values = [value for given in scores for value in given.values() if value is not None]
    found = _calibration(proposal.round, policy)
    reviewers = {review.assignment.reviewer_id for review in reviews}
    return ScoreSheet(
        criteria=list(policy.criteria.all()),
        reviews=reviews,
        summary=summarise(scores, policy),
        distribution=distribution(values, least=policy.least_score, most=policy.most_score),
        adjusted=found.quality.get(proposal.pk) if found else None,
        biases={pk: row for pk, row in found.bias.items() if pk in reviewers} if found else {},
    )


def reviews_shown_to(user, proposal):
    """The reviews as the applicant reads them, numbered, without names and remarks inside."""
    if StepKind.PEER_REVIEW not in proposal.policy.steps:
        return []
    if not can_see(user, proposal, Field.REVIEWS):
        return []
    rows = (
        Review.objects.filter(assignment__proposal=proposal, assignment__state="reviewed")
        .exclude(submitted_at=None)
        .prefetch_related("scores__criterion")
        .order_by("submitted_at", "pk")
    )
    return [
        {"number": number, "comments": review.comments, "scores": list(review.scores.all())}
        for number, review in enumerate(rows, start=1)
    ]


def _calibration(round_, policy):
    sums = {}
    for proposal_id, reviews in _scores(round_).items():
        for reviewer_id, given in reviews.items():
            if None not in given.values():
                sums[proposal_id, reviewer_id] = sum(given.values())
    return calibrate(sums, ridge=policy.calibration_ridge, overlap=policy.calibration_overlap)


def _scores(round_):
    """``{proposal id: {reviewer id: {criterion: value}}}`` of what was handed in."""
    found = defaultdict(lambda: defaultdict(dict))
    rows = Score.objects.filter(
        review__assignment__proposal__round=round_, review__assignment__state="reviewed"
    )
    for row in rows.select_related("criterion", "review__assignment"):
        assignment = row.review.assignment
        found[assignment.proposal_id][assignment.reviewer_id][row.criterion] = row.value
    return found


def _reviewed_proposals(round_):
    rows = Proposal.objects.filter(round=round_, steps__kind=StepKind.PEER_REVIEW)
    rows = rows.exclude(state__in=[ProposalState.DRAFT, ProposalState.WITHDRAWN])
    return rows.select_related("policy__review_policy", "organisation").order_by("reference", "pk")


def _line(proposal, reviews):
    assignments = [row for row in proposal.assignments.all() if row.state not in ENDED]
    states = [row.state for row in assignments]
    return Line(
        proposal=proposal,
        assignments=assignments,
        is_active=any(
            step.kind == StepKind.PEER_REVIEW and step.state == StepState.ACTIVE
            for step in proposal.steps.all()
        ),
        planned=AssignmentState.PROPOSED in states,
        reviews=states.count(AssignmentState.REVIEWED),
        summary=summarise(list(reviews.values()), proposal.policy.review_policy),
    )
