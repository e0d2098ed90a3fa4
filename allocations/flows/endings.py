"""What else comes to an end when a proposal does."""

from jaif_portal.flows.transitions import move

from ..models import (
    Award,
    Finding,
    FindingState,
    HeldOutcome,
    HeldState,
    StepOutcome,
    StepState,
)
from .pool import unpledge


def end_evaluation(proposal, *, by, at):
    """Drop the steps that nobody needs any more, and what was proposed or held in them."""
    for finding in Finding.objects.filter(step__proposal=proposal, state=FindingState.PROPOSED):
        move(finding, to=FindingState.DROPPED, by=by, at=at)
    for held in HeldOutcome.objects.filter(proposal=proposal, state=HeldState.HELD):
        drop_held(held, to=HeldState.DROPPED, by=by, at=at)
    proposal.steps.exclude(state=StepState.DONE).update(
        state=StepState.DONE, outcome=StepOutcome.DROPPED, ended_at=at
    )


def drop_held(held, *, to, by, at, note=""):
    """Take back what the panel decided; an award's hours are free again."""
    if held.outcome == StepOutcome.AWARD:
        unpledge(held.proposal.offer.share, node_seconds=held.node_seconds)
    move(held, to=to, by=by, at=at, note=note)


def end_offer(proposal, *, by, at):
    """Note who answered an offer, and free the hours that it had been promised.

    Call it while the award is open: after the proposal has left the offered state.
    """
    award = Award.objects.filter(proposal=proposal, answered_at=None).first()
    if award is None:
        return
    award.answered_at, award.answered_by = at, by
    award.save(update_fields=["answered_at", "answered_by"])
    unpledge(proposal.offer.share, node_seconds=award.node_seconds)
