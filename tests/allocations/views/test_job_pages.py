"""A job's page in each state, its cancelling, and the list of jobs."""

import datetime as dt

import pytest

from allocations.flows.jobs import submit_job
from allocations.models import Job, JobState, Partition, PartitionStatus, PendingReason
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.views.pages import HTMX, address, errors, messages, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def allocation(client):
    allocation = factories.active(team=["ben@example.org"])
    visit(client, allocation.project.proposal.applicant)
    return allocation


@pytest.fixture
def job(allocation):
    applicant = allocation.project.proposal.applicant
    return submit_job(
        allocation, by=applicant, name="train", nodes=8, time_limit=7200, script="srun a"
    )


def bring(job, state, **changes):
    for name, value in ({"state": state} | changes).items():
        setattr(job, name, value)
    job.save()
    return job


def other_job(job, **changes):
    """Somebody else's, on the same partition."""
    row = Job.objects.get(pk=job.pk)
    row.pk, row.allocation, row.submitted_by = None, None, None
    row.background_key = f"other-{Job.objects.count()}"
    return bring(row, changes.pop("state", JobState.PENDING), **changes)


def test_a_waiting_job_says_in_plain_words_why(client, job, travel):
    bring(job, JobState.PENDING, reason=PendingReason.RESOURCES)
    racks = [{"ALLOCATED": 5870, "DOWN": 10}, {"IDLE": 4}]
    PartitionStatus.objects.create(partition=job.partition, at=clock.now(), racks=racks)
    other_job(job, eligible_at=job.submitted_at - HOUR)
    other_job(job, eligible_at=job.submitted_at + HOUR)
    travel(2 * HOUR)

    page = client.get(address("job", job.pk))

    assert page.context["waiting"] == {"seconds": 7200, "ahead": 1, "free": 4}
    assert "This job is next, and waits until enough nodes are free at the same time." in page.text
    assert "<code>Resources</code>" in page.text


@pytest.mark.parametrize("reason", PendingReason)
def test_every_reason_has_a_sentence(client, job, reason):
    bring(job, JobState.PENDING, reason=reason)

    text = client.get(address("job", job.pk)).text

    assert str(reason.label).replace("'", "&#x27;") in text


@pytest.mark.parametrize(
    ("state", "says_exit_code"),
    [
        (JobState.RUNNING, False),
        (JobState.COMPLETED, True),
        (JobState.FAILED, True),
        (JobState.TIMEOUT, False),
        (JobState.CANCELLED, False),
    ],
)
def test_a_started_job_says_what_it_has_used(client, job, travel, state, says_exit_code):
    now = clock.now()
    ended = now + HOUR if state.is_final else None
    bring(job, state, started_at=now, ended_at=ended)
    travel(HOUR)

    page = client.get(address("job", job.pk))

    context = page.context
    assert (context["used"], context["most"]) == (8 * 3600, 8 * 7200)
    assert context["waiting"] is None
    assert ("Exit code" in page.text) == says_exit_code
    assert ("hx-trigger" in page.text) == (not state.is_final)
    names = [order.name for order in context["orders"]]
    assert names == ([] if state.is_final else ["requeue", "cancel"])


def test_a_job_that_was_cancelled_while_it_waited_has_cost_nothing(client, job):
    bring(job, JobState.CANCELLED, ended_at=clock.now())

    assert client.get(address("job", job.pk)).context["used"] == 0


def test_the_page_asks_for_its_state_alone(client, job):
    url = address("job", job.pk)

    whole, part = client.get(url), client.get(url, headers=HTMX)

    assert ("<html" in whole.text, "<html" in part.text) == (True, False)
    assert f'id="job" hx-get="{url}"' in part.text
    assert "HX-Request" in part.headers["Vary"]


def test_cancelling_asks_first_and_then_says_so(client, job):
    url = address("job_cancel", job.pk)

    asked = client.get(url)
    page = client.post(url, follow=True)

    job.refresh_from_db()
    assert "Keep it as it is" in asked.text
    assert job.cancel_requested_at == clock.now().replace(microsecond=0)
    assert messages(page) == ["The job is being taken back."]
    assert "It is being cancelled." in page.text
    assert (page.context["orders"], page.context["waiting"]) == ([], None)


def test_cancelling_twice_changes_nothing(client, job, travel):
    url = address("job_cancel", job.pk)
    client.post(url)
    job.refresh_from_db()
    first = job.cancel_requested_at
    travel(HOUR)

    client.post(url)

    job.refresh_from_db()
    assert job.cancel_requested_at == first


def test_a_job_that_has_ended_is_not_cancelled(client, job):
    bring(job, JobState.COMPLETED, started_at=clock.now(), ended_at=clock.now())
    url = address("job_cancel", job.pk)

    shown, page = client.get(url), client.post(url)

    assert "This job has already ended." in shown.text
    assert errors(page) == {"__all__": ["This job has already ended."]}


@pytest.mark.parametrize(("role", "status"), [(Role.ADMINISTRATOR, 302), (Role.AUDITOR, 403)])
def test_of_the_staff_only_administrators_cancel(client, job, role, status):
    visit(client, somebody(role))

    assert client.post(address("job_cancel", job.pk)).status_code == status


def test_a_member_cancels_the_own_jobs_and_no_others(client, job, allocation):
    ben = visit(client, factories.UserFactory(email="ben@example.org"))
    own = submit_job(allocation, by=ben, name="ben", nodes=1, time_limit=600)

    answers = [client.post(address("job_cancel", row.pk)).status_code for row in (job, own)]

    assert answers == [403, 302]


def test_the_list_shows_the_jobs_of_ones_projects_newest_first(client, job, allocation):
    ben = factories.UserFactory(email="ben@example.org")
    newer = submit_job(allocation, by=ben, name="ben", nodes=1, time_limit=600)
    other_job(job)
    kims = factories.active(by=somebody())
    submit_job(kims, by=kims.case.owner, name="kim", nodes=1, time_limit=600)

    page = client.get(address("jobs"))

    assert list(page.context["jobs"]) == [newer, job]


def test_the_list_asks_for_its_table_alone_and_stays_on_its_page(client, job, allocation):
    url = address("jobs") + "?page=1"

    whole, part = client.get(url), client.get(url, headers=HTMX)

    assert f'hx-get="{url}"' in whole.text
    assert ("<table" in part.text, "<html" in part.text) == (True, False)


@pytest.mark.parametrize("page", ["the job", "the list"])
@pytest.mark.parametrize(
    ("state", "minutes", "said"),
    [
        (JobState.PENDING, 0, False),
        (JobState.PENDING, 5, True),
        (JobState.RUNNING, 5, True),
        (JobState.COMPLETED, 5, False),
    ],
)
def test_a_job_in_a_queue_that_is_behind_says_so(client, job, page, state, minutes, said):
    bring(job, state, started_at=job.submitted_at, ended_at=job.submitted_at)
    Partition.objects.update(advanced_until=clock.now() - dt.timedelta(minutes=minutes))

    url = address("job", job.pk) if page == "the job" else address("jobs")

    assert ("The simulation is catching up" in client.get(url).text) == said


def test_an_empty_list_says_when_jobs_can_be_submitted(client):
    visit(client, somebody())

    assert "No jobs yet" in client.get(address("jobs")).text
