"""A quarter of a day of the machine while worker, beat and broker are killed at random.

A submitter that nobody kills hands in a seeded series of jobs; other users' jobs come from the
partition's seed. In the end everything has to be as if nothing had been killed.
"""

import datetime as dt
import random
import time
from dataclasses import dataclass
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from allocations import tasks
from allocations.flows import lifecycle
from allocations.flows.jobs import submit_job
from allocations.flows.queue import advance_partition
from allocations.models import FundingShare, Job, LedgerEntry, Partition, Tick
from jaif_portal import clock
from jaif_portal.celery import app
from jaif_portal.flows.clock import set_clock
from jaif_portal.models import PortalClock
from tests.allocations import factories
from tests.allocations.processes import WORKER, Broker, celery, wait_until
from tests.allocations.records import broken_invariants, history
from tests.allocations.simultaneous import at_once, kinds

pytestmark = [pytest.mark.services, pytest.mark.slow, pytest.mark.usefixtures("committed")]
SEED = 4
DISRUPTIONS, IN_A_ROW = 36, 6  # after so many the worker is left alone until it has ticked
PAUSE = (0.3, 2.0)  # seconds between two of them
RATE = 600  # ten minutes a second: it takes the machine through ten hours
NODES, LOAD = 200, 0.6
JOBS, EVERY = 60, 450  # seconds of portal time between two of them, on average
LEAD = dt.timedelta(seconds=15 * RATE)  # handed in before they arrive, so that none is late
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Planned:
    """A job to hand in, and how it will go."""

    name: str
    submitted_at: dt.datetime
    nodes: int
    time_limit: int
    runtime: int


def series(start, *, taken):
    """The seeded jobs; none comes in a second in which one of the others does."""
    rng, at, jobs = random.Random(SEED), start, []
    for number in range(JOBS):
        at += rng.randrange(2 * EVERY) * SECOND
        while at in taken:
            at += SECOND
        limit = rng.choice((600, 1200, 1800))
        runtime = rng.randrange(60, 2 * limit)  # every other one runs into its limit
        jobs.append(Planned(f"job {number}", at, rng.choice((1, 8, 20)), limit, runtime))
    return jobs


@pytest.fixture
def booster(committed, monday):
    Partition.objects.update(nodes=NODES, background_load=LOAD, advanced_until=monday)
    return factories.booster()


@pytest.fixture
def quiet(booster):
    """A machine like the Booster that is left alone, simulated for a day."""
    shares = list(FundingShare.objects.filter(partition=booster))
    quiet = Partition.objects.get(pk=booster.pk)
    quiet.pk, quiet.name = None, "quiet"
    quiet.save()
    for share in shares:
        share.pk, share.partition = None, quiet
        share.save()
    return quiet


@pytest.fixture
def log(tmp_path):
    with (tmp_path / "processes.log").open("w") as file:
        yield file


@pytest.fixture
def broker(log, tmp_path):
    broker = Broker(folder=tmp_path, log=log)
    yield broker
    broker.kill()


@pytest.fixture
def worker(log, broker):
    worker = celery(*WORKER, log=log, REDIS_URL=broker.url)
    yield worker
    worker.kill()


@pytest.fixture
def beat(log, broker, tmp_path):
    options = ("beat", "--schedule", tmp_path / "beat", "--pidfile", "")
    beat = celery(*options, log=log, REDIS_URL=broker.url)
    yield beat
    beat.kill()


