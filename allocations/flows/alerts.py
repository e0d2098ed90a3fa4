"""Mail about hours: what share is used, and where the use of the last days leads.

A mail is written in the second in which a charge crosses its mark, or at a set part of the
period, from the ledger as it stood then. So no mail is lost or doubled by a jump of the clock.
"""

import datetime as dt

from django.db.models import Q, Sum

from jaif_portal.exceptions import NotYet
from jaif_portal.flows.deadlines import set_deadline

from ..models import AllocationState, EntryKind, LedgerAccount, LedgerEntry
from . import letters
from .outlook import WINDOWS, look_ahead
from .standing import SMALLEST_JOB, left_at_full_priority

DEADLINE = "outlook"
MARKS = (50, 75, 90, 100)  # per cent used
PARTS = (0.5, 0.75)  # of the period, at which the use is projected to its end
WORTH_A_MAIL = 20  # per cent of the grant that would lapse
SOON_ENOUGH = dt.timedelta(days=7)  # before the end


def spend(account, *, node_seconds):
    """Count a charge in ``account`` as it was loaded; yield a letter for each mark it crosses."""
    before, full = account.charged, left_at_full_priority(account)
    account.debited += node_seconds
    for mark in MARKS:
        if 100 * before < mark * account.granted <= 100 * account.charged:
            yield letters.hours_used(account.allocation, percent=mark, left=account.left)
    month = account.allocation.month
    if month is not None and full >= SMALLEST_JOB > left_at_full_priority(account):
        yield letters.quota_exhausted(account.allocation)


def watch_period(allocation):
    """Set the moments at which the use so far is projected to the end."""
    period = allocation.ends_at - allocation.starts_at
    for part in PARTS:
        set_deadline(DEADLINE, allocation, due_at=allocation.starts_at + part * period)


def outlook_due(allocation, *, at):
    """Tell of hours that will lapse, or run out early, once each."""
    reached = allocation.partition.advanced_until
    if reached is None or reached < at:
        raise NotYet
    account = _as_of(allocation, at=at)
    if allocation.state != AllocationState.ACTIVE or account.left < SMALLEST_JOB:
        return
    outlook = look_ahead(account, **_use_before(account, at=at), at=at)
    if 100 * outlook.forfeiture >= WORTH_A_MAIL * account.granted > 0:
        letters.forfeiture_ahead(allocation, node_seconds=outlook.forfeiture)
    if outlook.exhaustion is not None and outlook.exhaustion <= allocation.ends_at - SOON_ENOUGH:
        letters.exhaustion_ahead(allocation, exhaustion=outlook.exhaustion)


def _as_of(allocation, *, at):
    """The account as it stood at the moment ``at``, and the month that was open. Not for saving."""
    account = LedgerAccount.objects.get(allocation=allocation)
    allocation.month = allocation.months.filter(opened_at__lte=at).order_by("number").last()
    account.allocation = allocation
    later = LedgerEntry.objects.filter(at__gt=at).exclude(
        kind__in=[EntryKind.HOLD, EntryKind.RELEASE]
    )
    sums = later.filter(Q(debit=account) | Q(credit=account)).aggregate(
        credited=Sum("node_seconds", filter=Q(credit=account)),
        debited=Sum("node_seconds", filter=Q(debit=account)),
        lapsed=Sum("node_seconds", filter=Q(debit=account, kind=EntryKind.LAPSE)),
        corrected=Sum("node_seconds", filter=Q(debit=account, kind=EntryKind.CORRECT)),
    )
    for field, amount in sums.items():
        setattr(account, field, getattr(account, field) - (amount or 0))
    return account


def _use_before(account, *, at):
    charges = LedgerEntry.objects.filter(debit=account, kind=EntryKind.CHARGE, at__lte=at)
    sums = charges.aggregate(
        **{
            name: Sum("node_seconds", filter=Q(at__gt=at - window))
            for name, window in WINDOWS.items()
        }
    )
    return {name: amount or 0 for name, amount in sums.items()}
