"""Jobs and partitions at the operators' desk."""

import pytest

from allocations.flows.jobs import submit_job
from allocations.models import Job, JobHold, JobState, Partition
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.admin.desk import (
    READERS,
    address,
    errors,
    messages,
    offered_acts,
    perform,
    perform_in_bulk,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

ROLE = "Your role does not allow this here."


@pytest.fixture
def job():
    allocation = factories.active()
    return submit_job(allocation, by=allocation.case.owner, name="train", nodes=2, time_limit=5400)


@pytest.mark.parametrize("role", READERS)
def test_only_administrators_cancel(client, job, role):
    sign_in(client, role)
    in_charge = role == Role.ADMINISTRATOR

    offered = offered_acts(client, job)
    page = perform(client, job, "cancel")

    job.refresh_from_db()
    assert offered == {
        "hold": "" if in_charge else ROLE,
        "release": "Nobody holds it." if in_charge else ROLE,
        "requeue": "The job does not run." if in_charge else ROLE,
        "cancel": "" if in_charge else ROLE,
    }
    assert page.status_code == (200 if in_charge else 403)
    assert (job.cancel_requested_at is not None) == in_charge


def test_a_job_that_has_ended_says_so(client, job):
    Job.objects.update(state=JobState.COMPLETED, started_at=clock.now(), ended_at=clock.now())
    sign_in(client, Role.ADMINISTRATOR)

    page = perform(client, job, "cancel")

    waits = "The job does not wait."
    assert offered_acts(client, job) == {
        "hold": waits,
        "release": waits,
        "requeue": "The job does not run.",
        "cancel": "The job has already ended.",
    }
    assert errors(page) == {"__all__": ["This job has already ended."]}


def test_cancelling_is_said_and_is_not_done_in_bulk(client, job):
    sign_in(client, Role.ADMINISTRATOR)

    perform_in_bulk(client, "job", "cancel", [job])
    job.refresh_from_db()
    in_bulk = job.cancel_requested_at
    page = perform(client, job, "cancel")

    assert in_bulk is None
    assert messages(page) == [f"Done: Cancel the job. {job}"]


def test_jobs_are_held_and_released_in_bulk_by_administrators(client, job):
    sign_in(client, Role.ADMINISTRATOR)

    perform_in_bulk(client, "job", "hold", [job])
    job.refresh_from_db()
    held = job.hold
    perform_in_bulk(client, "job", "release", [job])

    job.refresh_from_db()
    assert (held, job.hold) == (JobHold.ADMIN, JobHold.NOBODY)


def test_the_list_shows_time_limits_as_people_write_them_and_no_other_users(client, job):
    other = Job.objects.get(pk=job.pk)
    other.pk = other.allocation = other.submitted_by = None
    other.background_key = "other"
    other.save()
    sign_in(client, Role.AUDITOR)

    page = client.get(address("job", "changelist"))

    assert list(page.context["cl"].result_list) == [job]
    assert "1 h 30 min" in page.text


@pytest.mark.parametrize("role", READERS)
def test_only_administrators_change_a_partition(client, role):
    sign_in(client, role)
    booster = factories.booster()
    form = client.get(address("partition", "change", booster.pk)).context["adminform"].form
    answers = {name: form[name].value() for name in form.fields}
    wanted = {"policy": "fcfs", "name": "other", "reason": "A test of the plain queue."}

    answer = client.post(address("partition", "change", booster.pk), answers | wanted)

    in_charge = role == Role.ADMINISTRATOR
    assert answer.status_code == (302 if in_charge else 403)
    booster = Partition.objects.get(pk=booster.pk)
    assert (booster.policy, booster.name) == ("fcfs" if in_charge else "easy", "booster")
