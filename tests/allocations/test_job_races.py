"""People who order something about jobs while the queue lives on, on PostgreSQL."""

import datetime as dt
from functools import partial

import pytest
from django.db import connection, transaction

from allocations.flows import lifecycle, orders
from allocations.flows.jobs import submit_job
from allocations.flows.queue import advance_partition
from allocations.models import Job, Partition
from jaif_portal.exceptions import Refusal
from tests.allocations import factories
from tests.allocations.records import broken_invariants
from tests.allocations.simultaneous import at_once, kinds

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("committed", "monday")]
MINUTE = dt.timedelta(minutes=1)
JOBS = 40


@pytest.fixture
def allocation(committed, monday):
    """Active, on a machine of 100 nodes that it has to itself."""
    second = dt.timedelta(seconds=1)
    Partition.objects.update(background_load=0, nodes=100, advanced_until=monday - second)
    with transaction.atomic():
        lifecycle.fund_shares(at=monday)
        return factories.active()


@pytest.fixture
def jobs(allocation):
    """Some can start at once, the others wait."""
    by = allocation.project.proposal.applicant
    with transaction.atomic():
        return [
            submit_job(
                allocation, by=by, name=f"job {i}", nodes=5, time_limit=600, runtime=60 + 7 * i
            )
            for i in range(JOBS)
        ]


def race(allocation, acts, *, until):
    """What became of ``acts``, while four workers advance the queue."""
    advance = partial(advance_partition, allocation.partition_id, until=until)
    outcomes = at_once([*acts, *[advance] * 4])[: len(acts)]
    unexpected = [
        outcome
        for outcome in outcomes
        if isinstance(outcome, Exception) and not isinstance(outcome, Refusal)
    ]
    assert unexpected == []
    return outcomes


def test_a_job_is_either_held_or_has_started(allocation, jobs, monday):
    acts = [partial(orders.hold_job, job, by=job.submitted_by) for job in jobs]

    outcomes = race(allocation, acts, until=monday + 3 * MINUTE)

    advance_partition(allocation.partition_id, until=monday + dt.timedelta(hours=3))
    for job, outcome in zip(jobs, outcomes, strict=True):
        job.refresh_from_db()
        held = not isinstance(outcome, Refusal)
        expected = ("pending", "JobHeldUser", "user") if held else ("completed", "None", "")
        assert (job.state, job.reason, job.hold) == expected
    assert broken_invariants() == []


def test_released_jobs_all_run_once(allocation, jobs, monday):
    for job in jobs:
        orders.hold_job(job, by=job.submitted_by)
    acts = [partial(orders.release_job, job, by=job.submitted_by) for job in jobs]

    outcomes = race(allocation, acts, until=monday + 30 * MINUTE)

    advance_partition(allocation.partition_id, until=monday + dt.timedelta(hours=6))
    assert kinds(outcomes) == {"Job": JOBS}
    assert set(Job.objects.values_list("state", "restarts")) == {("completed", 0)}
    assert broken_invariants() == []


def test_a_changed_job_is_charged_for_what_it_ran_with(allocation, jobs, monday):
    acts = [
        partial(orders.modify_job, job, by=job.submitted_by, nodes=1 + i % 9, time_limit=660)
        for i, job in enumerate(jobs)
    ]

    outcomes = race(allocation, acts, until=monday + 5 * MINUTE)

    advance_partition(allocation.partition_id, until=monday + dt.timedelta(hours=6))
    for i, (job, outcome) in enumerate(zip(jobs, outcomes, strict=True)):
        job.refresh_from_db()
        changed = not isinstance(outcome, Refusal)
        assert (job.nodes, job.time_limit) == ((1 + i % 9, 660) if changed else (5, 600))
    assert set(Job.objects.values_list("state", flat=True)) == {"completed"}
    assert broken_invariants() == []


def test_jobs_that_are_requeued_and_cancelled_at_once_are_charged_for_each_run(
    allocation, jobs, monday, travel
):
    advance_partition(allocation.partition_id, until=travel(MINUTE))
    acts = [
        partial(flow, job, by=job.submitted_by)
        for job in jobs
        for flow in (orders.requeue_job, orders.cancel_job)[: 1 + job.pk % 2]
    ]

    race(allocation, acts, until=monday + 5 * MINUTE)

    advance_partition(allocation.partition_id, until=monday + dt.timedelta(hours=6))
    assert set(Job.objects.values_list("state", flat=True)) == {"completed", "cancelled"}
    assert Job.objects.filter(restarts=1).count() > 0
    assert broken_invariants() == []


def test_arrays_and_jobs_that_depend_on_them_are_submitted_while_the_queue_lives_on(
    allocation, monday
):
    by = allocation.project.proposal.applicant
    first = submit_job(allocation, by=by, name="first", nodes=1, time_limit=60, runtime=30)
    wishes = {"by": by, "nodes": 1, "time_limit": 60, "runtime": 30}
    acts = [
        partial(
            submit_job, allocation, name="x", array="0-9%3", after=f"afterok:{first.pk}", **wishes
        )
        for _number in range(8)
    ]

    outcomes = race(allocation, acts, until=monday + 2 * MINUTE)

    advance_partition(allocation.partition_id, until=monday + dt.timedelta(hours=6))
    assert kinds(outcomes) == {"Job": 8}
    assert Job.objects.filter(state="completed").count() == 81
    assert broken_invariants() == []


def test_an_order_does_not_wait_for_a_step_that_has_not_seen_the_job(allocation, monday):
    by = allocation.project.proposal.applicant
    with transaction.atomic():
        later = submit_job(allocation, by=by, name="later", nodes=1, time_limit=60)
        Job.objects.filter(pk=later.pk).update(submitted_at=monday + dt.timedelta(hours=1))

    def hold():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return orders.hold_job(later, by=by)

    with transaction.atomic():  # the step of another worker, not yet committed
        advance_partition(allocation.partition_id, until=monday + MINUTE)
        outcomes = at_once([hold])

    assert kinds(outcomes) == {"Job": 1}
