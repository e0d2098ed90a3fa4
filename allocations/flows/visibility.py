"""What a person may see of a proposal in evaluation: one policy for every door.

    can_see(user, proposal, Field.REVIEWS)

Pages, lists, REST, the administration and exports ask here. Nobody with a real conflict of
interest sees anything as staff or reviewer, whatever their role; on the own proposal they
see what every applicant sees.
"""

from enum import Enum

from jaif_portal import clock

from ..models import (
    AssignmentState,
    ConflictOfInterest,
    ProposalState,
    ReviewAssignment,
    SealedRead,
    StepKind,
    StepOutcome,
    StepState,
)

AT_WORK = [AssignmentState.ACCEPTED, AssignmentState.REVIEWED]


class Field(Enum):
    """``FILE`` is the request, ``APPLICANT`` who makes it, ``OUTCOME`` what is decided."""

    FILE = "file"
    APPLICANT = "applicant"
    REVIEWS = "reviews"
    CONFIDENTIAL = "confidential"
    REVIEWERS = "reviewers"
    CONSENSUS = "consensus"
    OUTCOME = "outcome"


def can_see(user, proposal, field):
    """Whether ``user`` may see ``field`` of ``proposal``."""
    if not user.is_authenticated or not user.is_active:
        return False
    return any(sees(user, proposal) for sees in POLICY[field])


def record_read(proposal, item, *, by, address):
    """Note that somebody reads something anonymous or sealed, from this network address."""
    return SealedRead.objects.create(
        proposal=proposal, item=item, by=by, at=clock.now(), address=address or None
    )


def is_blocked(user, proposal):
    """A real conflict of interest."""
    rows = ConflictOfInterest.objects.blocking()
    return rows.filter(proposal=proposal, reviewer__user=user).exists()


def _applicant(user, proposal):
    return proposal.applicant_id == user.pk or proposal.team.filter(email=user.email).exists()


def _applicant_after_peer_review(user, proposal):
    return _applicant(user, proposal) and _reviews_are_in(proposal)


def _applicant_once_told(user, proposal):
    undecided = (ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.IN_EVALUATION)
    return _applicant(user, proposal) and proposal.state not in undecided


def _staff(user, proposal):
    return (
        user.has_perm("allocations.see_everything")
        and proposal.state != ProposalState.DRAFT
        and not is_blocked(user, proposal)
    )


def _review_office(user, proposal):
    return (
        user.has_perm("allocations.see_reviewers")
        and proposal.state != ProposalState.DRAFT
        and not _applicant(user, proposal)
        and not is_blocked(user, proposal)
    )


def _declared_reviewer(user, proposal):
    return _assignments(user, proposal).exists() and not is_blocked(user, proposal)


def _reviewer_who_sees_names(user, proposal):
    return not proposal.call.hides_applicants and _declared_reviewer(user, proposal)


def _rapporteur_who_reviewed(user, proposal):
    """Others' reviews would sway the own one."""
    rows = _assignments(user, proposal).filter(is_rapporteur=True, state=AssignmentState.REVIEWED)
    return rows.exists() and not is_blocked(user, proposal)


def _assignments(user, proposal):
    return ReviewAssignment.objects.filter(
        proposal=proposal, reviewer__user=user, state__in=AT_WORK
    ).exclude(declared_at=None)


def _reviews_are_in(proposal):
    return any(
        step.kind == StepKind.PEER_REVIEW
        and step.state == StepState.DONE
        and step.outcome != StepOutcome.DROPPED
        for step in proposal.steps.all()
    )


POLICY = {
    Field.FILE: [_applicant, _staff, _declared_reviewer],
    Field.APPLICANT: [_applicant, _staff, _reviewer_who_sees_names],
    Field.REVIEWS: [_applicant_after_peer_review, _review_office, _rapporteur_who_reviewed],
    Field.CONFIDENTIAL: [_review_office, _rapporteur_who_reviewed],
    Field.REVIEWERS: [_review_office],
    Field.CONSENSUS: [_review_office, _rapporteur_who_reviewed],
    Field.OUTCOME: [_applicant_once_told, _review_office],
}
