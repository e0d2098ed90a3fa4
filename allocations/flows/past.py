"""How busy a partition was in the last weeks, from its daily totals."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Sum

from ..models import DayTotal

DAY = dt.timedelta(days=1)
SHOWN = 28 * DAY


@dataclass(frozen=True, slots=True)
class Past:
    """The last four weeks, or what there is of them: ``[(day, per cent of the nodes), ...]``."""

    days: list

    @property
    def width(self):
        """Of the picture, with 10 for a day; a few days leave room for those to come."""
        return 10 * max(14, len(self.days))

    @property
    def average(self):
        return round(sum(percent for _day, percent in self.days) / len(self.days))


def pasts(partitions):
    """``[(partition, its Past), ...]`` of those that have daily totals, in one query."""
    known = [partition for partition in partitions if partition.totalled_day is not None]
    if not known:
        return []
    since = min(partition.totalled_day for partition in known) - SHOWN
    totals = DayTotal.objects.filter(partition__in=known, day__gt=since).order_by()
    used = defaultdict(dict)
    for pk, day, amount in totals.values_list("partition", "day").annotate(Sum("node_seconds")):
        used[pk][day] = amount
    return [(row, _past(row, used[row.pk])) for row in known if used[row.pk]]


def _past(partition, used):
    """A day without an entry in ``used`` was idle."""
    last, full = partition.totalled_day, partition.nodes * int(DAY.total_seconds())
    length = min(last - min(used) + DAY, SHOWN)
    days = [last - age * DAY for age in reversed(range(length.days))]
    return Past([(day, round(100 * used.get(day, 0) / full)) for day in days])
