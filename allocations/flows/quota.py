"""Monthly quota: months are planned, opened and closed.

The queue opens each month itself, before anything else happens in that second, so that it
makes no difference whether time passes or the clock jumps. A deadline for each month does the
same, for the case that the queue could not.
"""

import datetime as dt
import logging
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.exceptions import NotYet
from jaif_portal.flows.deadlines import meet_deadlines, set_deadline
from jaif_portal.flows.permissions import require
from jaif_portal.models import Transition

from ..exceptions import AllocationEnded, ReasonMissing
from ..models import (
    AccountingMode,
    Allocation,
    AllocationState,
    Enforcement,
    Job,
    JobState,
    LedgerAccount,
    Partition,
    QuotaMonth,
)
from . import ledger, letters, months
from .standing import (
    balance,
    corrected_this_month,
    enforcement,
    left_at_full_priority,
    used_this_month,
)

logger = logging.getLogger(__name__)

SECOND = dt.timedelta(seconds=1)
INSTANT = dt.timedelta(microseconds=1)
DEADLINE = "quota_month"


def adopt_policy(allocation, *, policy):
    """Account a new allocation, whose hours have been granted, as its access mode says."""
    allocation.acct_mode = policy.acct_mode
    allocation.exhaustion_policy = policy.exhaustion_policy
    allocation.save(update_fields=["acct_mode", "exhaustion_policy"])
    if allocation.acct_mode == AccountingMode.MONTHLY:
        plan_months(allocation, at=allocation.starts_at)


@transaction.atomic
def set_accounting(allocation, *, by, acct_mode, exhaustion_policy, reason):
    """Account an allocation otherwise from now on; what it has left stays what it is.

    Into months it is divided evenly over what remains of the period. Holds the queue back,
    so that the change falls between two of its seconds.

    Raises ``ReasonMissing``, or ``AllocationEnded`` after its end.
    """
    partition = Partition.objects.select_for_update(no_key=True).get(pk=allocation.partition_id)
    rows = Allocation.objects.select_for_update(of=("self",)).select_related("month")
    allocation = rows.get(pk=allocation.pk)
    require(by, "allocations.set_accounting", allocation)
    if not reason.strip():
        raise ReasonMissing(_("Say why: the reason is kept in the allocation's history."))
    now = clock.now()
    at = max((partition.advanced_until or now) + SECOND, allocation.starts_at)
    if AllocationState(allocation.state).is_over or at >= allocation.ends_at:
        raise AllocationEnded
    before = _terms(allocation)
    if acct_mode != AccountingMode.MONTHLY and allocation.month is not None:
        _end_months(allocation, at=at)
    if acct_mode == AccountingMode.MONTHLY and allocation.month is None:
        plan_months(allocation, at=at)
    allocation.acct_mode, allocation.exhaustion_policy = acct_mode, exhaustion_policy
    allocation.save(update_fields=["acct_mode", "exhaustion_policy"])
    Transition.objects.create(
        subject=allocation,
        from_state=allocation.state,
        to_state=allocation.state,
        by=by,
        at=now,
        note=f"{before} → {_terms(allocation)}. {reason}",
    )
    return allocation


def _terms(allocation):
    return f"{allocation.get_acct_mode_display()}, {allocation.get_exhaustion_policy_display()}"


@contextmanager
def divided_anew(allocation, partition, *, at):
    """Change the hours or the end of an allocation; a monthly quota is planned again afterwards.

    Call it with the locks of both rows, so that the change falls between two seconds of the queue.
    """
    at = max((partition.advanced_until or at) + SECOND, allocation.starts_at)
    is_monthly = allocation.month is not None
    if is_monthly:
        _end_months(allocation, at=at)
    yield
    if is_monthly:
        plan_months(allocation, at=at)


def plan_months(allocation, *, at):
    """Divide what an allocation has over the months from ``at`` to its end; open the first."""
    account = LedgerAccount.objects.select_for_update().get(allocation=allocation)
    starts = months.month_starts(allocation.starts_at, allocation.ends_at)
    last = allocation.months.order_by("number").last()
    if last is not None:  # a month that was ended in this second does not go on
        at = max(at, last.closed_at + SECOND)
    starts = [at, *(start for start in starts if start > at)]
    parts = months.slices(account.left, len(starts))
    ends, advances = [*starts[1:], allocation.ends_at], [*parts[1:], 0]
    rows = QuotaMonth.objects.bulk_create(
        QuotaMonth(
            allocation=allocation,
            number=number,
            starts_at=start,
            ends_at=end,
            node_seconds=part,
            advance=advance,
        )
        for number, (start, end, part, advance) in enumerate(
            zip(starts, ends, parts, advances, strict=True), start=last.number + 1 if last else 1
        )
    )
    _open(rows[0], account, allocation, carried=0)


