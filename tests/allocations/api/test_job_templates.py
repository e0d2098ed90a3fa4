import pytest

from allocations.flows.jobs import submit_job
from allocations.models import JobTemplate
from tests.allocations import factories
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

URL = "/api/v1/job-templates/"


@pytest.fixture
def job():
    allocation = factories.active(team=["ben@example.org"])
    owner = allocation.project.proposal.applicant
    return submit_job(allocation, by=owner, name="train", nodes=3, time_limit=5400, script="run")


@pytest.fixture
def ben(job):
    return UserFactory(email="ben@example.org")


def test_a_job_is_kept_shared_and_thrown_away(job, ben):
    client = bearer(job.submitted_by)

    made = client.post(URL, {"job": job.pk, "title": "Tune", "shared": True})
    taken = client.post(URL, {"job": job.pk, "title": "Tune"})

    body = made.json()
    assert made.status_code == 201
    assert {name: body[name] for name in ("title", "project", "nodes", "time_limit")} == {
        "title": "Tune",
        "project": job.allocation.project_id,
        "nodes": 3,
        "time_limit": 5400,
    }
    assert (taken.status_code, taken.json()["code"]) == (409, "template_exists")
    assert bearer(ben).get(URL).json()["results"] == [body]
    assert bearer(ben).delete(made["Location"]).json()["code"] == "not_permitted"
    assert client.delete(made["Location"]).status_code == 204
    assert not JobTemplate.objects.exists()


def test_templates_and_jobs_of_others_are_not_there(job, ben):
    private = bearer(job.submitted_by).post(URL, {"job": job.pk, "title": "Tune"})["Location"]
    stranger = bearer(UserFactory())

    assert bearer(ben).get(private).status_code == 404
    assert bearer(ben).get(URL).json()["results"] == []
    assert stranger.post(URL, {"job": job.pk, "title": "Tune"}).status_code == 400


def test_a_token_for_reading_keeps_nothing(job):
    response = bearer(job.submitted_by, "jobs:read").post(URL, {"job": job.pk, "title": "Tune"})

    assert (response.status_code, response.json()["code"]) == (403, "missing_scope")
