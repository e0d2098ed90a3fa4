"""How long jobs have waited lately, by shape: what people may expect, from what was."""

import datetime as dt
from collections import defaultdict
from statistics import quantiles

from django.db import transaction
from django.db.models import F

from ..models import Job, Partition, TypicalWait
from ..scheduler.sizes import size_class

WEEK = dt.timedelta(days=7)
LIMITS = (3600, 4 * 3600, 12 * 3600)  # seconds; longer ones belong to the last
FEWEST = 5  # jobs of a shape, below which no typical wait is told


def sum_up_waits(partition):
    """Work out the typical waits of the week up to which the partition has been computed.

    Only what is found is written under the partition's lock, so that its queue goes on.
    """
    if partition.advanced_until is None:
        return
    waits = _waits(partition, since=partition.advanced_until - WEEK)
    rows = [
        _typical(partition, shape, seconds)
        for shape, seconds in sorted(waits.items())
        if len(seconds) >= FEWEST
    ]
    with transaction.atomic():
        Partition.objects.select_for_update(no_key=True).get(pk=partition.pk)
        TypicalWait.objects.filter(partition=partition).delete()
        TypicalWait.objects.bulk_create(rows)


def _waits(partition, *, since):
    """``{(size class, longest limit): seconds that jobs waited}``."""
    waits = defaultdict(list)
    started = Job.objects.filter(
        partition=partition, started_at__gt=since, eligible_at__isnull=False
    ).annotate(waited=F("started_at") - F("eligible_at"))
    for nodes, limit, waited in started.values_list("nodes", "time_limit", "waited").iterator():
        longest = next((most for most in LIMITS if limit <= most), LIMITS[-1])
        size = size_class(nodes, machine=partition.nodes)
        waits[str(size), longest].append(int(waited.total_seconds()))
    return waits


def _typical(partition, shape, seconds):
    tenths = quantiles(seconds, n=10, method="inclusive")
    size, longest_limit = shape
    return TypicalWait(
        partition=partition,
        size=size,
        longest_limit=longest_limit,
        jobs=len(seconds),
        p10=round(tenths[0]),
        p50=round(tenths[4]),
        p90=round(tenths[8]),
    )
