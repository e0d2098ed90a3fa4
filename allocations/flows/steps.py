"""The steps of an evaluation: taken by whoever may, finished once, followed by the next."""

from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.exceptions import TransitionNotAllowed
from jaif_portal.flows.permissions import require

from ..models import OUTCOMES, Proposal, ProposalState, Round, StepKind, StepState

PERMISSIONS = {
    StepKind.ADMINISTRATIVE: "allocations.check_eligibility",
    StepKind.TECHNICAL: "allocations.check_feasibility",
    StepKind.PEER_REVIEW: "allocations.assign_reviewers",
    StepKind.RIGHT_TO_REPLY: "allocations.close_reply",
    StepKind.PANEL: "allocations.record_outcome",
}


def take_step(proposal, kind, *, by, permission=None):
    """The active step of this kind, with its proposal, whose row is locked.

    ``by`` is ``None`` where a timer or a rule acts. ``permission`` is that of the step unless
    another is named.
    """
    proposal = lock_proposal(proposal)
    if by is not None:
        require(by, permission or PERMISSIONS[kind], proposal)
    step = proposal.steps.filter(kind=kind, state=StepState.ACTIVE).first()
    if step is None or proposal.state != ProposalState.IN_EVALUATION:
        raise TransitionNotAllowed(
            _("The step “%(step)s” of this proposal is not in progress.") % {"step": kind.label}
        )
    step.proposal = proposal
    return step


def lock_proposal(proposal):
    rows = Proposal.objects.select_for_update(of=("self",)).select_related(
        "policy__mode", "offer__partition__system", "offer__share__partition", "applicant", "round"
    )
    return rows.get(pk=proposal.pk)


def lock_round(panel_round):
    rows = Round.objects.select_for_update(of=("self",)).select_related("call__mode")
    return rows.get(pk=panel_round.pk)


def finish_step(step, outcome, *, by, remarks=""):
    """End a step with one of its own outcomes; return the moment."""
    if outcome not in OUTCOMES[StepKind(step.kind)]:
        raise ValueError(f"{step.kind} does not end with {outcome}")
    step.outcome, step.remarks, step.decided_by = outcome, remarks, by
    step.state, step.ended_at = StepState.DONE, clock.now()
    changed = ["outcome", "remarks", "decided_by", "state", "ended_at"]
    step.save(update_fields=[*changed, "gpu_hours", "months", "pool_left"])
    return step.ended_at


def start_next(proposal, *, at):
    """Start the step that comes next and return it; ``None`` after the last one."""
    step = proposal.steps.filter(state=StepState.WAITING).order_by("position").first()
    if step is not None:
        step.state, step.started_at = StepState.ACTIVE, at
        step.save(update_fields=["state", "started_at"])
    return step
