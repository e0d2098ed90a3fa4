"""What steps of the queue leave to be read does not depend on how long they are."""

import datetime as dt
import random

import pytest

from allocations.flows.jobs import submit_job
from allocations.flows.orders import cancel_job
from allocations.models import LoadSample, PartitionStatus
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.machine import advance, empty_booster, submit_other

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def booster(db):
    return empty_booster()


def samples():
    return list(LoadSample.objects.values_list("at", "busy", "running", "waiting"))


def status():
    return PartitionStatus.objects.values_list("busy", "wanted", "running", "waiting").get()


def fill(booster):
    draw = random.Random(5)
    for _number in range(60):
        submit_other(
            booster,
            nodes=draw.choice([10, 900, 3000]),
            runtime=draw.randint(60, 3600),
            after=draw.randint(1, 6 * 3600),
        )


def test_short_steps_leave_the_same_samples_as_a_long_one(booster):
    fill(booster)
    start = booster.advanced_until
    advance(booster, seconds=8 * 3600)
    in_one, status_in_one = samples(), status()
    LoadSample.objects.all().delete()
    booster.jobs.update(state="pending", eligible_at=None, started_at=None, ended_at=None)
    booster.advanced_until = start
    booster.save()
    draw = random.Random(6)

    end = start + dt.timedelta(hours=8)
    while booster.advanced_until < end:
        left = int((end - booster.advanced_until).total_seconds())
        advance(booster, seconds=min(left, draw.randint(1, 1500)))

    assert samples() == in_one
    assert status() == status_in_one
    assert len(in_one) == 48
    assert max(waiting for *_rest, waiting in in_one) > 1


def test_samples_are_the_counts_of_the_jobs_at_each_moment(booster):
    fill(booster)
    advance(booster, seconds=8 * 3600)
    advance(booster, seconds=16 * 3600)
    jobs = booster.jobs.all()

    def counted(at):
        running = [job for job in jobs if job.started_at <= at < job.ended_at]
        waiting = sum(job.eligible_at <= at < job.started_at for job in jobs)
        return at, sum(job.nodes for job in running), len(running), waiting

    assert samples() == [counted(at) for at, *_counts in samples()]


def test_a_cancelled_job_is_not_counted_any_more(booster, travel):
    allocation = factories.active()
    job = submit_job(
        allocation, by=allocation.case.owner, name="train", nodes=4, time_limit=3600, runtime=3600
    )
    advance(booster, seconds=5)
    running = status()
    travel(dt.timedelta(seconds=10))
    cancel_job(job, by=allocation.case.owner)
    advance(booster, seconds=10)

    assert (running, status()) == ((4, 0, 1, 0), (0, 0, 0, 0))


def test_samples_are_kept_for_two_days(booster):
    start = clock.now().replace(microsecond=0)
    advance(booster, seconds=72 * 3600)

    kept = LoadSample.objects.values_list("at", flat=True)
    assert min(kept) > start
    assert min(kept) < start + dt.timedelta(days=1, hours=1)
