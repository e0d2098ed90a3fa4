"""A week of the machine with all its other users, at 3,600 times the speed of the world."""

import datetime as dt
import time
from tempfile import TemporaryDirectory

from django.db.models import Avg, Max, Sum
from django.utils import timezone

from allocations.flows.queue import advance_partition
from allocations.models import Job, Tick
from jaif_portal.models import PortalClock
from tests.allocations.conftest import MONDAY
from tests.allocations.processes import WORKER, Broker, celery, wait_until

from .portal import active_allocation, fresh_database

RATE = 3600
LOAD = 0.9
DAY = dt.timedelta(days=1)


def measure(days, *, log):
    """``{figure: value}`` of a worker and a beat that take a full machine through ``days``."""
    with fresh_database(), TemporaryDirectory() as folder:
        partition = active_allocation(background_load=LOAD).partition
        advance_partition(partition.pk, until=MONDAY + 2 * DAY)  # until the machine is full
        PortalClock.objects.update(anchor=MONDAY + 2 * DAY, anchored_at=timezone.now(), rate=RATE)
        broker = Broker(folder=folder, log=log)
        wait_until(broker.answers)
        options = ("beat", "--schedule", f"{folder}/beat", "--pidfile", "")
        processes = [
            celery(*command, log=log, REDIS_URL=broker.url) for command in (WORKER, options)
        ]
        try:
            time.sleep(days * 86_400 / RATE)
            partition.refresh_from_db()
            lag = PortalClock.objects.get().lag(partition.advanced_until, wall=timezone.now())
        finally:
            for process in [*processes, broker]:
                process.kill()
        ticks = Tick.objects.aggregate(
            mean=Avg("milliseconds"), worst=Max("milliseconds"), events=Sum("events")
        )
        return {
            "days": days,
            "jobs ended": Job.objects.filter(ended_at__gt=MONDAY + 2 * DAY).count(),
            "events": ticks["events"],
            "ticks": Tick.objects.count(),
            "mean s": ticks["mean"] / 1000,
            "worst s": ticks["worst"] / 1000,
            "lag s": lag.total_seconds() / RATE,
        }
