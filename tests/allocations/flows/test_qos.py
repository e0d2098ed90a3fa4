"""A QoS: who may ask for it, how much of it, and what that counts."""

import datetime as dt

import pytest

from allocations.exceptions import JobNotPossible
from allocations.flows.jobs import submit_job
from allocations.flows.orders import modify_job
from allocations.flows.ticks import tick
from allocations.models import Job, LedgerAccount, Partition, ProjectMember
from tests.allocations import factories
from tests.allocations.quotas import quiet_machine
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
NODES = 100


@pytest.fixture
def partition(monday):
    quiet_machine()
    Partition.objects.update(nodes=NODES, policy="slurm", advanced_until=monday)
    return factories.booster()


@pytest.fixture
def tenants(partition):
    """``[(allocation, user), ...]``: two users of one project, and one of another share's."""
    first, second = factories.active(), factories.active()
    colleague = UserFactory()
    ProjectMember.objects.create(project=first.project, email=colleague.email, role="member")
    second.share = partition.shares.exclude(pk=first.share_id).first()
    second.save()
    LedgerAccount.objects.filter(allocation__isnull=False).update(credited=10**12)
    return [
        (first, first.project.proposal.applicant),
        (first, colleague),
        (second, second.project.proposal.applicant),
    ]


@pytest.fixture
def devel(partition):
    limits = {"max_wall": 1800, "max_jobs_per_user": 1, "grp_nodes": 60}
    partition.qos.all().delete()
    return partition.qos.create(name="devel", priority=10, **limits)


@pytest.fixture
def submit(tenants):
    allocation, person = tenants[0]

    def submit(**wishes):
        shape = {"nodes": 5, "time_limit": 600, "runtime": 600}
        return submit_job(allocation, by=person, name="job", **shape | wishes)

    return submit


def test_a_qos_of_high_priority_goes_first_within_its_limits(partition, devel, submit, travel):
    submit(nodes=NODES)
    tick(partition.pk, until=travel(dt.timedelta(minutes=1)), steps=40)
    jobs = [submit(nodes=60), submit(nodes=60, qos="devel"), submit(nodes=5, qos="devel")]

    tick(partition.pk, until=travel(dt.timedelta(minutes=15)), steps=40)

    found = [Job.objects.get(pk=job.pk) for job in jobs]
    assert [(job.state, job.reason) for job in found] == [
        ("pending", "Resources"),
        ("running", "None"),
        ("pending", "QOSMaxJobsPerUserLimit"),
    ]


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        (
            {"qos": "gold"},
            "JUPITER booster does not offer the QoS “gold”. Choose one of these: devel.",
        ),
        (
            {"qos": "devel", "time_limit": 1801},
            "Jobs of the QoS “devel” run 30 minutes at most. Ask for less, or no QoS.",
        ),
        (
            {"qos": "devel", "nodes": 61},
            "Jobs of the QoS “devel” have 60 nodes at most. Ask for fewer, or no QoS.",
        ),
    ],
)
def test_what_a_qos_would_never_let_start_is_refused(devel, submit, wishes, message):
    with pytest.raises(JobNotPossible) as refusal:
        submit(**wishes)

    assert str(refusal.value) == message


def test_no_qos_is_offered_where_it_would_not_count(partition, devel, submit):
    Partition.objects.update(policy="easy")

    with pytest.raises(JobNotPossible) as refusal:
        submit(qos="devel")

    assert str(refusal.value) == "JUPITER booster offers no QoS. Submit the job without one."


def test_beyond_its_jobs_in_the_queue_a_person_is_refused(devel, submit, tenants):
    devel.max_submit_per_user = 3
    devel.save()
    other, colleague = tenants[1]
    submit(qos="devel")
    submit(qos="devel")

    with pytest.raises(JobNotPossible) as refusal:
        submit(qos="devel", array="1-2")
    submit(array="1-2")
    submit_job(other, by=colleague, name="job", nodes=1, time_limit=600, qos="devel")

    assert str(refusal.value) == (
        "With the QoS “devel” you may have 3 jobs in the queue, and have 2. "
        "Submit again when one has ended, or without the QoS."
    )
    assert Job.objects.filter(qos=devel).count() == 3


def test_a_qos_may_let_wait_what_it_does_not_allow(partition, devel, submit, travel):
    devel.deny_on_limit = False
    devel.save()
    jobs = [submit(qos="devel", time_limit=3600), submit(qos="devel", nodes=61)]

    tick(partition.pk, until=travel(dt.timedelta(minutes=2)), steps=40)

    reasons = [Job.objects.get(pk=job.pk).reason for job in jobs]
    assert reasons == ["QOSMaxWallDurationPerJobLimit", "QOSGrpNodeLimit"]


def test_a_lowered_limit_takes_no_job_out_of_the_queue(partition, devel, submit, travel):
    jobs = [submit(qos="devel") for _ in range(3)]
    devel.max_submit_per_user = 1
    devel.save()

    tick(partition.pk, until=travel(dt.timedelta(minutes=40)), steps=40)

    assert [Job.objects.get(pk=job.pk).state for job in jobs] == ["completed"] * 3


def test_the_usage_factor_counts_for_fair_share_and_never_for_hours(
    partition, devel, submit, tenants, travel
):
    devel.usage_factor = 3
    devel.save()
    (allocation, person), (_, colleague), _ = tenants
    submit(qos="devel")
    shape = {"nodes": 5, "time_limit": 600, "runtime": 600}
    submit_job(allocation, by=colleague, name="plain", **shape)

    tick(partition.pk, until=travel(dt.timedelta(minutes=20)), steps=40)

    partition.refresh_from_db()
    used = {entry["user"]: entry["used"] for entry in partition.scheduler_memory["usage"]}
    assert used[str(person.pk)] == 3 * used[str(colleague.pk)]
    account = LedgerAccount.objects.get(allocation=allocation)
    assert account.debited == 2 * 5 * 600


def test_a_change_stays_within_the_qos(devel, submit):
    job = submit(qos="devel")

    with pytest.raises(JobNotPossible):
        modify_job(job, by=job.submitted_by, time_limit=3600)
