"""Chains, logs and accounting records of jobs by REST."""

import datetime as dt

import pytest

from allocations.flows.queue import advance_partition
from allocations.models import Job
from tests.allocations import factories
from tests.allocations.quotas import quiet_machine
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

URL = "/api/v1/jobs/"


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def allocation(user, monday):
    quiet_machine()
    return factories.active(by=user)


@pytest.fixture
def client(user):
    return bearer(user)


def submit(client, allocation, **wishes):
    body = {"allocation": allocation.pk, "name": "train", "nodes": 1} | wishes
    return client.post(URL, body).json()["id"]


def test_a_chain_is_submitted_and_its_cost_is_stated(client, allocation):
    wish = {"allocation": allocation.pk, "name": "gpt", "gpus": 5, "total": "1-06:00:00"}

    response = client.post(f"{URL}chain/", wish, headers={"Idempotency-Key": "one"})
    again = client.post(f"{URL}chain/", wish, headers={"Idempotency-Key": "one"})

    jobs = Job.objects.order_by("pk")
    assert response.status_code == 201
    assert (
        response.json()
        == again.json()
        == {
            "most": {"node_hours": 60.0, "gpu_hours": 240.0, "core_hours": 17_280.0},
            "jobs": [job.pk for job in jobs],
        }
    )
    assert [(job.name, job.nodes, job.time_limit) for job in jobs] == [
        ("gpt-1", 2, 43_200),
        ("gpt-2", 2, 43_200),
        ("gpt-3", 2, 21_600),
    ]
    assert [str(job.dependencies.get()) for job in jobs[1:]] == [
        f"afterok:{job.pk}" for job in jobs[:2]
    ]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"piece": "00:00:30"}, 409, "chain_not_possible"),
        ({"piece": "13:00:00"}, 409, "job_not_possible"),
        ({"kind": "singleton"}, 400, "invalid"),
        ({"total": "soon"}, 400, "invalid"),
    ],
)
def test_a_chain_that_cannot_be_is_refused_with_a_code(client, allocation, changes, status, code):
    wish = {"allocation": allocation.pk, "name": "gpt", "nodes": 1, "total": "30:00:00"}

    response = client.post(f"{URL}chain/", wish | changes)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Job.objects.exists()


def test_a_job_is_read_as_sacct_reports_it(client, allocation, travel):
    job = submit(client, allocation, simulate={"runtime": 16})
    advance_partition(allocation.partition_id, until=travel(dt.timedelta(minutes=1)))

    (record,) = client.get(f"{URL}{job}/accounting/").json()["jobs"]

    fields = ("JobID", "State", "CPUTimeRAW", "AllocTRES", "Start", "ConsumedEnergyRaw")
    assert [record[field] for field in fields] == [
        str(job),
        "COMPLETED",
        4608,
        "billing=288,cpu=288,gres/gpu=4,node=1",
        "2026-11-23T09:00:00Z",
        43_520,
    ]


def test_the_log_of_a_job_is_read_while_it_runs(client, allocation, travel):
    job = submit(client, allocation, time_limit=3600, simulate={"runtime": 3000})
    before = client.get(f"{URL}{job}/log/").json()
    advance_partition(allocation.partition_id, until=travel(dt.timedelta(minutes=10)))

    lines = client.get(f"{URL}{job}/log/").json()["log"].splitlines()

    assert before == {"log": ""}
    assert len(lines) > 4
    assert "loss" in lines[1]


@pytest.mark.parametrize("what", ["accounting", "log"])
@pytest.mark.parametrize("number", ["0", "x", "9" * 30])
def test_what_is_not_there_is_not_found(client, allocation, what, number):
    job = submit(client, allocation)
    stranger = bearer(UserFactory())

    assert client.get(f"{URL}{number}/{what}/").status_code == 404
    assert stranger.get(f"{URL}{job}/{what}/").status_code == 404
