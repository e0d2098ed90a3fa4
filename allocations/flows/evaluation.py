"""The checks of a submitted proposal, step by step."""

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.exceptions import TransitionNotAllowed
from jaif_portal.flows.deadlines import meet_deadlines
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move

from ..exceptions import ProposalIncomplete, ReasonMissing
from ..models import EvaluationStep, Proposal, ProposalState, StepKind, StepOutcome, StepState
from . import letters
from .offers import offer_or_reserve


@transaction.atomic
def find_eligible(proposal, *, by, remarks=""):
    """Pass the administrative check."""
    step = _take_step(proposal, StepKind.ADMINISTRATIVE, by=by)
    now = finish_step(step, StepOutcome.ELIGIBLE, by=by, remarks=remarks)
    return go_on(step.proposal, at=now)


@transaction.atomic
def find_ineligible(proposal, *, by, remarks):
    """End the proposal in the administrative check, with reasons that the applicant reads."""
    step = _take_step(proposal, StepKind.ADMINISTRATIVE, by=by)
    return _turn_down(
        step, StepOutcome.INELIGIBLE, ProposalState.INELIGIBLE, by=by, remarks=remarks
    )


@transaction.atomic
def find_feasible(proposal, *, by, gpu_hours=None, months=None, remarks=""):
    """Pass the technical check, as asked for or with the amount that the site finds right.

    After the last step a mode without competition offers the award by rule.
    """
    step = _take_step(proposal, StepKind.TECHNICAL, by=by)
    asked = (step.proposal.gpu_hours, step.proposal.months)
    step.gpu_hours, step.months = found = (gpu_hours or asked[0], months or asked[1])
    outcome = StepOutcome.FEASIBLE
    if found != asked:
        outcome = StepOutcome.FEASIBLE_WITH_CHANGES
        _require_within(
            step.proposal.policy,
            partition=step.proposal.offer.partition,
            gpu_hours=found[0],
            months=found[1],
        )
        if not remarks.strip():
            raise ReasonMissing
    now = finish_step(step, outcome, by=by, remarks=remarks)
    return go_on(step.proposal, at=now)


@transaction.atomic
def find_infeasible(proposal, *, by, remarks):
    """End the proposal in the technical check, with reasons that the applicant reads."""
    step = _take_step(proposal, StepKind.TECHNICAL, by=by)
    return _turn_down(
        step, StepOutcome.INFEASIBLE, ProposalState.INFEASIBLE, by=by, remarks=remarks
    )


PERMISSIONS = {
    StepKind.ADMINISTRATIVE: "allocations.check_eligibility",
    StepKind.TECHNICAL: "allocations.check_feasibility",
}


def _take_step(proposal, kind, *, by):
    """The active step of this kind, with the proposal's row locked."""
    rows = Proposal.objects.select_for_update(of=("self",))
    proposal = rows.select_related("policy__mode", "offer__partition", "applicant").get(
        pk=proposal.pk
    )
    require(by, PERMISSIONS[kind], proposal)
    step = proposal.steps.filter(kind=kind, state=StepState.ACTIVE).first()
    if step is None or proposal.state != ProposalState.IN_EVALUATION:
        raise TransitionNotAllowed(
            _("The step “%(step)s” of this proposal is not in progress.") % {"step": kind.label}
        )
    step.proposal = proposal
    return step


def finish_step(step, outcome, *, by, remarks):
    """End a step with its outcome; the caller holds the proposal's lock and checked the right."""
    now = clock.now()
    step.outcome, step.remarks, step.decided_by, step.ended_at = outcome, remarks, by, now
    step.state = StepState.DONE
    step.save(
        update_fields=[
            "outcome",
            "remarks",
            "decided_by",
            "ended_at",
            "state",
            "gpu_hours",
            "months",
        ]
    )
    return now


def go_on(proposal, *, at):
    """Start the next step, or settle the proposal after the last one."""
    following = proposal.steps.filter(state=StepState.WAITING).order_by("position").first()
    if following is None:
        meet_deadlines(proposal, "decision", at=at)
        return offer_or_reserve(proposal, at=at)
    following.state, following.started_at = StepState.ACTIVE, at
    following.save(update_fields=["state", "started_at"])
    return proposal


def _turn_down(step, outcome, state, *, by, remarks):
    if not remarks.strip():
        raise ReasonMissing
    now = finish_step(step, outcome, by=by, remarks=remarks)
    proposal = step.proposal
    EvaluationStep.objects.filter(proposal=proposal, state=StepState.WAITING).update(
        state=StepState.DONE, outcome=StepOutcome.DROPPED, ended_at=now
    )
    move(proposal, to=state, by=by, at=now, note=remarks)
    meet_deadlines(proposal, "decision", at=now)
    letters.turned_down(proposal, remarks=remarks)
    return proposal


def _require_within(policy, *, partition, gpu_hours, months):
    """What the site finds right may be less than was asked for, never more than the mode gives."""
    wrong = {}
    most = policy.gpu_hours_on(partition)[1]
    if gpu_hours > most:
        wrong["gpu_hours"] = [
            _("%(mode)s grants at most %(most)d GPU-hours.")
            % {"mode": policy.mode.name, "most": most}
        ]
    if months not in policy.months:
        wrong["months"] = [
            _("Choose one of these numbers of months: %(months)s.")
            % {"months": ", ".join(map(str, policy.months))}
        ]
    if wrong:
        raise ProposalIncomplete(wrong)
