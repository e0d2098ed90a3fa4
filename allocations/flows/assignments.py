"""From an invitation to a review, or to the alternate who takes the place.

Every flow locks the proposal first, so that a place is given up and filled once.
"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from jaif_portal import clock
from jaif_portal.exceptions import TransitionNotAllowed
from jaif_portal.flows.deadlines import meet_deadlines, set_deadline
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, remark

from ..exceptions import ReasonMissing
from ..models import (
    ENDED,
    WORKING,
    AssignmentState,
    Proposal,
    ProposalState,
    ReviewAssignment,
    Severity,
    StepKind,
    StepState,
)
from . import review_letters
from .conflicts import record_conflicts, write_down

ANSWER, REMINDER, DUE = "review_answer", "review_reminder", "review_due"


def invite(assignment, *, by, at):
    """Ask a reviewer, who answers within the policy's days; the caller has locked the proposal."""
    days = assignment.proposal.policy.review_policy.answer_days
    assignment.invited_at, assignment.answer_by = at, clock.add_working_days(at, days)
    assignment.save(update_fields=["invited_at", "answer_by"])
    move(assignment, to=AssignmentState.INVITED, by=by, at=at)
    set_deadline(ANSWER, assignment, due_at=assignment.answer_by)
    review_letters.invitation(assignment)


@transaction.atomic
def accept_review(assignment, *, by):
    """Take a review on; it is due after the working days of the policy."""
    assignment = _lock(assignment)
    require(by, "allocations.answer_assignment", assignment)
    now, policy = clock.now(), assignment.proposal.policy.review_policy
    move(assignment, to=AssignmentState.ACCEPTED, by=by, at=now)
    assignment.due_at = clock.add_working_days(now, policy.review_days)
    assignment.save(update_fields=["due_at"])
    meet_deadlines(assignment, ANSWER, at=now)
    if policy.reminder_days < policy.review_days:
        set_deadline(REMINDER, assignment, due_at=clock.add_working_days(now, policy.reminder_days))
    set_deadline(DUE, assignment, due_at=assignment.due_at)
    return assignment


@transaction.atomic
def decline_review(assignment, *, by, reason=""):
    """Turn a review down, also one that was accepted; the alternate is asked."""
    assignment = _lock(assignment)
    require(by, "allocations.answer_assignment", assignment)
    return _give_up(assignment, AssignmentState.DECLINED, by=by, at=clock.now(), note=reason)


@transaction.atomic
def declare(assignment, *, by, severity="", evidence="", management_plan=""):
    """Say what ties the reviewer to the proposal; nothing where ``severity`` is empty.

    Only then the file opens. A real conflict gives the place to the alternate.
    """
    assignment = _lock(assignment)
    require(by, "allocations.answer_assignment", assignment)
    if assignment.state != AssignmentState.ACCEPTED:
        raise TransitionNotAllowed(_("Accept the review first."))
    if severity and not evidence.strip():
        raise ReasonMissing(_("Say what ties you to the proposal."))
    if severity == Severity.APPARENT and not management_plan.strip():
        raise ReasonMissing(_("Say how you will stay impartial all the same."))
    now = clock.now()
    assignment.declared_at = now
    assignment.save(update_fields=["declared_at"])
    if not severity:
        remark(assignment, by=by, at=now, note=gettext_noop("No conflict of interest declared"))
        return assignment
    write_down(
        assignment.proposal,
        assignment.reviewer,
        Severity(severity),
        by=by,
        evidence=evidence,
        management_plan=management_plan,
    )
    if severity == Severity.REAL:
        note = gettext_noop("Real conflict of interest")
        return _give_up(assignment, AssignmentState.RECUSED, by=by, at=now, note=note)
    return assignment


@transaction.atomic
def release_reviewer(assignment, *, by, reason):
    """Take a reviewer off a proposal; the alternate is asked in their place."""
    assignment = _lock(assignment)
    require(by, "allocations.assign_reviewers", assignment.proposal)
    if not reason.strip():
        raise ReasonMissing(_("Say why: the history keeps the reason."))
    review_letters.released(assignment)
    return _give_up(assignment, AssignmentState.RELEASED, by=by, at=clock.now(), note=reason)


