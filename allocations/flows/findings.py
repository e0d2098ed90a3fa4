"""Turning a proposal down in a check: one person proposes it, another one confirms."""

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.exceptions import TransitionNotAllowed
from jaif_portal.flows.deadlines import meet_deadlines
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, record_birth

from ..exceptions import ReasonMissing, SecondPersonNeeded
from ..models import Finding, FindingState, ProposalState, StepKind, StepOutcome, StepState
from . import letters
from .endings import end_evaluation
from .steps import finish_step, lock_proposal, take_step

ENDS = {
    StepOutcome.INELIGIBLE: (ProposalState.INELIGIBLE, "allocations.confirm_ineligible"),
    StepOutcome.INFEASIBLE: (ProposalState.INFEASIBLE, "allocations.confirm_infeasible"),
}


@transaction.atomic
def find_ineligible(proposal, *, by, reason, remarks):
    """Propose to end the proposal in the eligibility check; the applicant reads ``remarks``."""
    step = take_step(proposal, StepKind.ADMINISTRATIVE, by=by)
    return _propose(step, StepOutcome.INELIGIBLE, by=by, reason=reason, remarks=remarks)


@transaction.atomic
def find_infeasible(proposal, *, by, reason, remarks):
    """Propose to end the proposal in the technical check; the applicant reads ``remarks``."""
    step = take_step(proposal, StepKind.TECHNICAL, by=by)
    return _propose(step, StepOutcome.INFEASIBLE, by=by, reason=reason, remarks=remarks)


@transaction.atomic
def confirm_finding(proposal, *, by):
    """End the proposal as another person has proposed. The letter goes out with it."""
    finding, step = _open_finding(proposal, by=by)
    if finding.proposed_by_id == by.pk:
        raise SecondPersonNeeded
    state, _permission = ENDS[finding.outcome]
    now = finish_step(step, StepOutcome(finding.outcome), by=by, remarks=finding.remarks)
    finding.decided_by = by
    finding.save(update_fields=["decided_by"])
    move(finding, to=FindingState.CONFIRMED, by=by, at=now)
    end_evaluation(step.proposal, by=by, at=now)
    move(step.proposal, to=state, by=by, at=now, note=finding.remarks)
    meet_deadlines(step.proposal, "decision", at=now)
    letters.turned_down(step.proposal, remarks=finding.remarks)
    return step.proposal


@transaction.atomic
def return_finding(proposal, *, by, remarks):
    """Do not confirm it: the check goes on where it was. ``remarks`` are for the colleague."""
    finding, step = _open_finding(proposal, by=by)
    if not remarks.strip():
        raise ReasonMissing(_("Say why: your colleague reads this text."))
    finding.decided_by = by
    finding.save(update_fields=["decided_by"])
    move(finding, to=FindingState.RETURNED, by=by, at=clock.now(), note=remarks)
    return step.proposal


def require_no_finding(step):
    """Raise ``TransitionNotAllowed`` while it is proposed to turn the proposal down."""
    if step.findings.filter(state=FindingState.PROPOSED).exists():
        raise TransitionNotAllowed(
            _("It is proposed to turn this proposal down. A second person confirms or returns it.")
        )


def _propose(step, outcome, *, by, reason, remarks):
    if not remarks.strip():
        raise ReasonMissing
    require_no_finding(step)
    now = clock.now()
    finding = Finding.objects.create(
        step=step,
        outcome=outcome,
        reason=reason,
        remarks=remarks,
        proposed_by=by,
        proposed_at=now,
    )
    record_birth(finding, by=by, at=now, note=remarks)
    return step.proposal


def _open_finding(proposal, *, by):
    """The proposed finding and its step, with the proposal's row locked."""
    proposal = lock_proposal(proposal)
    require(by, "allocations.confirm_finding", proposal)
    finding = (
        Finding.objects.filter(step__proposal=proposal, step__state=StepState.ACTIVE)
        .filter(state=FindingState.PROPOSED)
        .select_related("step")
        .first()
    )
    if finding is None:
        raise TransitionNotAllowed(_("Nobody has proposed to turn this proposal down."))
    require(by, ENDS[finding.outcome][1], proposal)
    finding.step.proposal = proposal
    return finding, finding.step
