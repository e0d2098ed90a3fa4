"""Jobs with conditions, and what is ordered about them, by REST."""

import datetime as dt

import pytest

from allocations.flows.queue import advance_partition
from allocations.models import Job, PendingReason
from onboarding.models import Role
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
def post(user, allocation):
    """Submit a job, or give an order about one; the answer's status and body."""
    client = bearer(user)

    def post(path="", **body):
        if not path:
            body = {"allocation": allocation.pk, "name": "train", "nodes": 2} | body
        response = client.post(f"{URL}{path}", body)
        return response.status_code, response.json()

    return post


@pytest.fixture
def pass_minutes(allocation, travel):
    def pass_minutes(minutes):
        until = travel(dt.timedelta(minutes=minutes))
        advance_partition(allocation.partition_id, until=until)

    return pass_minutes


def test_a_job_is_submitted_with_all_that_it_may_wait_for(post, monday):
    first = post()[1]
    begin = monday + dt.timedelta(hours=1)

    status, body = post(
        script="python train.py",
        comment="for the paper",
        begin_at=begin.isoformat(),
        dependency=f"afterok:{first['id']}",
        array="0-3%2",
        hold=True,
        may_requeue=False,
    )

    job = Job.objects.get(pk=body["id"])
    assert status == 201
    assert body["number"] == f"{job.pk}_0"
    assert body["array"] == {"id": job.pk, "task": 0, "task_limit": 2}
    assert (body["dependency"], body["hold"]) == (f"afterok:{first['id']}", "user")
    assert (body["comment"], body["may_requeue"]) == ("for the paper", False)
    assert (job.begin_at, job.script) == (begin, "#!/bin/sh\npython train.py")
    assert job.tasks.count() == 4


def test_the_tasks_of_an_array_are_listed(user, post):
    post()
    array = post(array="0-2")[1]["id"]

    rows = bearer(user).get(URL, {"array": array}).json()["results"]

    assert [row["array"]["task"] for row in rows] == [2, 1, 0]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"array": "a-b"}, "array_not_possible"),
        ({"array": "0-1000"}, "array_not_possible"),
        ({"dependency": "after 5"}, "dependency_not_possible"),
        ({"dependency": "afterok:999999"}, "dependency_not_possible"),
        ({"begin_at": "2030-01-01T00:00:00Z"}, "job_not_possible"),
    ],
)
def test_a_condition_that_cannot_be_is_refused_with_a_code(post, wish, code):
    status, body = post(**wish)

    assert (status, body["code"]) == (409, code)
    assert not Job.objects.exists()


def test_a_job_is_held_changed_released_requeued_and_cancelled(post, pass_minutes):
    job = post(simulate={"runtime": 3000})[1]["id"]

    held = post(f"{job}/hold/")
    pass_minutes(1)
    changed = post(f"{job}/modify/", nodes=1, time_limit="00:55:00")
    released = post(f"{job}/release/")
    pass_minutes(1)
    again = post(f"{job}/requeue/")
    pass_minutes(1)
    runs = post(f"{job}/cancel/")
    pass_minutes(1)

    assert (held[0], held[1]["hold"]) == (200, "user")
    assert changed[1]["reason"]["code"] == PendingReason.JOB_HELD_USER
    assert (changed[1]["nodes"], changed[1]["time_limit"]) == (1, 3300)
    assert released[1]["hold"] == ""
    assert again[1]["requeue_requested_at"] is not None
    assert (runs[1]["state"], runs[1]["restarts"]) == ("running", 1)
    ended = Job.objects.get(pk=job)
    assert ended.state == "cancelled"
    assert ended.allocation.account.charged == ended.node_seconds > 0


def test_an_order_reaches_a_whole_array(post, pass_minutes):
    array = post(array="0-4")[1]["id"]

    status, _body = post(f"{array}/hold/", whole_array=True)

    assert status == 200
    assert set(Job.objects.values_list("hold", flat=True)) == {"user"}


@pytest.mark.parametrize(
    ("order", "code"), [("requeue", "job_not_running"), ("modify", "job_not_possible")]
)
def test_an_order_that_the_job_cannot_take_is_refused_with_a_code(post, order, code):
    job = post()[1]["id"]

    status, body = post(f"{job}/{order}/", **({"nodes": 99_999} if order == "modify" else {}))

    assert (status, body["code"]) == (409, code)


def test_a_user_does_not_release_an_administrators_hold(post):
    job = post()[1]["id"]
    admin = bearer(UserFactory(role=Role.ADMINISTRATOR))

    held = admin.post(f"{URL}{job}/hold/")
    status, body = post(f"{job}/release/")

    assert held.json()["hold"] == "admin"
    assert (status, body["code"]) == (409, "job_held_by_admin")
    assert admin.post(f"{URL}{job}/release/").json()["hold"] == ""


@pytest.mark.parametrize("order", ["hold", "release", "requeue", "modify", "cancel"])
def test_jobs_of_others_take_no_orders(post, order):
    job = post()[1]["id"]
    stranger, reader = UserFactory(), UserFactory(role=Role.AUDITOR)

    answers = [bearer(who).post(f"{URL}{job}/{order}/").status_code for who in (stranger, reader)]

    assert answers == [404, 403]


def test_charged_are_all_runs_of_a_job(user, post, pass_minutes):
    job = post(simulate={"runtime": 600})[1]["id"]
    pass_minutes(5)
    post(f"{job}/requeue/")
    pass_minutes(30)

    body = bearer(user).get(f"{URL}{job}/").json()

    assert body["state"] == "completed"
    assert body["charged"]["node_hours"] == round(2 * (301 + 600) / 3600, 4)
