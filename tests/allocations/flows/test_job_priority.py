"""Under the policy ``slurm`` a job tells its priority, and what it is made of."""

import datetime as dt

import pytest

from allocations.flows.jobs import submit_job
from allocations.flows.orders import hold_job
from allocations.flows.sacct import accountable, records
from allocations.flows.ticks import tick
from allocations.models import Job, Partition
from tests.allocations import factories
from tests.allocations.machine import submit_other
from tests.allocations.quotas import quiet_machine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
NODES = 100


@pytest.fixture
def partition(monday):
    quiet_machine()
    Partition.objects.update(nodes=NODES, policy="slurm", advanced_until=monday)
    return factories.booster()


@pytest.fixture
def submit(partition):
    allocation = factories.active()

    def submit(**shape):
        person = allocation.project.proposal.applicant
        shape = {"nodes": 20, "time_limit": 1800, "runtime": 1800} | shape
        return submit_job(allocation, by=person, name="job", **shape)

    return submit


@pytest.fixture
def go_on(partition, travel):
    def go_on(**by):
        return tick(partition.pk, until=travel(dt.timedelta(**by)), steps=40)

    return go_on


def priority(job):
    job.refresh_from_db()
    return job.priority, job.points


def test_a_waiting_job_has_points_for_age_share_size_and_qos(partition, submit, go_on):
    submit_other(partition, nodes=NODES, time_limit=86_400, runtime=86_000)
    go_on(minutes=1)
    job = submit(qos="devel")

    go_on(hours=2)

    total, points = priority(job)
    waited = 2 * 3600 - 60  # up to the last whole five minutes
    assert points["age"] == 20_000 * waited // (7 * 86_400)
    assert (points["job_size"], points["qos"]) == (4000, 100_000)
    assert 0 < points["fairshare"] <= 50_000
    assert total == sum(points.values())
    (record,) = records(accountable(Job.objects.all()).get(pk=job.pk))
    assert record["Priority"] == total


def test_a_job_keeps_the_priority_with_which_it_started(submit, go_on):
    job = submit()

    go_on(minutes=1)
    begun = priority(job)
    go_on(hours=1)

    assert begun[1]["job_size"] == 4000
    assert (priority(job), job.state) == (begun, "completed")


def test_a_job_that_does_not_queue_for_nodes_has_none(partition, submit, go_on):
    submit_other(partition, nodes=NODES, time_limit=86_400, runtime=86_000)
    go_on(minutes=1)
    job = submit()
    go_on(minutes=1)
    before = priority(job)
    hold_job(job, by=job.submitted_by)

    go_on(minutes=1)

    assert before[0] > 0
    assert priority(job)[0] is None


def test_other_policies_know_no_priority(partition, submit, go_on):
    submit_other(partition, nodes=NODES, time_limit=86_400, runtime=86_000)
    go_on(minutes=1)
    job = submit()
    go_on(minutes=1)
    Partition.objects.update(policy="easy")

    go_on(minutes=1)

    assert priority(job) == (None, {"age": 0, "fairshare": 0, "job_size": 0, "qos": 0})
