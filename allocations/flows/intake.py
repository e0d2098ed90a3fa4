"""When the evaluation of a submitted proposal begins: at once, or with its round's cut-off."""

from django.db import transaction
from django.utils.translation import gettext_noop

from jaif_portal import clock
from jaif_portal.flows.deadlines import set_deadline
from jaif_portal.flows.transitions import move

from ..models import EvaluationStep, Proposal, ProposalState, StepKind, StepState
from .checklists import copy_checklist

DEADLINE = "cut_off"


def take_in(proposal, *, at):
    """Start the evaluation of a rolling mode; otherwise have it start with the cut-off.

    The steps are those of the mode's policy and its check-list, frozen now.
    """
    for position, kind in enumerate(proposal.policy.steps, start=1):
        step = EvaluationStep.objects.create(proposal=proposal, position=position, kind=kind)
        if kind == StepKind.ADMINISTRATIVE:
            copy_checklist(step, mode=proposal.policy.mode)
    if proposal.round.cut_off_at is None:
        _start(proposal, at=at, note=gettext_noop("Rolling intake"))
    else:
        set_deadline(DEADLINE, proposal, due_at=proposal.round.cut_off_at)


@transaction.atomic
def cut_off_reached(proposal, *, at):
    """Start the evaluation of a proposal that still waits for it; a later cut-off is awaited."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("policy", "round")
    proposal = rows.get(pk=proposal.pk)
    if proposal.state != ProposalState.SUBMITTED:
        return
    if proposal.round.cut_off_at is not None and proposal.round.cut_off_at > at:
        set_deadline(DEADLINE, proposal, due_at=proposal.round.cut_off_at)
        return
    _start(proposal, at=at, note=gettext_noop("Cut-off reached"))


def _start(proposal, *, at, note):
    """Begin with the first step, and start the clock of the decision."""
    move(proposal, to=ProposalState.IN_EVALUATION, by=None, at=at, note=note)
    first = proposal.steps.filter(state=StepState.WAITING).order_by("position").first()
    first.state, first.started_at = StepState.ACTIVE, at
    first.save(update_fields=["state", "started_at"])
    days = proposal.policy.decision_days
    set_deadline("decision", proposal, due_at=clock.add_working_days(at, days))
