"""What a partition did in the last weeks, from its daily totals."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Sum

from ..models import DayTotal
from ..scheduler.sizes import SizeClass, most_nodes

DAY = dt.timedelta(days=1)
WEEK, SHOWN = 7 * DAY, 28 * DAY
FIGURES = ["started", "wait_seconds", "node_seconds"]


@dataclass(frozen=True, slots=True)
class Wait:
    """How long jobs of up to so many nodes have waited on average, in seconds."""

    nodes: int
    jobs: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Past:
    """The last four weeks of a partition: ``[(day, per cent of its nodes at work), ...]``.

    ``waits`` has a line for each size class of which jobs started in the last seven days.
    """

    days: list
    waits: list

    @property
    def average(self):
        return round(sum(percent for _day, percent in self.days) / len(self.days))


def pasts(partitions):
    """``[(partition, its Past), ...]`` of those that have daily totals, in one query."""
    known = {row.pk: row for row in partitions if row.totalled_day is not None}
    since = min((row.totalled_day - SHOWN for row in known.values()), default=None)
    if since is None:
        return []
    totals = DayTotal.objects.filter(partition__in=known, day__gt=since).order_by("day")
    sums = {f"all_{name}": Sum(name) for name in FIGURES}
    grouped = defaultdict(list)
    for row in totals.values("partition", "day", "size_class").annotate(**sums):
        grouped[row["partition"]].append(row)
    found = ((row, _past(row, grouped[pk])) for pk, row in known.items())
    return [(row, past) for row, past in found if past.days]


def _past(partition, rows):
    used, waits = defaultdict(int), defaultdict(lambda: [0, 0])
    for row in rows:
        age = partition.totalled_day - row["day"]
        if age < SHOWN:
            used[row["day"]] += row["all_node_seconds"]
        if age < WEEK:
            waits[row["size_class"]][0] += row["all_started"]
            waits[row["size_class"]][1] += row["all_wait_seconds"]
    full = partition.nodes * int(DAY.total_seconds())
    length = (partition.totalled_day - min(used, default=partition.totalled_day + DAY)).days + 1
    days = [partition.totalled_day - age * DAY for age in reversed(range(length))]
    return Past(
        days=[(day, round(100 * used[day] / full)) for day in days],
        waits=[
            Wait(most_nodes(size, machine=partition.nodes), jobs, seconds // jobs)
            for size in SizeClass
            for jobs, seconds in [waits[size]]
            if jobs
        ],
    )
