"""Reviews: written as drafts, handed in once, and what ends the step of peer review."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from jaif_portal import clock
from jaif_portal.exceptions import StaleVersion, TransitionNotAllowed
from jaif_portal.flows.deadlines import meet_deadlines
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, remark

from ..exceptions import AssignmentNotPossible, ReviewIncomplete
from ..models import (
    WORKING,
    AssignmentState,
    Consensus,
    Review,
    ReviewAssignment,
    Score,
    StepKind,
    StepOutcome,
    StepState,
)
from . import review_letters
from .assignments import DUE, REMINDER, lock_proposal, release_all, require_in_peer_review
from .evaluation import go_on
from .steps import finish_step


@transaction.atomic
def save_review(assignment, *, by, version, scores, comments="", confidential=""):
    """Keep a draft, also one that is incomplete; answer the review with its new version.

    ``scores`` maps each criterion to ``(value or None, whether to abstain, text)``.
    ``version`` is the one that the reviewer has seen, 0 before the first save.

    Raises ``StaleVersion`` where it was saved meanwhile, as in another tab.
    """
    assignment = _lock_open(assignment, by=by)
    review = Review.objects.filter(assignment=assignment).first()
    if version != (review.version if review else 0):
        raise StaleVersion
    now = clock.now()
    if review is None:
        review = Review(assignment=assignment, version=0)
    review.version += 1
    review.comments, review.confidential, review.saved_at = comments, confidential, now
    review.save()
    policy = assignment.proposal.policy.review_policy
    for criterion, (value, abstains, text) in scores.items():
        _require_on_scale(policy, criterion, value)
        Score.objects.update_or_create(
            review=review,
            criterion=criterion,
            defaults={"value": None if abstains else value, "abstains": abstains, "text": text},
        )
    return review


@transaction.atomic
def submit_review(assignment, *, by):
    """Hand a review in: declared, with a score or an abstention and reasons for each criterion.

    With the last one that the policy asks for, the step ends. Locks the proposal.
    """
    assignment = _lock_open(assignment, by=by)
    proposal, now = assignment.proposal, clock.now()
    require_in_peer_review(proposal)
    review = Review.objects.filter(assignment=assignment).first()
    _require_complete(review, proposal.policy.review_policy)
    review.submitted_at = now
    review.save(update_fields=["submitted_at"])
    move(assignment, to=AssignmentState.REVIEWED, by=by, at=now)
    meet_deadlines(assignment, REMINDER, DUE, at=now)
    open_rows = proposal.assignments.filter(state__in=WORKING)
    enough = reviews_in(proposal) >= proposal.policy.review_policy.reviewers
    if enough and not open_rows.exists():
        _end_peer_review(proposal, by=None, at=now, note=gettext_noop("All reviews are in"))
    return review


@transaction.atomic
def close_peer_review(proposal, *, by):
    """End the step with the reviews that are in, if the policy finds them enough."""
    proposal = lock_proposal(proposal)
    require(by, "allocations.assign_reviewers", proposal)
    require_in_peer_review(proposal)
    least = proposal.policy.review_policy.least_reviews
    found = reviews_in(proposal)
    if found < least:
        raise TransitionNotAllowed(
            _("%(found)d reviews are in; %(least)d are needed to close the step.")
            % {"found": found, "least": least}
        )
    note = gettext_noop("Closed by an officer with the reviews that are in")
    _end_peer_review(proposal, by=by, at=clock.now(), note=note)
    return proposal


@transaction.atomic
def write_consensus(proposal, *, by, text, score):
    """Sum up all reviews for the panel, with the score agreed on; the rapporteur does this."""
    proposal = lock_proposal(proposal)
    require(by, "allocations.write_consensus", proposal)
    if proposal.steps.filter(kind=StepKind.PANEL, state=StepState.DONE).exists():
        raise TransitionNotAllowed(_("The panel has decided already."))
    policy = proposal.policy.review_policy
    most = policy.most_score * policy.criteria.count()
    wrong = {}
    if not text.strip():
        wrong["text"] = [_("Write the consensus.")]
    if not 0 <= score <= most:
        wrong["score"] = [_("The score lies between 0 and %(most)d.") % {"most": most}]
    if wrong:
        raise ReviewIncomplete(wrong)
    now = clock.now()
    consensus, _created = Consensus.objects.update_or_create(
        proposal=proposal,
        defaults={"text": text, "score": score, "written_by": by, "written_at": now},
    )
    remark(proposal, by=by, at=now, note=gettext_noop("Consensus written"))
    return consensus


def reviews_in(proposal):
    return proposal.assignments.filter(state=AssignmentState.REVIEWED).count()


def _lock_open(assignment, *, by):
    """The assignment with its proposal's lock, if its file is open and the review is not in."""
    proposal = lock_proposal(assignment.proposal)
    rows = ReviewAssignment.objects.select_related("reviewer__user")
    assignment = rows.get(pk=assignment.pk)
    assignment.proposal = proposal
    require(by, "allocations.answer_assignment", assignment)
    if assignment.state != AssignmentState.ACCEPTED:
        raise TransitionNotAllowed(
            _("A review is written after accepting it and until it is handed in.")
        )
    if assignment.declared_at is None:
        raise AssignmentNotPossible(
            _("Say first whether you have a conflict of interest: the file opens after that.")
        )
    if proposal.conflicts.blocking().filter(reviewer=assignment.reviewer).exists():
        raise AssignmentNotPossible(_("There is a real conflict of interest."))
    return assignment


def _require_on_scale(policy, criterion, value):
    if value is not None and not policy.least_score <= value <= policy.most_score:
        sentence = _("The score lies between %(least)d and %(most)d.") % {
            "least": policy.least_score,
            "most": policy.most_score,
        }
        raise ReviewIncomplete({f"score_{criterion.pk}": [sentence]})


def _require_complete(review, policy):
    given = {row.criterion_id: row for row in review.scores.all()} if review else {}
    missing = {}
    for criterion in policy.criteria.all():
        row = given.get(criterion.pk)
        if row is None or (row.value is None and not row.abstains):
            missing[f"score_{criterion.pk}"] = [_("Give a score, or abstain.")]
        if row is None or not row.text.strip():
            missing[f"text_{criterion.pk}"] = [_("Give your reasons.")]
    if review is None or not review.comments.strip():
        missing["comments"] = [_("Sum up your review for the applicant.")]
    if missing:
        raise ReviewIncomplete(missing)


def _end_peer_review(proposal, *, by, at, note):
    step = proposal.steps.get(kind=StepKind.PEER_REVIEW, state=StepState.ACTIVE)
    step.proposal = proposal
    release_all(proposal, by=by, at=at, note=note)
    finish_step(step, StepOutcome.REVIEWED, by=by)
    review_letters.reviews_are_in(proposal)
    go_on(proposal, at=at)
