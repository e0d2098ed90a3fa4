"""How fast an allocation is used, and where that leads: to the end of its hours or of its days."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from ..models import EntryKind, ExhaustionPolicy, LedgerEntry
from . import months
from .standing import balance

DAY = dt.timedelta(days=1)
WINDOWS = {"used_7": 7 * DAY, "used_30": 30 * DAY}


@dataclass(frozen=True, slots=True)
class Outlook:
    """Rates are node-seconds a day; ``exhaustion`` is a moment before the end, or ``None``."""

    rate_7: int
    rate_30: int
    exhaustion: dt.datetime | None
    forfeiture: int


def full_hour(at):
    """The outlook changes by the hour, so that an unchanged status stays the same."""
    return at.replace(minute=0, second=0, microsecond=0)


def use_until(at):
    """Columns for accounts or allocations: what jobs used in the last 7 and 30 days."""
    return {
        name: Coalesce(Subquery(_used_since(full_hour(at) - window)), Value(0))
        for name, window in WINDOWS.items()
    }


def _used_since(moment):
    charges = LedgerEntry.objects.filter(
        debit__allocation=OuterRef("pk"), kind=EntryKind.CHARGE, at__gt=moment
    ).order_by()
    return charges.values("debit").annotate(total=Sum("node_seconds")).values("total")


def is_early(allocation, *, at):
    """Whether too little of the period is over to say that hours will lapse: less than a tenth."""
    return at < allocation.starts_at + (allocation.ends_at - allocation.starts_at) / 10


def look_ahead(account, *, used_7, used_30, at):
    """What happens if the allocation goes on as in the last week, or else the last 30 days."""
    at, allocation = full_hour(at), account.allocation
    age = max(at - allocation.starts_at, DAY)
    rate_7 = used_7 / (min(age, WINDOWS["used_7"]) / DAY)
    rate_30 = used_30 / (min(age, WINDOWS["used_30"]) / DAY)
    rate = rate_7 or rate_30
    exhaustion = None
    if rate and at < allocation.ends_at:
        days = min(account.left / rate, (allocation.ends_at - at) / DAY)
        exhaustion = full_hour(at + days * DAY)
    if exhaustion is not None and exhaustion >= full_hour(allocation.ends_at):
        exhaustion = None
    return Outlook(
        rate_7=round(rate_7),
        rate_30=round(rate_30),
        exhaustion=exhaustion,
        forfeiture=_forfeiture(account, rate=rate, at=at),
    )


def _forfeiture(account, *, rate, at):
    """What lapses unused, at the end and before it."""
    allocation, left = account.allocation, account.left
    if allocation.month is None:
        return max(0, left - round(rate * max(0, (allocation.ends_at - at) / DAY)))
    quota, owed, lapsed = allocation.month.node_seconds, balance(account), 0
    starts = months.month_starts(allocation.starts_at, allocation.ends_at)
    ends = [start for start in starts if start > max(at, allocation.month.starts_at)]
    for end in ends:
        used = min(round(rate * max(0, (end - at) / DAY)), _usable(account, owed, left))
        owed, left, at = owed - used, left - used, max(at, end)
        rest = months.close(owed, fresh=quota, held=0, available=left, following=quota)
        owed, left, lapsed = rest.carried + quota, left - rest.lapsed, lapsed + rest.lapsed
    return lapsed + max(0, left - round(rate * max(0, (allocation.ends_at - at) / DAY)))


def _usable(account, owed, left):
    """What jobs may use in the month, at whatever priority."""
    if account.allocation.exhaustion_policy == ExhaustionPolicy.LOW_PRIORITY:
        return left
    return max(0, min(left, owed + account.allocation.month.advance))
