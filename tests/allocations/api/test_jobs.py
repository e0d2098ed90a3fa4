import datetime as dt

import pytest

from allocations.flows.queue import advance_partition
from allocations.models import Job
from jaif_portal import clock
from tests.allocations import factories
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/jobs/"


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def allocation(user):
    return factories.active(by=user)


def wish(own, **changes):
    return {"allocation": own.pk, "name": "train", "nodes": 2, "time_limit": 3600} | changes


def start_queue(partition):
    """Let the queue begin now, without other users."""
    partition.background_load = 0
    partition.save(update_fields=["background_load"])
    advance_partition(partition.pk, until=clock.now())


def test_a_job_is_submitted_and_its_cost_is_stated(user, allocation):
    response = bearer(user).post(URL, wish(allocation))

    body = response.json()
    assert response.status_code == 201
    assert (body["state"], body["nodes"], body["gpus"], body["time_limit"]) == (
        "pending",
        2,
        8,
        3600,
    )
    assert body["most"] == {"node_hours": 2.0, "gpu_hours": 8.0, "core_hours": 576.0}
    assert (body["charged"], body["exit_code"]) == (None, None)
    assert body["reason"]["code"] == "None"
    assert body["project"] == allocation.project.identifier


def test_gpus_become_whole_nodes(user, allocation):
    wanted = wish(allocation, gpus=5)
    del wanted["nodes"]

    body = bearer(user).post(URL, wanted).json()

    assert (body["nodes"], body["gpus"], body["most"]["gpu_hours"]) == (2, 8, 8.0)


@pytest.mark.parametrize(
    ("given", "seconds"), [("01:30:00", 5400), ("0-02:00:00", 7200), (60, 60), ("90", 90)]
)
def test_a_time_limit_is_read_as_programs_write_it(user, allocation, given, seconds):
    response = bearer(user).post(URL, wish(allocation, time_limit=given))

    assert response.json()["time_limit"] == seconds


