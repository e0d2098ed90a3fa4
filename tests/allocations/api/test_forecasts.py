import pytest

from allocations.flows.jobs import submit_job
from allocations.models import Job
from jaif_portal import clock
from jaif_portal.models import Scope
from tests.allocations import factories
from tests.allocations.foresight import HOUR, answer, foreseen, quiet, shape_row
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def job(user):
    quiet()
    allocation = factories.active(by=user)
    return submit_job(allocation, by=user, name="train", nodes=2, time_limit=3600)


def url(partition):
    return f"/api/v1/partitions/{partition.pk}/forecast/"


def test_a_job_tells_when_it_will_start(user, job):
    foreseen(job, 2, 3, None)

    body = bearer(user).get(f"/api/v1/jobs/{job.pk}/").json()

    assert body["forecast"] == {
        "sentence": (
            "Most likely starts about 13:00 today, but it may take longer than four weeks."
        ),
        "p10": "2026-11-23T12:00:00+01:00",
        "p50": "2026-11-23T13:00:00+01:00",
        "p90": None,
        "made_at": "2026-11-23T10:00:00+01:00",
        "replications": 200,
    }


def test_a_job_without_a_forecast_has_none(user, job):
    client = bearer(user)
    assert client.get(f"/api/v1/jobs/{job.pk}/").json()["forecast"] is None

    foreseen(job, 2, 3, 6)
    Job.objects.update(state="running", started_at=clock.now())
    assert client.get(f"/api/v1/jobs/{job.pk}/").json()["forecast"] is None


def test_the_latest_forecast_counts_and_lists_ask_no_more_for_it(
    user, job, django_assert_max_num_queries
):
    foreseen(job, 1, 2, 3, made_at=clock.now() - HOUR)
    for _number in range(3):
        other = submit_job(job.allocation, by=user, name="x", nodes=2, time_limit=3600)
        foreseen(other, 1, 2, 3)
    client = bearer(user)

    with django_assert_max_num_queries(12):
        rows = client.get("/api/v1/jobs/").json()["results"]

    assert [row["forecast"]["p50"][11:13] for row in rows] == ["12"] * 4


def test_any_shape_can_be_asked_for(user, job):
    answer(job.partition, [shape_row(4, 3600, 0, 3600, 7200), shape_row(8, 43200, 1, 2, 3)])

    body = bearer(user).get(url(job.partition), {"nodes": 3, "time_limit": "00:30:00"}).json()

    assert (body["nodes"], body["time_limit"]) == (4, 3600)
    assert body["p50"] == "2026-11-23T11:00:00+01:00"
    assert body["sentence"] == "Probably starts by 12:00 today; most likely about 11:00 today."


def test_the_time_limit_is_the_partitions_if_left_out(user, job):
    answer(job.partition, [shape_row(4, 1800, 0, 0, 0), shape_row(4, 3600, 0, 0, 0)])

    body = bearer(user).get(url(job.partition), {"nodes": 1}).json()

    assert (body["nodes"], body["time_limit"]) == (4, 3600)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"nodes": "many"}, 400, "invalid"),
        ({"nodes": 0}, 400, "invalid"),
        ({"nodes": 1, "time_limit": "soon"}, 400, "invalid"),
        ({"nodes": 9}, 409, "job_not_possible"),
        ({"nodes": 1, "time_limit": 90_000}, 409, "job_not_possible"),
    ],
)
def test_what_cannot_be_foreseen_is_refused(user, job, query, status, code):
    answer(job.partition, [shape_row(8, 43200, 0, 0, 0)])

    response = bearer(user).get(url(job.partition), query)

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_before_the_first_forecast_one_has_to_ask_again(user, job):
    response = bearer(user).get(url(job.partition), {"nodes": 1})

    assert (response.status_code, response.json()["code"]) == (409, "forecast_not_ready")


def test_a_token_of_any_scope_may_ask(user, job):
    answer(job.partition, [shape_row(8, 43200, 0, 0, 0)])

    response = bearer(user, Scope.ALLOCATIONS_READ).get(url(job.partition), {"nodes": 1})

    assert response.status_code == 200
