"""The live queue starts the jobs of a trace when ``replay`` does."""

import datetime as dt
import io
import random
from dataclasses import replace
from itertools import count, islice

import pytest
from django.core.management import call_command

from allocations.flows.jobs import submit_job
from allocations.flows.ticks import tick
from allocations.management.files import read_starts, read_trace
from allocations.models import Job, LedgerAccount, LedgerEntry, Partition
from allocations.scheduler import swf
from allocations.scheduler.workload import daily_jobs
from allocations.tasks import SETTLED
from jaif_portal import clock
from tests.allocations import factories

pytestmark = pytest.mark.django_db
NODES = 100
SHORTEST, LONGEST = 60, 7 * 86_400  # seconds; the portal takes no shorter limits
HOUR = 3600


def generated(number):
    """Days of jobs within hours, so that most have to wait; some come in the same second."""
    arrivals = (job for day in count(20_000) for job in daily_jobs(3, day, NODES, 0.9))
    jobs = [job.as_job(job_id) for job_id, job in enumerate(islice(arrivals, number), start=1)]
    return [replace(job, submit=(job.submit - jobs[0].submit) // 500 * 60) for job in jobs]


def recorded(traces, number):
    log = read_trace(traces / "KTH-SP2-1996-2.1-cln.swf.gz", strict=True)
    jobs = swf.usable_jobs(log.records, processors=NODES)
    return [job for job in jobs if job.limit >= SHORTEST][:number]


def replayed(jobs, folder):
    """``{job id: start}`` by the command, from a trace of the jobs."""
    trace, starts = folder / "trace.swf", folder / "starts.csv"
    with trace.open("w") as stream:
        swf.write(
            stream,
            (
                swf.Record(
                    job.id,
                    job.submit,
                    run=job.runtime,
                    processors=job.nodes,
                    estimate=job.limit,
                )
                for job in jobs
            ),
        )
    options = {"processors": NODES, "policy": "easy", "starts": starts}
    call_command("replay", trace, **options, stdout=io.StringIO())
    return read_starts(starts)


@pytest.fixture
def allocation(monday):
    """Active, alone on a machine of 100 nodes, with more hours than any trace needs."""
    Partition.objects.update(
        nodes=NODES, background_load=0, longest_limit=LONGEST, policy="easy", advanced_until=monday
    )
    allocation = factories.active(months=3)
    LedgerAccount.objects.filter(allocation=allocation).update(credited=10**12)
    return allocation


def live(jobs, allocation, travel):
    """``{job id: start}`` with jobs that are submitted at their times, between random ticks."""
    rng, applicant = random.Random(5), allocation.project.proposal.applicant
    shift = clock.seconds(clock.now()) + 10 - jobs[0].submit
    numbers = {}
    for job in jobs:
        arrival = clock.moment(job.submit + shift)
        while rng.random() < 0.3 and clock.now() < arrival:
            travel(min(arrival, clock.now() + dt.timedelta(seconds=rng.randrange(6 * HOUR))))
            tick(allocation.partition_id, until=clock.now() - SETTLED, steps=40)
        travel(arrival)
        shape = {"nodes": job.nodes, "time_limit": job.limit, "runtime": job.runtime}
        row = submit_job(allocation, by=applicant, name=f"job {job.id}", **shape)
        numbers[row.pk] = job.id
    while Job.objects.live().exists():
        travel(dt.timedelta(seconds=rng.randrange(24 * HOUR)))
        tick(allocation.partition_id, until=clock.now() - SETTLED, steps=40)
    rows = Job.objects.filter(allocation=allocation)
    return {numbers[row.pk]: clock.seconds(row.started_at) - shift for row in rows}


def test_a_generated_trace_starts_as_replayed(allocation, travel, tmp_path):
    jobs = generated(200)

    starts = live(jobs, allocation, travel)

    assert starts == replayed(jobs, tmp_path)
    assert sum(starts[job.id] > job.submit for job in jobs) > 100  # most had to wait
    assert LedgerEntry.objects.filter(kind="charge").count() == len(jobs)


@pytest.mark.slow
def test_a_recorded_trace_starts_as_replayed(traces, allocation, travel, tmp_path):
    jobs = recorded(traces, 400)

    starts = live(jobs, allocation, travel)

    assert starts == replayed(jobs, tmp_path)
