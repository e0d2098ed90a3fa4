"""What holds for months of quota, corrections and funding shares, as ``flows.audit`` lists it."""

from django.db.models import Q, Sum

from ..models import (
    AccountKind,
    Correction,
    CorrectionDirection,
    CorrectionState,
    EntryKind,
    LedgerAccount,
    LedgerEntry,
    QuotaMonth,
)
from .corrections import entry_key
from .quota import lapse_key


def months_that_do_not_add_up():
    """Each month used what was charged in it, and hands on what the next takes over."""
    before = None
    months = QuotaMonth.objects.filter(opened_at__isnull=False)
    for month in months.select_related("allocation").order_by("allocation", "number"):
        follows = (
            before is not None
            and before.allocation_id == month.allocation_id
            and before.closed_at == month.starts_at
        )
        if follows and before.left != month.carried:
            yield f"{lapse_key(month)}: {before.left} left before, {month.carried} carried over"
        before = month
    for month in months.filter(closed_at__isnull=False):
        charged = LedgerEntry.objects.filter(
            kind=EntryKind.CHARGE,
            debit__allocation=month.allocation_id,
            at__gte=month.starts_at,
            at__lt=month.closed_at,
        ).aggregate(total=Sum("node_seconds"))["total"]
        if month.used != (charged or 0):
            yield f"{lapse_key(month)}: {month.used} used, {charged or 0} charged"


def months_that_lapsed_wrongly():
    """A month's lapse is one entry, of the month's amount, at its end."""
    entries = LedgerEntry.objects.filter(kind=EntryKind.LAPSE, key__contains=":month:")
    booked = {entry.key: (entry.node_seconds, entry.at) for entry in entries}
    closed = QuotaMonth.objects.filter(lapsed__gt=0)
    expected = {lapse_key(month): (month.lapsed, month.closed_at) for month in closed}
    for key in sorted(booked.keys() | expected.keys()):
        if booked.get(key) != expected.get(key):
            yield f"{key}: {expected.get(key)} noted, {booked.get(key)} booked"


def corrections_not_booked_once():
    """A booked correction is one entry between the allocation and its share; no other is one."""
    entries = LedgerEntry.objects.filter(kind=EntryKind.CORRECT).select_related("debit", "credit")
    booked = {
        entry.key: (
            entry.debit.allocation_id,
            entry.credit.allocation_id,
            entry.debit.share_id or entry.credit.share_id,
            entry.node_seconds,
        )
        for entry in entries
    }
    expected = {}
    for row in Correction.objects.filter(state=CorrectionState.BOOKED).select_related("allocation"):
        is_credit = row.direction == CorrectionDirection.CREDIT
        sides = (None, row.allocation_id) if is_credit else (row.allocation_id, None)
        expected[entry_key(row)] = (*sides, row.allocation.share_id, row.node_seconds)
    for key in sorted(booked.keys() | expected.keys()):
        if booked.get(key) != expected.get(key):
            yield f"{key}: {expected.get(key)} decided, {booked.get(key)} booked"


def shares_granted_beyond_their_funds():
    """What a share has given out, less what came back, is no more than it was funded with."""
    funded = Sum("credits__node_seconds", filter=Q(credits__kind=EntryKind.FUND), default=0)
    shares = LedgerAccount.objects.filter(kind=AccountKind.SHARE).select_related("share")
    for account in shares.annotate(funded=funded):
        granted = account.debited - (account.credited - account.funded)
        if granted > account.funded:
            yield f"{account.share}: {granted} granted, {account.funded} funded"