def months_by(moment):
    """For partitions: whether a month waits to be opened by the moment."""
    months = QuotaMonth.objects.filter(allocation__partition=OuterRef("pk"), opened_at=None)
    return Exists(months.filter(starts_at__lte=moment))


def begin_step(partition, *, start, target):
    """Open the months of the second after ``start``; bound ``target`` by the next opening.

    So a step of the queue lies in one month of every allocation.
    """
    first = start + SECOND
    planned = QuotaMonth.objects.filter(
        allocation__partition=partition, opened_at=None, starts_at__lte=max(first, target)
    )
    for month in planned.order_by("starts_at", "pk"):
        if month.starts_at > first:
            return min(target, (month.starts_at - INSTANT).replace(microsecond=0))
        try:
            open_month(month)
        except Exception:  # the others' months open, and its deadline tries again
            logger.exception("month %s of quota could not be opened", month.pk)
    return target


def month_due(allocation, *, at):
    """The deadline's act: wait for the queue, then open what it has left unopened."""
    skip_locked = connection.features.has_select_for_update_skip_locked
    rows = Partition.objects.select_for_update(skip_locked=skip_locked, no_key=True)
    partition = rows.filter(pk=allocation.partition_id).first()
    if partition is None or partition.advanced_until is None or partition.advanced_until < at:
        raise NotYet
    for month in allocation.months.filter(opened_at=None, starts_at__lte=at):
        open_month(month)


@transaction.atomic
def open_month(month):
    """Close the month before: let lapse what is too old, and carry the rest over.

    Call it with the partition's lock, so that the account stands as it did when the month
    before ended.
    """
    rows = Allocation.objects.select_for_update(of=("self",)).select_related("month")
    allocation = rows.get(pk=month.allocation_id)
    account = LedgerAccount.objects.select_for_update().get(allocation=allocation)
    account.allocation = allocation
    before = enforcement(account)
    carried = _close(account, following=month)
    account.refresh_from_db(fields=["debited", "lapsed"])
    _open(month, account, allocation, carried=carried)
    if before != Enforcement.FULL and enforcement(account) != before:
        _tell_of_refill(account)


def _close(account, *, following):
    """Note what the open month came to. Its lapse has a key of its own: it happens once."""
    month, at = account.allocation.month, following.starts_at
    month.used, month.corrected = used_this_month(account), corrected_this_month(account)
    closing = months.close(
        balance(account),
        fresh=month.node_seconds + max(0, month.corrected),
        held=account.held,
        available=account.available,
        following=following.node_seconds,
    )
    month.lapsed, month.forgiven, month.closed_at = closing.lapsed, closing.forgiven, at
    month.save(update_fields=["used", "corrected", "lapsed", "forgiven", "closed_at"])
    meet_deadlines(account.allocation, DEADLINE, at=at)
    ledger.lapse(account.allocation, node_seconds=closing.lapsed, key=lapse_key(month), at=at)
    return closing.carried


def lapse_key(month):
    return f"allocation:{month.allocation_id}:month:{month.number}:lapse"


def _open(month, account, allocation, *, carried):
    month.carried = carried
    month.charged_before, month.granted_before = account.charged, account.granted
    month.opened_at = month.starts_at
    month.save(update_fields=["carried", "charged_before", "granted_before", "opened_at"])
    allocation.month = month
    allocation.save(update_fields=["month"])
    if month.ends_at < allocation.ends_at:
        set_deadline(DEADLINE, allocation, due_at=month.ends_at)


def _tell_of_refill(account):
    """New quota lifts no job that already has the lowest priority, so the mail says so."""
    allocation = account.allocation
    low = Job.objects.filter(allocation=allocation, state=JobState.PENDING, low_priority=True)
    letters.quota_refilled(
        allocation, node_seconds=left_at_full_priority(account), resubmit=low.exists()
    )


def _end_months(allocation, *, at):
    """Leave monthly accounting: nothing lapses, and the months ahead are struck out."""
    account = LedgerAccount.objects.select_for_update().get(allocation=allocation)
    account.allocation, month = allocation, allocation.month
    month.used, month.corrected = used_this_month(account), corrected_this_month(account)
    month.ends_at = month.closed_at = max(at, month.starts_at + SECOND)
    month.save(update_fields=["used", "corrected", "ends_at", "closed_at"])
    allocation.month = None
    allocation.save(update_fields=["month"])
    allocation.months.filter(opened_at=None).delete()
    meet_deadlines(allocation, DEADLINE, at=at)
