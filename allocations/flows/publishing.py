"""Telling what the panel decided: one act of two people, one transaction for each proposal."""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.exceptions import Refusal
from jaif_portal.flows.deadlines import meet_deadlines
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, record_birth

from ..exceptions import (
    PublicationNotPossible,
    ReasonMissing,
    SecondPersonNeeded,
)
from ..models import (
    UNDECIDED,
    HeldOutcome,
    HeldState,
    Proposal,
    ProposalState,
    Publication,
    PublicationState,
    RoundState,
    StepKind,
    StepOutcome,
)
from . import letters
from .offers import offer
from .reserve import AwardTerms, put_on_reserve
from .steps import finish_step, lock_round, take_step

logger = logging.getLogger(__name__)


def undecided(panel_round):
    """The proposals of a round on which the panel has not decided."""
    held = HeldOutcome.objects.filter(state=HeldState.HELD).values("proposal")
    return Proposal.objects.filter(round=panel_round, state__in=UNDECIDED).exclude(pk__in=held)


def propose_publication(panel_round, *, by, force_reason=""):
    """Have a round's held outcomes published: at once below the policy's limit, else by a second.

    Raises ``PublicationNotPossible`` while the panel has not decided on all, unless a reason is
    given, and where nothing is held or one waits already.
    """
    with transaction.atomic():
        publication, held = _propose(panel_round, by=by, force_reason=force_reason)
        if not publication.alone:
            return publication
        _confirm(publication, by=by)
    _publish(held, by=by)
    return publication


def confirm_publication(panel_round, *, by):
    """Publish what another person has proposed to; return the outcomes that failed.

    What fails holds up nothing else: it stays held with the reason, for ``publish_rest``.
    """
    with transaction.atomic():
        publication = _waiting(panel_round, by=by)
        if publication.proposed_by_id == by.pk:
            raise SecondPersonNeeded
        if not publication.force_reason:
            _require_decided(publication.round)
        _confirm(publication, by=by)
        held = list(_held(publication.round))
    return _publish(held, by=by)


@transaction.atomic
def return_publication(panel_round, *, by, reason):
    """Do not publish yet: the panel may change what it holds."""
    publication = _waiting(panel_round, by=by)
    if not reason.strip():
        raise ReasonMissing(_("Say why: the reason is kept with the publication."))
    _decide(publication, to=PublicationState.RETURNED, by=by, note=reason)
    return publication


def publish_rest(panel_round, *, by):
    """Try again with what failed when the round was published; return what fails once more."""
    with transaction.atomic():
        panel_round = lock_round(panel_round)
        require(by, "allocations.confirm_publication", panel_round)
        failed = list(_held(panel_round).exclude(failure=""))
        if not failed:
            raise PublicationNotPossible(_("Nothing failed when this round was published."))
    return _publish(failed, by=by)


@transaction.atomic
def complete_round(panel_round, *, by):
    """Close a round whose offers are all answered and whose reserve list is closed."""
    panel_round = lock_round(panel_round)
    require(by, "allocations.complete_round", panel_round)
    live = Proposal.objects.live().filter(round=panel_round).exclude(state=ProposalState.DRAFT)
    if live.exists():
        raise PublicationNotPossible(
            _("Proposals of this round that are not at their end yet: %(count)d.")
            % {"count": live.count()}
        )
    move(panel_round, to=RoundState.COMPLETED, by=by, at=clock.now())
    return panel_round


def _propose(panel_round, *, by, force_reason):
    panel_round = lock_round(panel_round)
    require(by, "allocations.propose_publication", panel_round)
    if panel_round.publications.filter(state=PublicationState.PROPOSED).exists():
        raise PublicationNotPossible(_("A publication of this round waits for confirmation."))
    held = list(_held(panel_round))
    if not held:
        raise PublicationNotPossible(_("The panel holds no outcome of this round."))
    if not force_reason.strip():
        _require_decided(panel_round)
    now = clock.now()
    publication = Publication.objects.create(
        round=panel_round,
        force_reason=force_reason.strip(),
        alone=_is_small(held),
        proposed_by=by,
        proposed_at=now,
    )
    record_birth(publication, by=by, at=now, note=publication.force_reason)
    return publication, held


def _is_small(held):
    """Whether the chair may publish alone: by the strictest policy among the proposals."""
    gpu_seconds = sum(
        row.node_seconds * row.proposal.offer.partition.gpus_per_node
        for row in held
        if row.outcome == StepOutcome.AWARD
    )
    limit = min(row.proposal.policy.publish_alone_up_to for row in held)
    return limit > 0 and gpu_seconds <= limit * 3600


def _require_decided(panel_round):
    references = list(undecided(panel_round).values_list("reference", flat=True))
    if references:
        raise PublicationNotPossible(
            _("The panel has not decided on: %(references)s.")
            % {"references": ", ".join(references)}
        )


def _waiting(panel_round, *, by):
    """The publication that waits for a second person, with the round's row locked."""
    panel_round = lock_round(panel_round)
    require(by, "allocations.confirm_publication", panel_round)
    publication = panel_round.publications.filter(state=PublicationState.PROPOSED).first()
    if publication is None:
        raise PublicationNotPossible(_("No publication of this round waits for confirmation."))
    publication.round = panel_round
    return publication


def _confirm(publication, *, by):
    _decide(publication, to=PublicationState.CONFIRMED, by=by)
    if publication.round.state == RoundState.GATHERING:
        move(publication.round, to=RoundState.PUBLISHED, by=by, at=publication.decided_at)


def _decide(publication, *, to, by, note=""):
    publication.decided_by, publication.decided_at = by, clock.now()
    publication.save(update_fields=["decided_by", "decided_at"])
    move(publication, to=to, by=by, at=publication.decided_at, note=note)


def _held(panel_round):
    return HeldOutcome.objects.filter(round=panel_round, state=HeldState.HELD).select_related(
        "proposal__policy", "proposal__offer__partition"
    )


def _publish(held, *, by):
    failed = []
    for row in held:
        try:
            _publish_one(row, by=by)
        except Refusal as refusal:
            failed.append((row, str(refusal)))
        except Exception as failure:
            logger.exception("held outcome %s could not be published", row.pk)
            failed.append((row, repr(failure)))
    for row, why in failed:
        HeldOutcome.objects.filter(pk=row.pk).update(failure=why[:500])
    return failed


@transaction.atomic
def _publish_one(row, *, by):
    step = take_step(row.proposal, StepKind.PANEL, by=by, permission="allocations.publish_outcome")
    proposal = step.proposal
    row = HeldOutcome.objects.select_for_update().filter(state=HeldState.HELD).get(pk=row.pk)
    now = finish_step(step, StepOutcome(row.outcome), by=row.recorded_by, remarks=row.remarks)
    move(row, to=HeldState.PUBLISHED, by=by, at=now)
    meet_deadlines(proposal, "decision", at=now)
    if row.outcome == StepOutcome.AWARD:
        offer(proposal, AwardTerms.of(row), by=by, at=now)
    elif row.outcome == StepOutcome.RESERVE:
        put_on_reserve(proposal, AwardTerms.of(row), by=by, at=now)
    else:
        move(proposal, to=ProposalState.REJECTED, by=by, at=now, note=row.remarks)
        letters.turned_down(proposal, remarks=row.remarks)
