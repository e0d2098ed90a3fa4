"""Ticks over a full queue."""

import datetime as dt
import random
import statistics
import time

from django.db import connection
from django.test.utils import CaptureQueriesContext

from allocations.flows.ticks import tick
from allocations.models import Job, JobState, LedgerAccount
from tests.allocations.conftest import MONDAY

from .portal import active_allocation, cpu_seconds, fresh_database

SIZES = (1, 1, 1, 1, 2, 2, 4, 8)  # 2.5 nodes on average: 2,000 jobs fill five sixths
HOUR = 3600


def fill_queue(allocation, *, waiting, running, ours):
    """Jobs that run and jobs that wait, one in ``ours`` of them the allocation's."""
    rng, jobs = random.Random(1), []
    for number in range(running + waiting):
        limit = rng.choice((1, 2, 4, 8, 12)) * HOUR
        runs = number < running
        job = Job(
            partition=allocation.partition,
            share_id=allocation.share_id,
            nodes=rng.choice(SIZES) if runs else rng.choice((1, 4, 16, 64, 256, 1024)),
            time_limit=limit,
            runtime=rng.randrange(limit // 4, limit),
            submitted_at=MONDAY - dt.timedelta(hours=1, seconds=-number // 10),
        )
        job.eligible_at = job.submitted_at
        if runs:
            elapsed = rng.randrange(job.runtime)
            job.state, job.started_at = JobState.RUNNING, MONDAY - dt.timedelta(seconds=elapsed)
        if number % ours == 0 and not runs:
            job.allocation, job.submitted_by = allocation, allocation.case.owner
            job.name = "ours"
        else:
            job.background_key = f"benchmark:{number}"
        jobs.append(job)
    Job.objects.bulk_create(jobs, batch_size=2000)


def measure(*, waiting, running, ours, ticks=10, seconds=120):
    """``{figure: value}`` of ticks of ``seconds`` of portal time; the first one is left out."""
    with fresh_database():
        allocation = active_allocation()
        LedgerAccount.objects.filter(allocation=allocation).update(credited=10**12)
        fill_queue(allocation, waiting=waiting, running=running, ours=ours)
        until, cpu, wall, queries = MONDAY, [], [], []
        for _tick in range(ticks + 1):
            until += dt.timedelta(seconds=seconds)
            with CaptureQueriesContext(connection) as captured:
                cpu_before, began = cpu_seconds(), time.perf_counter()
                tick(allocation.partition_id, until=until, steps=1)
                wall.append(time.perf_counter() - began)
                cpu.append(cpu_seconds() - cpu_before)
            queries.append(len(captured) - 2 * (connection.vendor == "postgresql"))
        started = Job.objects.filter(started_at__gt=MONDAY).count()
    return {
        "first CPU s": cpu[0],
        "CPU s": statistics.median(cpu[1:]),
        "worst CPU s": max(cpu[1:]),
        "s": statistics.median(wall[1:]),
        "queries": max(queries[1:]),
        "started": started,
    }
