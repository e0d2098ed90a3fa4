"""An allocation's quota as its page tells it: burn-down in words, and a row for each month."""

from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from ..flows.outlook import is_early, look_ahead, use_until
from ..flows.standing import (
    balance,
    corrected_this_month,
    enforcement,
    left_at_full_priority,
    used_this_month,
)
from ..models import Allocation, QuotaMonth


@dataclass(frozen=True, slots=True)
class MonthRow:
    """``used``, ``lapsed`` and ``left`` are ``None`` for a month that lies ahead."""

    month: QuotaMonth
    granted: int
    carried: int | None
    used: int | None
    lapsed: int | None
    left: int | None


def with_quota(allocations, *, at):
    """The allocations, each with its ``enforcement``, ``outlook`` and ``month_rows``.

    Two queries, whatever their number.
    """
    allocations = list(allocations)
    prefetch_related_objects(allocations, "months")
    used = Allocation.objects.filter(pk__in=[row.pk for row in allocations])
    used = used.annotate(**use_until(at)).values("pk", "used_7", "used_30")
    rates = {row.pop("pk"): row for row in used}
    for allocation in allocations:
        account = allocation.account
        allocation.enforcement = enforcement(account)
        allocation.outlook = look_ahead(account, **rates[allocation.pk], at=at)
        allocation.is_early = is_early(allocation, at=at)
        allocation.full_priority = left_at_full_priority(account)
        allocation.month_rows = _month_rows(account, list(allocation.months.all()))
    return allocations


def _month_rows(account, months):
    lapsed_before = sum(month.lapsed for month in months)
    rows = []
    for month in months:
        if month.closed_at is not None:
            rows.append(_closed(month))
        elif month.opened_at is not None:
            rows.append(_open(account, month, lapsed=account.lapsed - lapsed_before))
        else:
            rows.append(MonthRow(month, month.node_seconds, None, None, None, None))
    return rows


def _closed(month):
    granted = month.node_seconds + month.corrected
    carried, used = month.carried, month.used
    return MonthRow(month, granted, carried, used, month.lapsed, month.left)


def _open(account, month, *, lapsed):
    granted = month.node_seconds + corrected_this_month(account)
    left = balance(account) - lapsed
    return MonthRow(month, granted, month.carried, used_this_month(account), lapsed, left)