def test_a_time_limit_that_is_left_out_is_the_partitions(user, allocation):
    wanted = wish(allocation)
    del wanted["time_limit"]

    body = bearer(user).post(URL, wanted).json()

    assert body["time_limit"] == allocation.partition.default_limit


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nodes": 0}, "nodes"),
        ({"gpus": 4}, "nodes"),
        ({"nodes": 1.5}, "nodes"),
        ({"time_limit": "1:99:00"}, "time_limit"),
        ({"time_limit": 0}, "time_limit"),
        ({"allocation": 0}, "allocation"),
        ({"allocation": "x"}, "allocation"),
        ({"name": ""}, "name"),
        ({"simulate": {"exit_code": 256}}, "simulate.exit_code"),
        ({"simulate": {"runtime": "soon"}}, "simulate.runtime"),
        ({"simulate": 3}, "simulate.non_field_errors"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(user, allocation, changes, field):
    response = bearer(user).post(URL, wish(allocation, **changes))

    assert (response.status_code, list(response.json()["errors"])) == (400, [field])


@pytest.mark.parametrize(
    "changes", [{"nodes": 6000}, {"time_limit": "13:00:00"}, {"nodes": 2000}, {"time_limit": 30}]
)
def test_a_job_that_can_never_start_is_refused(user, allocation, changes):
    response = bearer(user).post(URL, wish(allocation, **changes))

    assert (response.status_code, response.json()["code"]) == (409, "job_not_possible")
    assert not Job.objects.exists()


def test_a_job_waits_for_the_allocation_to_be_active(user):
    allocation = factories.awarded(by=user)

    response = bearer(user).post(URL, wish(allocation))

    assert (response.status_code, response.json()["code"]) == (409, "allocation_not_active")


def test_an_allocation_of_others_is_refused_like_one_that_does_not_exist(allocation):
    response = bearer(UserFactory()).post(URL, wish(allocation))

    assert (response.status_code, list(response.json()["errors"])) == (400, ["allocation"])


def test_how_a_job_will_end_is_unknown_until_it_has(user, allocation, travel):
    start_queue(allocation.partition)
    client = bearer(user)
    wanted = wish(allocation, simulate={"runtime": "00:10:00", "exit_code": 3})
    url = client.post(URL, wanted)["Location"]
    assert client.get(url).json()["exit_code"] is None

    advance_partition(allocation.partition_id, until=travel(dt.timedelta(minutes=11)))

    body = client.get(url).json()
    assert (body["state"], body["exit_code"], body["reason"]) == ("failed", 3, None)
    assert body["charged"]["node_hours"] == round(2 / 6, 4)


def test_a_job_is_cancelled_once(user, allocation, travel):
    start_queue(allocation.partition)
    client = bearer(user)
    job = client.post(URL, wish(allocation)).json()

    asked = client.post(f"{URL}{job['id']}/cancel/")
    advance_partition(allocation.partition_id, until=travel(dt.timedelta(minutes=1)))
    again = client.post(f"{URL}{job['id']}/cancel/")

    assert (asked.status_code, asked.json()["cancel_requested_at"] is None) == (200, False)
    assert client.get(f"{URL}{job['id']}/").json()["state"] == "cancelled"
    assert (again.status_code, again.json()["code"]) == (409, "job_ended")


def test_a_token_for_reading_jobs_submits_none(user, allocation):
    response = bearer(user, "jobs:read").post(URL, wish(allocation))

    assert (response.status_code, response.json()["code"]) == (403, "missing_scope")


def test_jobs_are_filtered(user, allocation):
    client = bearer(user)
    job = client.post(URL, wish(allocation)).json()

    def listed(**query):
        return [row["id"] for row in client.get(URL, query).json()["results"]]

    assert listed(state="pending", allocation=allocation.pk) == [job["id"]]
    assert listed(state="running") == listed(allocation=allocation.pk + 1) == []


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "1e30", "9" * 30, "x"])
def test_a_filter_by_a_number_that_no_row_can_have_is_refused(user, number):
    response = bearer(user).get(URL, {"allocation": number})

    assert (response.status_code, list(response.json()["errors"])) == (400, ["allocation"])


def test_jobs_of_others_are_not_there(user, allocation):
    job = bearer(user).post(URL, wish(allocation)).json()
    client = bearer(UserFactory())

    assert client.get(URL).json()["results"] == []
    assert client.get(f"{URL}{job['id']}/").status_code == 404
    assert client.post(f"{URL}{job['id']}/cancel/").status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_listing_jobs_takes_the_same_queries_for_any_number(
    user, allocation, django_assert_num_queries, count
):
    client = bearer(user)
    for _number in range(count):
        client.post(URL, wish(allocation))

    with django_assert_num_queries(7):
        response = client.get(URL)

    assert len(response.json()["results"]) == count


def test_a_qos_is_asked_for_by_name(user, allocation):
    allocation.partition.policy = "slurm"
    allocation.partition.save(update_fields=["policy"])
    client = bearer(user)

    refused = client.post(URL, wish(allocation, qos="gold"))
    asked = client.post(URL, wish(allocation, qos="devel", time_limit=600)).json()
    plain = client.post(URL, wish(allocation)).json()
    record = client.get(f"{URL}{asked['id']}/accounting/").json()["jobs"][0]

    assert (refused.status_code, refused.json()["code"]) == (409, "job_not_possible")
    assert (asked["qos"], plain["qos"], record["QOS"]) == ("devel", "normal", "devel")


def test_a_job_tells_its_priority_where_there_is_one(user, allocation):
    client = bearer(user)
    job = client.post(URL, wish(allocation)).json()
    points = {"age": 20, "fairshare": 300, "qos": 0}
    Job.objects.update(priority=320, priority_factors=points)

    told = client.get(f"{URL}{job['id']}/").json()

    assert (job["priority"], job["priority_factors"]) == (None, None)
    assert (told["priority"], told["priority_factors"]) == (320, {**points, "job_size": 0})
