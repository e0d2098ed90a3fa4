"""The arithmetic of a monthly quota: integers in, integers out; amounts in node-seconds.

A month opens with what is carried over and its own quota. What it leaves unused survives one
month, so what is older lapses when the next one opens. Jobs may take the next month's quota in
advance. A greater overdraft is carried over too, but a month never opens below -101 % of its
quota. The rules are JSC's; see ``docs/explanation/quota.md``.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

ZONE = ZoneInfo("Europe/Berlin")
FLOOR_PERCENT = 101
A_MONTH_AT_LEAST = dt.timedelta(days=1)  # a shorter rest belongs to the month before it


def month_starts(starts_at, ends_at):
    """When each month of a period opens: the same day and time in Jülich as the period."""
    local = starts_at.astimezone(ZONE)
    starts = []
    while (start := _later(local, len(starts))) < ends_at - A_MONTH_AT_LEAST or not starts:
        starts.append(start)
    return starts


def _later(local, months):
    return (local + relativedelta(months=months)).astimezone(dt.UTC)


def slices(node_seconds, count):
    """``node_seconds`` in ``count`` parts that differ by one at most and add up to it."""
    ends = [node_seconds * number // count for number in range(count + 1)]
    return [end - start for start, end in pairwise(ends)]


@dataclass(frozen=True, slots=True)
class Closing:
    """What becomes of a month's rest when the next month opens."""

    lapsed: int
    carried: int
    forgiven: int


def close(left, *, fresh, held, available, following):
    """Split what a month leaves.

    ``left`` is quota less use, ``fresh`` the part of the quota that was not carried over,
    ``held`` what running jobs may still take of it, ``available`` what the account has free,
    and ``following`` the next month's quota.
    """
    lapsed = max(0, min(left - held - fresh, available))
    rest = left - lapsed
    carried = max(rest, floor(following))
    return Closing(lapsed=lapsed, carried=carried, forgiven=carried - rest)


def floor(quota):
    """The least that a month with this quota takes over: it opens at -101 % of it or above."""
    return -(FLOOR_PERCENT * quota // 100) - quota
