"""What jobs have waited for: recorded by the queue, divided without a gap, exported."""

import csv
import datetime as dt

import pytest

from allocations.flows import orders
from allocations.flows.causes import decompose
from allocations.flows.jobs import submit_job
from allocations.models import Job, JobRun, Partition
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.foresight import others, quiet
from tests.allocations.quotas import pass_time
from tests.allocations.views.pages import address, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def allocation():
    quiet()
    return factories.active()


@pytest.fixture
def submit(allocation):
    def submit(**wishes):
        wishes = {"name": "train", "nodes": 8, "time_limit": 3600, "runtime": 3600} | wishes
        return submit_job(allocation, by=allocation.project.proposal.applicant, **wishes)

    return submit


def waited(job):
    job = Job.objects.get(pk=job.pk)
    return {str(cause): seconds for cause, seconds in decompose(job, at=clock.now()).items()}


def changes(job, *reasons):
    """Reasons ``(minutes after submission, code)`` as the queue would have written them."""
    start = clock.seconds(job.submitted_at)
    log = [[start + 60 * after, reason] for after, reason in reasons]
    Job.objects.filter(pk=job.pk).update(reason_log=log)


def test_the_queue_records_each_change_of_the_reason_of_a_projects_job(submit, allocation, travel):
    first = submit()
    pass_time(allocation, until=travel(MINUTE))
    second, third = submit(), submit()
    (other,) = others(Partition.objects.get())
    for _step in range(3):
        pass_time(allocation, until=travel(MINUTE))

    recorded = {job.pk: [reason for _second, reason in job.reason_log] for job in Job.objects.all()}
    assert recorded == {
        first.pk: [],
        second.pk: ["Priority"],
        third.pk: ["Priority"],
        other.pk: [],
    }


def test_a_wait_is_divided_as_the_queue_saw_it(submit, allocation, travel):
    submit()
    pass_time(allocation, until=travel(MINUTE))
    ahead, job = submit(), submit()
    pass_time(allocation, until=travel(10 * MINUTE))
    orders.hold_job(job, by=job.submitted_by)
    pass_time(allocation, until=travel(MINUTE))
    held_at = clock.now()
    travel(30 * MINUTE)
    pass_time(allocation, until=clock.now())
    orders.release_job(job, by=job.submitted_by)
    pass_time(allocation, until=travel(MINUTE))
    released_at = clock.now()
    pass_time(allocation, until=travel(3 * HOUR))

    job.refresh_from_db()
    found = waited(job)

    assert set(found) <= {"priority", "dependency", "resources"}
    assert found["dependency"] == (released_at - held_at).total_seconds()
    assert sum(found.values()) == (job.started_at - job.submitted_at).total_seconds()
    assert set(waited(ahead)) == {"resources"}


def test_every_reason_has_a_cause_and_the_first_counts_from_submission(submit, travel):
    job = submit()
    changes(job, (2, "AssocGrpNodeMinutes"), (10, "Priority"), (25, "Resources"), (26, "Priority"))
    travel(HOUR)

    assert waited(job) == {"limit": 600, "priority": 900 + 34 * 60, "resources": 60}


def test_a_wait_in_which_nothing_was_recorded_says_so(submit):
    job = submit()
    Job.objects.filter(pk=job.pk).update(state="running", started_at=job.submitted_at + MINUTE)

    assert waited(job) == {"not_recorded": 60}


def test_a_job_that_starts_at_once_has_waited_for_nothing(submit):
    job = submit()
    Job.objects.filter(pk=job.pk).update(state="running", started_at=job.submitted_at)

    assert waited(job) == {}


def test_each_wait_of_a_job_that_was_put_back_counts(submit):
    job = submit()
    start = job.submitted_at
    changes(job, (1, "Resources"), (70, "Priority"))
    JobRun.objects.create(
        job=job,
        number=0,
        nodes=8,
        time_limit=3600,
        started_at=start + 10 * MINUTE,
        ended_at=start + 60 * MINUTE,
    )
    Job.objects.filter(pk=job.pk).update(state="running", started_at=start + 80 * MINUTE)

    assert waited(job) == {"priority": 1200, "resources": 600}


def test_the_project_exports_the_waits_of_all_its_jobs(client, submit, allocation, travel):
    visit(client, allocation.project.proposal.applicant)
    job = submit(name="=cmd")
    changes(job, (1, "Priority"))
    Job.objects.filter(pk=job.pk).update(state="running", started_at=job.submitted_at + HOUR)
    submit()
    travel(MINUTE)

    answer = client.get(address("waits_csv", allocation.project_id))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["waited"], row["priority"], row["not_recorded"]) for row in rows] == [
        ("3600", "3600", "0"),
        ("60", "0", "60"),
    ]
    assert rows[0]["name"] == "'=cmd"
    assert rows[0]["submitted_at"] == "2026-11-23T09:00:00+00:00"


def test_strangers_see_no_waits(client, allocation):
    visit(client, somebody())

    assert client.get(address("waits_csv", allocation.project_id)).status_code == 404


def test_the_jobs_page_says_what_it_has_waited_for(client, submit, allocation, travel):
    visit(client, allocation.project.proposal.applicant)
    job = submit()
    changes(job, (1, "Priority"))
    travel(HOUR)

    page = client.get(address("job", job.pk))

    assert page.context["waits"] == [("Other jobs ahead in the queue", 3600)]
    assert "1 h 00 min" in page.text


def test_exporting_takes_the_same_queries_for_any_number(
    client, submit, allocation, django_assert_max_num_queries
):
    visit(client, allocation.project.proposal.applicant)
    for _number in range(8):
        submit()

    with django_assert_max_num_queries(10):
        b"".join(client.get(address("waits_csv", allocation.project_id)).streaming_content)
