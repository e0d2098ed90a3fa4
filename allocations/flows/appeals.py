"""Appeals against being turned down: filed by the applicant, decided by another officer."""

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.deadlines import meet_deadlines, set_deadline
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, plan, record_birth
from jaif_portal.models import Transition

from ..exceptions import AppealNotPossible, ProposalExists, ReasonMissing
from ..models import (
    Appeal,
    AppealState,
    EvaluationStep,
    Finding,
    HeldOutcome,
    Proposal,
    ProposalState,
    StepOutcome,
    StepState,
)
from . import letters
from .steps import lock_proposal

DEADLINE = "appeal"


@transaction.atomic
def file_appeal(proposal, *, by, text):
    """Object to a decision, once, within the policy's working days.

    Raises ``ReasonMissing`` or ``AppealNotPossible``.
    """
    proposal = lock_proposal(proposal)
    require(by, "allocations.file_appeal", proposal)
    now = clock.now()
    hindrance = why_no_appeal(proposal, at=now)
    if hindrance:
        raise AppealNotPossible(hindrance)
    if not text.strip():
        raise ReasonMissing(_("Write what speaks against the decision."))
    appeal = Appeal.objects.create(proposal=proposal, text=text, filed_by=by, filed_at=now)
    record_birth(appeal, by=by, at=now)
    due_at = clock.add_working_days(now, proposal.policy.appeal_days)
    set_deadline(DEADLINE, appeal, due_at=due_at)
    letters.appeal_filed(appeal)
    return appeal


@transaction.atomic
def uphold_appeal(appeal, *, by, back_to, answer):
    """Take the proposal back to the step of the decision, or to an earlier one."""
    appeal = _lock(appeal, by=by, answer=answer)
    proposal, now = appeal.proposal, clock.now()
    steps = list(proposal.steps.order_by("position"))
    decided = next((step for step in steps if step.outcome in DECISIONS), None)
    first = next((step for step in steps if step.kind == back_to), None)
    if first is None or decided is None or first.position > decided.position:
        raise AppealNotPossible(_("Choose the step of the decision, or an earlier one."))
    _decide(appeal, to=AppealState.UPHELD, by=by, answer=answer, back_to=back_to)
    try:
        with transaction.atomic():
            move(proposal, to=ProposalState.IN_EVALUATION, by=by, at=now, note=answer)
    except IntegrityError as error:
        raise ProposalExists(
            _("The applicant has begun another proposal under this call, which has to end first.")
        ) from error
    _rewind(proposal, first, at=now)
    due_at = clock.add_working_days(now, proposal.policy.decision_days)
    set_deadline("decision", proposal, due_at=due_at)
    letters.appeal_upheld(appeal)
    return appeal


@transaction.atomic
def reject_appeal(appeal, *, by, answer):
    """Leave the decision as it is, and tell the applicant why."""
    appeal = _lock(appeal, by=by, answer=answer)
    _decide(appeal, to=AppealState.REJECTED, by=by, answer=answer)
    letters.appeal_rejected(appeal)
    return appeal


def why_no_appeal(proposal, *, at):
    """Why the decision cannot be appealed now; empty where it can."""
    if not ProposalState(proposal.state).can_be_appealed:
        return _("Only a proposal that was turned down can be appealed.")
    decided_at = turned_down_at(proposal)
    if proposal.appeals.filter(filed_at__gte=decided_at).exists():
        return _("This decision has been appealed already.")
    last = appeal_until(proposal)
    if at >= last:
        return _("The time to appeal ended on %(moment)s.") % {
            "moment": date_format(last.astimezone(clock.BRUSSELS), "DATETIME_FORMAT")
        }
    return ""


def appeal_until(proposal):
    """The last moment to appeal against the decision that turned the proposal down."""
    return clock.add_working_days(turned_down_at(proposal), proposal.policy.appeal_days)


def turned_down_at(proposal):
    steps = Transition.objects.of(proposal).filter(to_state=proposal.state)
    return steps.order_by("-pk").values_list("at", flat=True).first()


def deciders(proposal):
    """The ids of all who proposed, recorded or took a decision against the proposal."""
    findings = Finding.objects.filter(step__proposal=proposal)
    helds = HeldOutcome.objects.filter(proposal=proposal, outcome=StepOutcome.REJECT)
    turned_down = Transition.objects.filter(
        subject_type=ContentType.objects.get_for_model(Proposal),
        subject_id=proposal.pk,
        to_state__in=[state for state in ProposalState if state.can_be_appealed],
    )
    return {
        *findings.values_list("proposed_by", flat=True),
        *findings.values_list("decided_by", flat=True),
        *helds.values_list("recorded_by", flat=True),
        *turned_down.values_list("by", flat=True),
    }


def appeal_due(appeal, *, at):
    """Remind the officers: the decision stays with them."""
    if Appeal.objects.filter(pk=appeal.pk, state=AppealState.FILED).exists():
        letters.appeal_overdue(appeal)


DECISIONS = {StepOutcome.INELIGIBLE, StepOutcome.INFEASIBLE, StepOutcome.REJECT}


def _lock(appeal, *, by, answer):
    proposal = lock_proposal(appeal.proposal)
    appeal = Appeal.objects.get(pk=appeal.pk)
    appeal.proposal = proposal
    require(by, "allocations.decide_appeal", appeal)
    if appeal.state != AppealState.FILED:
        raise AppealNotPossible(_("This appeal has been decided."))
    if not answer.strip():
        raise ReasonMissing
    return appeal


def _decide(appeal, *, to, by, answer, back_to=""):
    appeal.decided_by, appeal.decided_at = by, clock.now()
    appeal.answer, appeal.back_to = answer, back_to
    step = plan(appeal, to=to, by=by, at=appeal.decided_at)
    # One write: the table keeps no decided appeal without its answer.
    appeal.save(update_fields=["decided_by", "decided_at", "answer", "back_to", "state"])
    step.save()
    meet_deadlines(appeal, DEADLINE, at=appeal.decided_at)


def _rewind(proposal, first, *, at):
    """Open ``first`` again; it and what follows is decided anew. Findings keep what was."""
    EvaluationStep.objects.filter(proposal=proposal, position__gte=first.position).update(
        state=StepState.WAITING,
        outcome="",
        remarks="",
        gpu_hours=None,
        months=None,
        decided_by=None,
        started_at=None,
        ended_at=None,
    )
    EvaluationStep.objects.filter(pk=first.pk).update(state=StepState.ACTIVE, started_at=at)
