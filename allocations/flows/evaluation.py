"""The checks of a submitted proposal, step by step; ``findings`` turns proposals down."""

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal.flows.deadlines import meet_deadlines

from ..exceptions import PoolExhausted, ProposalIncomplete, ReasonMissing
from ..models import StepKind, StepOutcome
from .capacity import pool_left
from .checklists import require_complete_checklist
from .findings import require_no_finding
from .offers import offer_or_reserve
from .steps import finish_step, start_next, take_step


@transaction.atomic
def find_eligible(proposal, *, by, remarks=""):
    """Pass the eligibility check, once its check-list is complete."""
    step = take_step(proposal, StepKind.ADMINISTRATIVE, by=by)
    require_no_finding(step)
    require_complete_checklist(step)
    now = finish_step(step, StepOutcome.ELIGIBLE, by=by, remarks=remarks)
    return go_on(step.proposal, at=now)


@transaction.atomic
def find_feasible(proposal, *, by, gpu_hours=None, months=None, remarks=""):
    """Pass the technical check, as asked for or with the amount that the site finds right.

    After the last step a mode without competition offers the award by rule. Where a panel
    follows, an amount that the pool no longer has is refused with ``PoolExhausted``.
    """
    step = take_step(proposal, StepKind.TECHNICAL, by=by)
    require_no_finding(step)
    proposal = step.proposal
    asked = (proposal.gpu_hours, proposal.months)
    step.gpu_hours, step.months = found = (gpu_hours or asked[0], months or asked[1])
    outcome = StepOutcome.FEASIBLE
    if found != asked:
        outcome = StepOutcome.FEASIBLE_WITH_CHANGES
        _require_within(
            proposal.policy,
            partition=proposal.offer.partition,
            gpu_hours=found[0],
            months=found[1],
        )
        if not remarks.strip():
            raise ReasonMissing
    _require_capacity(step)
    now = finish_step(step, outcome, by=by, remarks=remarks)
    return go_on(proposal, at=now)


@transaction.atomic
def close_reply(proposal, *, by, outcome=StepOutcome.NO_REPLY):
    """Go on to the panel, with the applicant's reply or without; ``by`` is empty for a timer."""
    step = take_step(proposal, StepKind.RIGHT_TO_REPLY, by=by)
    now = finish_step(step, outcome, by=by)
    return go_on(step.proposal, at=now)


def go_on(proposal, *, at):
    """Start the next step; after the last one a mode without a panel settles by rule."""
    if start_next(proposal, at=at) is not None:
        return proposal
    meet_deadlines(proposal, "decision", at=at)
    return offer_or_reserve(proposal, at=at)


def _require_capacity(step):
    """What is left is kept with the step; a panel could never award more than that."""
    proposal = step.proposal
    step.pool_left = pool_left(proposal.offer.share)
    partition = proposal.offer.partition
    needed = partition.node_seconds(gpu_hours=step.gpu_hours)
    if StepKind.PANEL in proposal.policy.steps and needed > step.pool_left:
        left = partition.gpu_hours(node_seconds=step.pool_left)
        raise PoolExhausted(
            _(
                "The funding share has only %(left)d GPU-hours left that nobody was promised. "
                "Find less right, or find the proposal not feasible for want of capacity."
            )
            % {"left": left}
        )


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
