"""Ticks: a partition's queue is brought up to the portal's time, and what that took is kept.

The figures are rows, so that they are the same whichever process is asked for them. They are
written after the queue's own transactions: a tick that is killed leaves none.
"""

import datetime as dt
import time

from django.db.models import F, Max, OuterRef, Subquery
from django.utils import timezone

from jaif_portal import clock

from ..models import Partition, PartitionStatus, Tick, TickTotal
from . import queue

KEPT = dt.timedelta(days=1)  # wall time
SILENCE = dt.timedelta(minutes=1)  # wall time after which a queue without a tick stands still


def tick(partition_id, *, until, steps):
    """Let the partition's queue live on to portal time ``until`` and note how that went.

    Returns the ``Tick``, or ``None`` where another worker is at it.
    """
    began = time.perf_counter()
    progress = queue.advance_partition(partition_id, until=until, steps=steps)
    if progress.reached is None:
        return None
    taken = time.perf_counter() - began
    return _note(partition_id, progress, until=until, milliseconds=round(1000 * taken))


def _note(partition_id, progress, *, until, milliseconds):
    status = progress.status or _last_status(partition_id)
    spent = {
        "milliseconds": milliseconds,
        "steps": progress.steps,
        "events": progress.events,
    }
    total = TickTotal.objects.filter(partition=partition_id)
    grown = {"ticks": F("ticks") + 1} | {name: F(name) + part for name, part in spent.items()}
    if not total.update(**grown):
        TickTotal.objects.get_or_create(partition_id=partition_id)
        total.update(**grown)
    return Tick.objects.create(
        partition_id=partition_id,
        reached=progress.reached,
        lag=max(0, int((until - progress.reached).total_seconds())),
        **spent,
        waiting=status.waiting,
        running=status.running,
        busy=status.busy,
    )


def _last_status(partition_id):
    """How busy the queue was left by an earlier tick, where there was nothing to compute."""
    return PartitionStatus.objects.filter(pk=partition_id).first() or PartitionStatus()


def last_ticks():
    """Of each partition that has had a tick the last one, with its partition and totals."""
    last = Tick.objects.order_by().values("partition").annotate(last=Max("pk")).values("last")
    rows = Tick.objects.filter(pk__in=last).order_by("partition")
    return rows.select_related("partition__system", "partition__tick_total")


def forget_ticks():
    """Drop the ticks of yesterday, but of each partition the last one."""
    kept = last_ticks().order_by().values("pk")
    Tick.objects.filter(at__lt=timezone.now() - KEPT).exclude(pk__in=kept).delete()


def health():
    """What the health page says of the queues: each is ``ok``, ``catching_up`` or ``stopped``."""
    row, wall = clock.read(), timezone.now()
    last_tick = Tick.objects.filter(partition=OuterRef("pk")).order_by("-pk").values("at")[:1]
    partitions = Partition.objects.select_related("system").annotate(ticked_at=Subquery(last_tick))
    return {"queues": [_state(partition, row, wall) for partition in partitions]}


def _state(partition, row, wall):
    reached = partition.advanced_until
    lag = None if reached is None else row.lag(reached, wall=wall)
    if reached is None or partition.ticked_at is None or wall - partition.ticked_at > SILENCE:
        state = "stopped"
    else:
        state = "catching_up" if row.is_late(lag) else "ok"
    return {
        "partition": str(partition),
        "state": state,
        "computed_until": reached,
        "lag_seconds": None if lag is None else int(lag.total_seconds()),
    }
