"""Operators close nodes while the queue lives on, on PostgreSQL."""

import datetime as dt
from functools import partial

import pytest
from django.db import transaction

from allocations.flows import closures
from allocations.flows.jobs import submit_job
from allocations.flows.queue import advance_partition
from allocations.models import EntryKind, Job, JobRun, LedgerEntry, NodeClosure
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.machine import empty_booster
from tests.allocations.records import broken_invariants
from tests.allocations.simultaneous import at_once, kinds
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("committed", "monday")]
SECOND = dt.timedelta(seconds=1)
JOBS = 30


@pytest.fixture
def booster(committed, monday):
    return empty_booster(computed_until=monday - 600 * SECOND)


@pytest.fixture
def operator(booster):
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def jobs(booster):
    """All of them run, on the first nodes of the last rack and on those around it."""
    with transaction.atomic():
        allocation = factories.active()
        allocation.account.refresh_from_db()
        jobs = [
            submit_job(
                allocation,
                by=allocation.case.owner,
                name=f"job {number}",
                nodes=2,
                time_limit=3600,
                runtime=3600,
                may_requeue=number % 2 == 0,
            )
            for number in range(JOBS)
        ]
        Job.objects.update(submitted_at=booster.advanced_until)
    advance_partition(booster.pk, until=clock.now() - SECOND)
    return jobs


def test_nodes_that_ten_operators_take_out_at_once_are_taken_out_once(booster, operator):
    drain = partial(closures.drain_nodes, booster, by=operator, nodes="1-3", reason="Firmware")

    outcomes = at_once([drain] * 10)

    assert kinds(outcomes) == {"NodeClosure": 1, "ClosureNotPossible": 9}
    assert NodeClosure.objects.count() == 1


def test_jobs_are_hit_and_charged_once_while_four_workers_advance(booster, operator, jobs, travel):
    fail = partial(closures.fail_nodes, booster, by=operator, nodes="123", reason="Burst pipe")
    advance = partial(advance_partition, booster.pk, until=clock.now() + 60 * SECOND)

    outcomes = at_once([advance, fail, advance, fail, advance, advance])
    advance_partition(booster.pk, until=clock.now() + 120 * SECOND)

    found = kinds(outcomes)
    assert (found["NodeClosure"], found["ClosureNotPossible"]) == (1, 1)
    hit = {job.pk for job in Job.objects.filter(state="node_fail")}
    again = set(JobRun.objects.values_list("job_id", flat=True))
    assert (len(hit), len(again)) == (7, 7)  # on 28 nodes
    charges = LedgerEntry.objects.filter(kind=EntryKind.CHARGE).values_list("job_id", flat=True)
    assert sorted(charges) == sorted(hit | again)
    assert broken_invariants() == []


def test_ending_and_resuming_at_once_ends_it_once(booster, operator, jobs, travel):
    closure = closures.drain_nodes(booster, by=operator, nodes="5", reason="Firmware")
    travel(60 * SECOND)
    end = partial(closures.end_closure, closure, by=operator, reason="Done")
    resume = partial(closures.resume_nodes, booster, by=operator, nodes="5", reason="Done")

    at_once([end, resume, partial(advance_partition, booster.pk, until=clock.now())] * 3)
    advance_partition(booster.pk, until=clock.now() + SECOND)

    closure.refresh_from_db()
    assert (closure.state, closure.ends_at) == ("over", clock.now().replace(microsecond=0))
    assert NodeClosure.objects.count() == 1
