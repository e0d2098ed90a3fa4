import datetime as dt

import pytest

from allocations.flows import orders
from allocations.flows.jobs import submit_job
from allocations.flows.sacct import FIELDS, accountable, records
from allocations.models import Job, Partition
from tests.allocations import factories
from tests.allocations.quotas import pass_time, quiet_machine

pytestmark = pytest.mark.django_db
MINUTE, SECOND = dt.timedelta(minutes=1), dt.timedelta(seconds=1)


@pytest.fixture
def allocation(monday):
    quiet_machine()
    return factories.active()


@pytest.fixture
def submit(allocation):
    def submit(**wishes):
        wishes = {"name": "train", "nodes": 1, "time_limit": 3600, "runtime": 16} | wishes
        return submit_job(allocation, by=allocation.project.proposal.applicant, **wishes)

    return submit


@pytest.fixture
def run(allocation, travel):
    return lambda by: pass_time(allocation, until=travel(by))


def reported(job, *fields):
    """The chosen fields of each record."""
    found = records(accountable(Job.objects).get(pk=job.pk))
    return [tuple(record[field] for field in fields) for record in found]


def test_a_job_is_reported_as_slurm_did_on_jupiter(submit, run, monday):
    """One GPU for 16 s: a whole node of 288 cores and 4 GPUs, and 4,608 core-seconds."""
    job = submit()
    run(MINUTE)

    (record,) = records(accountable(Job.objects).get())
    assert record == {
        "JobID": str(job.pk),
        "JobIDRaw": job.pk,
        "JobName": "train",
        "User": job.submitted_by.email,
        "Account": job.allocation.project.budget,
        "Partition": "booster",
        "QOS": "normal",
        "Priority": None,
        "Submit": monday,
        "Eligible": monday,
        "Start": monday,
        "End": monday + 16 * SECOND,
        "Elapsed": "00:00:16",
        "ElapsedRaw": 16,
        "Timelimit": "01:00:00",
        "NNodes": 1,
        "ReqTRES": "billing=288,cpu=288,gres/gpu=4,node=1",
        "AllocTRES": "billing=288,cpu=288,gres/gpu=4,node=1",
        "CPUTimeRAW": 4608,
        "State": "COMPLETED",
        "ExitCode": "0:0",
        "Reason": "None",
        "Planned": "00:00:00",
        "Restarts": 0,
        "Comment": "",
        "Reservation": "",
        "NodeList": "jpbo-123-01",
        "ConsumedEnergyRaw": 2720 * 16,
    }
    assert list(record) == list(FIELDS)


def test_without_a_figure_for_its_nodes_a_job_has_no_energy(submit, run):
    Partition.objects.update(node_watts=None)
    job = submit()
    run(MINUTE)

    assert reported(job, "ConsumedEnergyRaw") == [(None,)]


@pytest.mark.parametrize(
    ("wishes", "state", "code"),
    [
        ({"exit_code": 1}, "FAILED", "1:0"),
        ({"exit_code": 137}, "FAILED", "0:9"),
        ({"runtime": 9999, "time_limit": 60}, "TIMEOUT", "0:0"),
    ],
)
def test_the_exit_code_has_a_signal_beside_it(submit, run, wishes, state, code):
    job = submit(**wishes)
    run(5 * MINUTE)

    assert reported(job, "State", "ExitCode") == [(state, code)]


def test_a_cancelled_job_was_ended_by_a_signal_if_it_ran(submit, run):
    ran, waited = submit(runtime=3000), submit(hold=True)
    run(MINUTE)
    for job in (ran, waited):
        orders.cancel_job(job, by=job.submitted_by)
    run(MINUTE)

    assert reported(ran, "State", "ExitCode") == [("CANCELLED", "0:15")]
    assert reported(waited, "ExitCode", "Start", "AllocTRES") == [("0:0", None, "")]


def test_a_job_is_eligible_once_nothing_but_nodes_is_missing(submit, run, monday):
    first = submit(runtime=300, time_limit=600)
    array = submit(array="0-1%1", runtime=120)
    later = submit(begin_at=monday + MINUTE)
    after, whole = submit(after=f"afterany:{first.pk}"), submit(after=f"afterany:{array.pk}")
    never = submit(after=f"afternotok:{first.pk}")
    run(20 * MINUTE)
    orders.cancel_job(never, by=never.submitted_by)
    run(MINUTE)

    assert reported(later, "Eligible", "Planned") == [(monday + MINUTE, "00:00:00")]
    assert reported(after, "Eligible") == [(monday + 5 * MINUTE,)]
    assert reported(whole, "Eligible") == [(monday + 4 * MINUTE,)]
    assert reported(never, "State") == [("CANCELLED",)]


def test_a_job_that_waits_for_something_else_is_not_eligible(submit, run):
    job = submit(hold=True)
    run(MINUTE)

    assert reported(job, "State", "Reason", "Eligible") == [("PENDING", "JobHeldUser", None)]


def test_each_run_of_a_requeued_job_has_a_record(submit, run, monday):
    job = submit(runtime=600, nodes=2)
    run(2 * MINUTE)
    orders.requeue_job(job, by=job.submitted_by)
    run(30 * MINUTE)

    again = monday + 2 * MINUTE + SECOND
    assert reported(job, "State", "Restarts", "Start", "ElapsedRaw", "ConsumedEnergyRaw") == [
        ("REQUEUED", 0, monday, 121, 2 * 121 * 2720),
        ("COMPLETED", 1, again, 600, 2 * 600 * 2720),
    ]


@pytest.mark.parametrize("count", [1, 20])
def test_records_take_the_same_queries_for_any_number_of_jobs(
    submit, run, django_assert_num_queries, count
):
    first = submit(array="0-3")
    for _number in range(count):
        submit(after=f"afterok:{first.pk}")
    run(MINUTE)

    with django_assert_num_queries(5):
        found = [records(job) for job in accountable(Job.objects.all())]

    assert len(found) == 4 + count
