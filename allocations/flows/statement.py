"""The statement of an allocation: its ledger entries with a running balance, and their sums."""

import datetime as dt
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Coalesce

from ..models import Allocation, EntryKind, LedgerEntry
from .months import ZONE

PHASE = [EntryKind.HOLD, EntryKind.RELEASE]  # entries that move nothing


@dataclass(frozen=True, slots=True)
class Statement:
    """Of a calendar month, or of the whole period where ``month`` is ``None``.

    ``lines`` have a signed ``change`` and the ``balance`` after it, oldest first. ``totals`` are
    by kind of entry. All amounts are node-seconds.
    """

    allocation: Allocation
    month: dt.date | None
    opening: int
    lines: QuerySet
    totals: dict[str, int]
    closing: int


def draw_up(allocation, *, month=None):
    """The statement of ``allocation`` for the calendar month that begins on ``month``."""
    entries = entries_of(allocation).exclude(kind__in=PHASE)
    opening, chosen = 0, entries
    if month is not None:
        start, end = _bounds(month)
        opening = _sum(entries.filter(at__lt=start))
        chosen = entries.filter(at__gte=start, at__lt=end)
    sums = dict(chosen.order_by().values_list("kind").annotate(total=Sum("change")))
    running = Window(Sum("change"), order_by=[F("at"), F("pk")])
    return Statement(
        allocation=allocation,
        month=month,
        opening=opening,
        lines=chosen.annotate(balance=Value(opening) + running)
        .select_related("job")
        .order_by("at", "pk"),
        totals={kind: sums[kind] for kind in EntryKind.values if kind in sums},
        closing=opening + sum(sums.values()),
    )


def entries_of(allocation):
    """Every entry of the allocation's account, with what it ``change``s of what is left."""
    account = allocation.account
    amount = Case(
        When(kind__in=PHASE, then=Value(0)),
        When(debit=account, then=-F("node_seconds")),
        default=F("node_seconds"),
        output_field=BigIntegerField(),
    )
    entries = LedgerEntry.objects.filter(Q(debit=account) | Q(credit=account))
    return entries.annotate(change=amount)


def months_with_entries(allocation):
    """The first days of the calendar months in which anything was booked, newest first."""
    entries = entries_of(allocation).exclude(kind__in=PHASE)
    starts = entries.datetimes("at", "month", order="DESC", tzinfo=ZONE)
    return [start.date() for start in starts]


def _bounds(month):
    start = dt.datetime.combine(month, dt.time(), tzinfo=ZONE)
    return start, start + relativedelta(months=1)


def _sum(entries):
    return entries.aggregate(total=Coalesce(Sum("change"), Value(0)))["total"]