@transaction.atomic
def appoint_rapporteur(assignment, *, by):
    """Let one of the reviewers write the consensus, instead of whoever was to do it."""
    assignment = _lock(assignment)
    require(by, "allocations.assign_reviewers", assignment.proposal)
    if assignment.state not in {AssignmentState.ACCEPTED, AssignmentState.REVIEWED}:
        raise TransitionNotAllowed(_("Only somebody who has accepted can be the rapporteur."))
    assignment.proposal.assignments.filter(is_rapporteur=True).update(is_rapporteur=False)
    assignment.is_rapporteur = True
    assignment.save(update_fields=["is_rapporteur"])
    remark(assignment, by=by, at=clock.now(), note=gettext_noop("Appointed as rapporteur"))
    review_letters.rapporteur(assignment)
    return assignment


@transaction.atomic
def answer_missing(assignment, *, at):
    """The time to answer has run out: the alternate is asked."""
    assignment = _lock(assignment)
    if assignment.state == AssignmentState.INVITED:
        review_letters.released(assignment)
        note = gettext_noop("No answer in time")
        _give_up(assignment, AssignmentState.UNANSWERED, by=None, at=at, note=note)


def review_reminder(assignment, *, at):
    if assignment.state == AssignmentState.ACCEPTED:
        review_letters.reminder(assignment)


def review_overdue(assignment, *, at):
    """Tell the reviewer and the officers, who may release them or close the step."""
    if assignment.state == AssignmentState.ACCEPTED:
        review_letters.overdue(assignment)


def recuse(proposal, reviewer, *, by, at):
    """End whatever the reviewer has to do with the proposal, for a real conflict."""
    rows = proposal.assignments.filter(reviewer=reviewer).exclude(state__in=ENDED)
    for assignment in rows.select_related("reviewer__user"):
        assignment.proposal = proposal
        if assignment.state == AssignmentState.PROPOSED:
            assignment.delete()
            continue
        note = gettext_noop("Real conflict of interest")
        _give_up(assignment, AssignmentState.RECUSED, by=by, at=at, note=note)


def release_all(proposal, *, by, at, note):
    """Let everybody go who still has something to do: nobody needs their reviews any more."""
    proposal.assignments.filter(state=AssignmentState.PROPOSED).delete()
    waiting = proposal.assignments.filter(state__in=[*WORKING, AssignmentState.ALTERNATE])
    for assignment in waiting.select_related("reviewer__user"):
        if assignment.state != AssignmentState.ALTERNATE:
            review_letters.released(assignment)
        move(assignment, to=AssignmentState.RELEASED, by=by, at=at, note=note)
        meet_deadlines(assignment, ANSWER, REMINDER, DUE, at=at)


def lock_proposal(proposal):
    rows = Proposal.objects.select_for_update(of=("self",))
    return rows.select_related("policy__review_policy", "applicant", "organisation", "call").get(
        pk=proposal.pk
    )


def require_in_peer_review(proposal):
    steps = proposal.steps.filter(kind=StepKind.PEER_REVIEW, state=StepState.ACTIVE)
    if proposal.state != ProposalState.IN_EVALUATION or not steps.exists():
        raise TransitionNotAllowed(_("This proposal is not in peer review."))


def _lock(assignment):
    """The assignment as it is now, with the lock of its proposal."""
    proposal = lock_proposal(assignment.proposal)
    rows = ReviewAssignment.objects.select_related("reviewer__user")
    assignment = rows.get(pk=assignment.pk)
    assignment.proposal = proposal
    return assignment


def _give_up(assignment, state, *, by, at, note):
    """End an assignment and ask the best alternate, where the place counted."""
    had_place = assignment.state != AssignmentState.ALTERNATE
    move(assignment, to=state, by=by, at=at, note=note)
    meet_deadlines(assignment, ANSWER, REMINDER, DUE, at=at)
    if had_place and _is_in_peer_review(assignment.proposal):
        _draw_alternate(assignment, at=at)
    return assignment


def _draw_alternate(assignment, *, at):
    """Ask the best alternate without a conflict; where there is none, tell the officers."""
    proposal = assignment.proposal
    waiting = proposal.assignments.filter(state=AssignmentState.ALTERNATE)
    alternates = list(waiting.select_related("reviewer__user").order_by("-score", "pk"))
    blocked = record_conflicts([proposal], [row.reviewer for row in alternates], at=at)
    for row in alternates:
        if (proposal.pk, row.reviewer_id) not in blocked:
            row.proposal, row.replaces = proposal, assignment
            row.save(update_fields=["replaces"])
            invite(row, by=None, at=at)
            return
    review_letters.no_alternate(assignment)


def _is_in_peer_review(proposal):
    return proposal.steps.filter(kind=StepKind.PEER_REVIEW, state=StepState.ACTIVE).exists()
