"""A real Celery worker and beat on PostgreSQL and Redis, and ``kill -9`` in the middle."""

import os

import pytest
import redis
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from allocations.flows import ledger, lifecycle
from allocations.flows.jobs import submit_job
from allocations.models import AccountKind, Job, LedgerAccount, LedgerEntry, Partition
from allocations.scheduler import Job as Request
from allocations.scheduler import Machine, Policy, Scheduler, Started
from jaif_portal import clock
from jaif_portal.models import PortalClock
from tests.allocations import factories
from tests.allocations.processes import WORKER, celery, wait_until
from tests.allocations.records import broken_invariants, history

pytestmark = [pytest.mark.services, pytest.mark.slow, pytest.mark.usefixtures("committed")]
KILLS, JOBS_BETWEEN = 4, 5
RATE = 600  # ten minutes a second


@pytest.fixture
def log(tmp_path):
    with (tmp_path / "celery.log").open("w") as file:
        yield file


@pytest.fixture
def beat(log, tmp_path):
    beat = celery("beat", "--schedule", tmp_path / "beat", "--pidfile", "", log=log)
    yield beat
    beat.kill()


@pytest.fixture
def broker():
    """Leave nothing of this run in Redis."""
    yield
    client = redis.from_url(os.environ["REDIS_URL"])
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    for key in client.scan_iter(f"{prefix}*"):
        client.delete(key)
    client.close()


@pytest.fixture
def worker(log, broker):
    worker = celery(*WORKER, log=log)
    yield worker
    worker.kill()


@pytest.fixture
def allocation(committed, monday):
    """Active, on a machine of 100 nodes, in a portal whose clock runs fast."""
    with transaction.atomic():
        Partition.objects.update(background_load=0, nodes=100, advanced_until=monday)
        lifecycle.fund_shares(at=monday)
        allocation = factories.active()
        ledger.open_account(AccountKind.USED, partition=allocation.partition)
    PortalClock.objects.update(anchored_at=timezone.now(), rate=RATE)
    return allocation


def somebody_waits_for_us():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0] > 0


def submit_some(allocation, *, first):
    for number in range(first, first + JOBS_BETWEEN):
        submit_job(
            allocation,
            by=allocation.project.proposal.applicant,
            name=f"job {number}",
            nodes=(10, 30, 60)[number % 3],
            time_limit=1800,
            runtime=(400, 900, 2000)[number % 3],  # the last kind runs into its limit
        )


def kill_in_the_middle_of_a_step(worker):
    """Hold what a step needs last, so that it is killed with its rows written, uncommitted."""
    with transaction.atomic():
        LedgerAccount.objects.select_for_update().get(kind=AccountKind.USED)
        wait_until(somebody_waits_for_us)
        worker.kill_and_restart()


def expected_schedule(jobs):
    """When the engine alone starts the jobs, which the queue took in at these moments."""
    engine = Scheduler(Machine(nodes=100), Policy.EASY)
    engine.submit(
        [
            Request(job.pk, clock.seconds(job.eligible_at), job.nodes, job.time_limit, job.runtime)
            for job in jobs
        ]
    )
    return {event.job.id: event.at for event in engine.run() if isinstance(event, Started)}


def test_a_worker_that_is_killed_in_the_middle_loses_and_doubles_nothing(allocation, beat, worker):
    for round_number in range(KILLS):
        submit_some(allocation, first=round_number * JOBS_BETWEEN)
        kill_in_the_middle_of_a_step(worker)
    wait_until(lambda: not Job.objects.live().exists())

    jobs = list(Job.objects.filter(allocation=allocation))
    assert len(jobs) == KILLS * JOBS_BETWEEN
    for job in jobs:
        elapsed = min(job.runtime, job.time_limit)
        state = "timeout" if job.runtime > job.time_limit else "completed"
        assert (job.state, (job.ended_at - job.started_at).total_seconds()) == (state, elapsed)
        assert [step[1] for step in history(job)] == ["pending", "running", state]
        entries = LedgerEntry.objects.filter(job=job).values_list("kind", "node_seconds")
        assert list(entries) == [
            ("hold", job.nodes * job.time_limit),
            ("charge", job.nodes * elapsed),
        ]
    assert {job.pk: clock.seconds(job.started_at) for job in jobs} == expected_schedule(jobs)
    assert broken_invariants() == []