def pause(seconds, duties):
    """Wait, and do what there is to do meanwhile."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        do_all(duties)
        time.sleep(0.05)


def wait_for_a_tick(partition, duties):
    later = Tick.objects.filter(partition=partition, at__gt=timezone.now())
    wait_until(lambda: do_all(duties) or later.exists())


def do_all(duties):
    for duty in duties:
        duty()


class Submitter:
    """Hands in what is due, through the flow, with the arrival that was planned."""

    def __init__(self, allocation, planned):
        self.allocation = allocation
        self.planned = list(reversed(planned))

    def hand_in(self, *, ahead=LEAD):
        until = clock.now() + ahead
        while self.planned and self.planned[-1].submitted_at <= until:
            job = self.planned.pop()
            with transaction.atomic():
                row = submit_job(
                    self.allocation,
                    by=self.allocation.project.proposal.applicant,
                    name=job.name,
                    nodes=job.nodes,
                    time_limit=job.time_limit,
                    runtime=job.runtime,
                )
                Job.objects.filter(pk=row.pk).update(submitted_at=job.submitted_at)


def send_ticks(partition, broker, rng):
    """The same tick many times over, by the broker, if it is there."""
    with app.connection_for_write(broker.url) as connection:
        for _copy in range(rng.randrange(1, 6)):
            try:
                tasks.advance_partition.apply_async(
                    (partition.pk,), connection=connection, retry=False
                )
            except OperationalError:
                return


def tick_out_of_order(partition, rng):
    """Four ticks at the same instant, some of which come late; none of them fails."""
    now = clock.now() - SECOND
    targets = [now - rng.randrange(2 * RATE) * SECOND for _tick in range(3)]
    ticks = [partial(advance_partition, partition.pk, until=until) for until in [now, *targets]]
    assert kinds(at_once(ticks)) == {"Progress": len(ticks)}


def disrupt(rng, broker, worker, beat, *, partition):
    """Kill one process; from time to time double and reorder ticks."""
    victims = [
        (3, worker.kill_and_restart),
        (3, lambda: worker.kill_a_child(rng)),
        (2, beat.kill_and_restart),
        (2, broker.kill_and_restart),
    ]
    weights, kills = zip(*victims, strict=True)
    rng.choices(kills, weights)[0]()
    if rng.random() < 0.5:
        send_ticks(partition, broker, rng)
    if rng.random() < 0.5:
        tick_out_of_order(partition, rng)


def simulate_undisturbed(quiet, planned, *, until):
    """``{name or key: (start, end)}`` with the planned jobs among those of other users."""
    share = quiet.shares.get(code="eurohpc", starts_at__year=2026)
    advance_partition(quiet.pk, until=quiet.advanced_until)  # the others' jobs come first
    Job.objects.bulk_create(
        Job(
            partition=quiet,
            share=share,
            background_key=job.name,
            nodes=job.nodes,
            time_limit=job.time_limit,
            runtime=job.runtime,
            submitted_at=job.submitted_at,
        )
        for job in planned
    )
    advance_partition(quiet.pk, until=until)
    return schedule(quiet)


def schedule(partition):
    jobs = Job.objects.filter(partition=partition)
    return {job.background_key or job.name: (job.started_at, job.ended_at) for job in jobs}


def arrivals_of_others(quiet):
    """The moments at which the others' jobs of two days come."""
    with transaction.atomic():
        advance_partition(quiet.pk, until=quiet.advanced_until + DAY)
        moments = set(Job.objects.filter(partition=quiet).values_list("submitted_at", flat=True))
        transaction.set_rollback(True)
    return moments


def reached(partition):
    return Partition.objects.get(pk=partition.pk).advanced_until


def check_books(job):
    """Charged once, nodes times elapsed seconds, with a history of three states."""
    elapsed = min(job.runtime, job.time_limit)
    state = "timeout" if job.runtime > job.time_limit else "completed"
    assert (job.state, (job.ended_at - job.started_at).total_seconds()) == (state, elapsed)
    assert [step[1] for step in history(job)] == ["pending", "running", state]
    entries = LedgerEntry.objects.filter(job=job).values_list("kind", "node_seconds")
    assert list(entries) == [("hold", job.nodes * job.time_limit), ("charge", job.nodes * elapsed)]


def test_whatever_is_killed_the_schedule_and_the_books_are_as_if_nothing_had_been(
    booster, quiet, broker, request, monday, monkeypatch
):
    monkeypatch.setitem(app.conf, "task_always_eager", False)

    rng = random.Random(SEED)
    planned = series(monday, taken=arrivals_of_others(quiet))
    end = planned[-1].submitted_at + DAY / 2
    undisturbed = simulate_undisturbed(quiet, planned, until=end - SECOND)
    with transaction.atomic():
        lifecycle.fund_shares(at=monday)
        submitter = Submitter(factories.active(), planned)
    wait_until(broker.answers)
    processes = [broker, *map(request.getfixturevalue, ("worker", "beat"))]
    duties = [submitter.hand_in, *(process.keep_alive for process in processes)]
    submitter.hand_in()
    PortalClock.objects.update(anchored_at=timezone.now(), rate=RATE)

    for number in range(1, DISRUPTIONS + 1):
        pause(rng.uniform(*PAUSE), duties)
        disrupt(rng, *processes, partition=booster)
        if number % IN_A_ROW == 0:
            wait_for_a_tick(booster, duties)
    submitter.hand_in(ahead=DAY)
    set_clock(by=None, to=end, rate=0)
    wait_until(lambda: reached(booster) == end - SECOND, seconds=60)

    jobs = Job.objects.filter(allocation__isnull=False)
    assert len(jobs) == JOBS
    for job in jobs:
        check_books(job)
    assert broken_invariants() == []
    assert schedule(booster) == undisturbed
