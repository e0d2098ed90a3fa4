"""The panel's decisions: held until the round is published, and known to nobody else till then."""

from dataclasses import dataclass

import rules
from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import record_birth, remark

from ..exceptions import OutcomeNotPossible, ReasonMissing
from ..models import (
    HeldOutcome,
    HeldState,
    Publication,
    PublicationState,
    Seat,
    StepKind,
    StepOutcome,
)
from .endings import drop_held
from .pool import pledge
from .steps import lock_proposal, lock_round, take_step


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An outcome; for an award and the reserve list how much, for the latter in which place.

    What is left out is what the technical check found right.
    """

    outcome: str
    gpu_hours: int | None = None
    months: int | None = None
    rank: int | None = None
    remarks: str = ""
    tie_rule: str = ""


@transaction.atomic
def seat_panel(panel_round, *, by, present, absent=()):
    """Say who sits on a round's panel and who of them is in the room; noted in its history."""
    panel_round = lock_round(panel_round)
    require(by, "allocations.seat_panel", panel_round)
    members = {person.pk: True for person in present}
    members = {person.pk: False for person in absent} | members
    panel_round.seats.exclude(member__in=members).delete()
    for member_id, is_present in members.items():
        Seat.objects.update_or_create(
            round=panel_round, member_id=member_id, defaults={"is_present": is_present}
        )
    names = ", ".join(str(person) for person in present)
    remark(panel_round, by=by, at=clock.now(), note=names)
    return panel_round


@transaction.atomic
def record_outcome(proposal, *, by, decision):
    """Hold what the panel decided on a proposal; an award is pledged in the pool at once.

    Raises ``OutcomeNotPossible``, ``ReasonMissing`` or ``PoolExhausted``.
    """
    step = take_step(proposal, StepKind.PANEL, by=by)
    proposal = step.proposal
    panel_round = lock_round(proposal.round)
    _require_unpublished(panel_round)
    if proposal.held_outcomes.filter(state=HeldState.HELD).exists():
        raise OutcomeNotPossible(_("The panel has decided on this proposal. Reopen it first."))
    recused = _require_quorum(panel_round, proposal)
    held = _draw_up(proposal, decision, by=by)
    if held.outcome == StepOutcome.AWARD:
        pledge(proposal.offer.share, node_seconds=held.node_seconds)
    held.save()
    held.recused.set(recused)
    record_birth(held, by=by, at=held.recorded_at, note=_without(recused))
    return held


@transaction.atomic
def reopen_outcome(proposal, *, by, reason):
    """Take a held outcome back, with a reason; an award's hours are free for others again."""
    proposal = lock_proposal(proposal)
    require(by, "allocations.record_outcome", proposal)
    held = proposal.held_outcomes.filter(state=HeldState.HELD).first()
    if held is None:
        raise OutcomeNotPossible(_("No outcome of this proposal is held."))
    _require_unpublished(lock_round(proposal.round))
    if not reason.strip():
        raise ReasonMissing(_("Say why: the reason is kept with the outcome."))
    held.proposal = proposal
    drop_held(held, to=HeldState.REOPENED, by=by, at=clock.now(), note=reason)
    return proposal


def recused_members(panel_round, proposal):
    """The members of the panel who are locked out of this proposal."""
    return [
        seat.member
        for seat in panel_round.seats.select_related("member")
        if not rules.has_perm("allocations.sit_on_panel", seat.member, proposal)
    ]


def _draw_up(proposal, decision, *, by):
    held = HeldOutcome(
        proposal=proposal,
        round=proposal.round,
        outcome=StepOutcome(decision.outcome),
        remarks=decision.remarks.strip(),
        tie_rule=decision.tie_rule,
        recorded_by=by,
        recorded_at=clock.now(),
    )
    if held.outcome == StepOutcome.REJECT:
        if not held.remarks:
            raise ReasonMissing
        return held
    found = proposal.steps.get(kind=StepKind.TECHNICAL)
    hours, months = decision.gpu_hours or found.gpu_hours, decision.months or found.months
    if hours > found.gpu_hours or months > found.months:
        raise OutcomeNotPossible(
            _("The site found %(hours)d GPU-hours for %(months)d months right; not more than that.")
            % {"hours": found.gpu_hours, "months": found.months}
        )
    held.node_seconds = proposal.offer.partition.node_seconds(gpu_hours=hours)
    held.months = months
    if held.outcome == StepOutcome.RESERVE:
        held.rank = _free_rank(proposal, decision.rank)
    return held


def _free_rank(proposal, rank):
    """The rank asked for, if nobody has it; the last one if none is asked for."""
    held = HeldOutcome.objects.filter(round=proposal.round, state=HeldState.HELD)
    taken = set(held.filter(outcome=StepOutcome.RESERVE).values_list("rank", flat=True))
    if rank is None:
        return max(taken, default=0) + 1
    if rank in taken:
        raise OutcomeNotPossible(
            _("Rank %(rank)d of the reserve list is taken. Choose another.") % {"rank": rank}
        )
    return rank


def _require_quorum(panel_round, proposal):
    """The members with a conflict of interest, once enough others are present."""
    recused = recused_members(panel_round, proposal)
    present = panel_round.seats.filter(is_present=True).exclude(member__in=recused).count()
    if present < proposal.policy.panel_quorum:
        raise OutcomeNotPossible(
            _(
                "Present without a conflict of interest: %(present)d, needed: %(quorum)d. "
                "Say who is present on the round’s page."
            )
            % {"present": present, "quorum": proposal.policy.panel_quorum}
        )
    return recused


def _require_unpublished(panel_round):
    waiting = Publication.objects.filter(round=panel_round, state=PublicationState.PROPOSED)
    if waiting.exists():
        raise OutcomeNotPossible(
            _("The publication of this round waits for confirmation. Have it returned first.")
        )


def _without(recused):
    return ", ".join(str(person) for person in recused)
