"""Corrections of the ledger: with a reason, and above a limit decided by another person."""

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, record_birth

from ..exceptions import CorrectionNotPossible, InsufficientBalance, PoolExhausted, ReasonMissing
from ..models import (
    AccountKind,
    Allocation,
    Correction,
    CorrectionDirection,
    CorrectionState,
    EntryKind,
    LedgerAccount,
)
from . import ledger


@transaction.atomic
def propose_correction(allocation, *, by, direction, node_seconds, reason, key):
    """Move hours between an allocation and its funding share, once for each ``key``.

    Up to the partition's limit it is booked at once; above it waits for a second person.

    Raises ``ReasonMissing``, ``CorrectionNotPossible``, ``PoolExhausted`` or
    ``InsufficientBalance``.
    """
    rows = Allocation.objects.select_related("partition__system", "project", "share")
    allocation = rows.get(pk=allocation.pk)
    require(by, "allocations.propose_correction", allocation)
    if not reason.strip():
        raise ReasonMissing(_("Say why: the reason is kept with the correction."))
    if node_seconds <= 0:
        raise CorrectionNotPossible(_("Give an amount greater than zero."))
    now = clock.now()
    correction, is_new = Correction.objects.get_or_create(
        key=key,
        defaults={
            "allocation": allocation,
            "direction": direction,
            "node_seconds": node_seconds,
            "reason": reason,
            "proposed_by": by,
            "proposed_at": now,
        },
    )
    if not is_new:
        return correction
    record_birth(correction, by=by, at=now, note=reason)
    if node_seconds <= allocation.partition.alone_up_to:
        move(correction, to=CorrectionState.BOOKED, by=None, at=now)
        _book(correction, by=by, at=now)
    return correction


@transaction.atomic
def confirm_correction(correction, *, by):
    """Book a correction that another person has proposed."""
    correction = _lock(correction)
    require(by, "allocations.decide_correction", correction)
    now = clock.now()
    move(correction, to=CorrectionState.BOOKED, by=by, at=now)
    _decide(correction, by=by, at=now)
    _book(correction, by=by, at=now)
    return correction


@transaction.atomic
def refuse_correction(correction, *, by, remarks):
    """Turn a correction down, with the reason."""
    correction = _lock(correction)
    require(by, "allocations.decide_correction", correction)
    if not remarks.strip():
        raise ReasonMissing(_("Say why: the reason is kept with the correction."))
    now = clock.now()
    move(correction, to=CorrectionState.REFUSED, by=by, at=now, note=remarks)
    _decide(correction, by=by, at=now)
    return correction


def _lock(correction):
    rows = Correction.objects.select_for_update(of=("self",))
    return rows.select_related(
        "allocation__partition__system", "allocation__project", "allocation__share"
    ).get(pk=correction.pk)


def _decide(correction, *, by, at):
    correction.decided_by, correction.decided_at = by, at
    correction.save(update_fields=["decided_by", "decided_at"])


def _book(correction, *, by, at):
    allocation = correction.allocation
    pool = ledger.open_account(
        AccountKind.SHARE, partition=allocation.partition, share=allocation.share
    )
    account = LedgerAccount.objects.get(allocation=allocation)
    is_credit = correction.direction == CorrectionDirection.CREDIT
    debit, credit = (pool, account) if is_credit else (account, pool)
    posting = ledger.Posting(
        EntryKind.CORRECT,
        debit.pk,
        credit.pk,
        correction.node_seconds,
        entry_key(correction),
        at,
    )
    try:
        ledger.post([posting], by=by, note=correction.reason[:200])
    except InsufficientBalance as refusal:
        if is_credit:
            raise PoolExhausted(_("The funding share has not enough hours left.")) from refusal
        raise


def entry_key(correction):
    return f"correction:{correction.pk}"
