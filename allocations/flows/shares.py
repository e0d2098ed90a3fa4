"""The report on funding shares: every hour granted, used and lapsed, by whom it is for.

It is summed from the ledger's entries alone, so whatever it is divided by, it adds up to it.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from ..models import AccountKind, EntryKind, LedgerEntry
from .months import ZONE


class Division(models.TextChoices):
    """What the report can be divided by."""

    SHARE = "share", _("Funding share")
    MODE = "mode", _("Access mode")
    COUNTRY = "country", _("Country")
    SECTOR = "sector", _("Sector")
    MONTH = "month", _("Month")


@dataclass(frozen=True, slots=True)
class Line:
    """Node-seconds of one group; ``key`` has a value for each division, in order."""

    key: tuple
    granted: int
    used: int
    lapsed: int

    @property
    def left(self):
        return self.granted - self.used - self.lapsed


def report(partition, *, divisions):
    """``([line, ...], sum of all lines)`` of a partition's allocations."""
    groups = defaultdict(lambda: [0, 0, 0])
    for side, sign in (("credit", 1), ("debit", -1)):
        for *key, kind, total in _sums(partition, side, divisions):
            place, factor = _column(kind, sign)
            groups[tuple(key)][place] += factor * total
    lines = [Line(key, *amounts) for key, amounts in groups.items()]
    lines.sort(key=lambda line: tuple(map(str, line.key)))
    whole = Line(
        (),
        granted=sum(line.granted for line in lines),
        used=sum(line.used for line in lines),
        lapsed=sum(line.lapsed for line in lines),
    )
    return lines, whole


def _column(kind, sign):
    """Where an entry counts, and with what sign: what is taken back was never granted."""
    if kind == EntryKind.CHARGE:
        return 1, -sign
    if kind == EntryKind.LAPSE:
        return 2, -sign
    return 0, sign


def _sums(partition, side, divisions):
    """``(key..., kind, node-seconds)`` of what the allocations' accounts got or gave."""
    entries = LedgerEntry.objects.filter(
        Q(**{f"{side}__kind": AccountKind.ALLOCATION, f"{side}__partition": partition})
    ).exclude(kind__in=[EntryKind.HOLD, EntryKind.RELEASE])
    columns = {f"by_{division}": _path(division, side) for division in divisions}
    grouped = entries.order_by().values(**columns).values_list(*columns, "kind")
    return grouped.annotate(total=Sum("node_seconds"))


def _path(division, side):
    allocation = f"{side}__allocation"
    if division == Division.MONTH:
        return TruncMonth("at", tzinfo=ZONE)
    return models.F(
        {
            Division.SHARE: f"{allocation}__share",
            Division.MODE: f"{allocation}__project__proposal__call__mode__code",
            Division.COUNTRY: f"{allocation}__project__organisation__country",
            Division.SECTOR: f"{allocation}__project__proposal__sector",
        }[division]
    )
