import datetime as dt

import pytest

from allocations.flows.jobs import submit_job
from allocations.flows.lifecycle import keep_deadlines
from allocations.flows.queue import advance_partition
from allocations.models import Allocation, Project
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

ALLOCATIONS = "/api/v1/allocations/"
PROJECTS = "/api/v1/projects/"


@pytest.fixture
def user():
    return UserFactory()


def hours(node_hours):
    return {
        "node_hours": node_hours,
        "gpu_hours": 4 * node_hours,
        "core_hours": 288 * node_hours,
    }


def start_queue(partition):
    """Let the queue begin now, without other users."""
    partition.background_load = 0
    partition.save(update_fields=["background_load"])
    advance_partition(partition.pk, until=clock.now())


def test_a_new_allocation_has_everything_left(user, frozen_clock):
    allocation = factories.active(by=user)

    body = bearer(user).get(f"{ALLOCATIONS}{allocation.pk}/").json()

    assert body["project"] == allocation.project.identifier
    assert body["budget"] == allocation.project.budget
    assert (body["system"], body["partition"], body["state"]) == ("JUPITER", "booster", "active")
    assert (body["granted"], body["available"]) == (hours(1250.0), hours(1250.0))
    assert (body["charged"], body["held"], body["lapsed"]) == (hours(0.0),) * 3
    assert (body["jobs_pending"], body["jobs_running"]) == (0, 0)
    assert body["days_left"] == (allocation.ends_at - allocation.starts_at).days
    assert body["booked_at"] is not None


def test_an_allocation_shows_what_its_jobs_hold_and_have_used(user, travel):
    allocation = factories.active(by=user)
    start_queue(allocation.partition)
    job = {"by": user, "name": "train", "nodes": 2, "time_limit": 7200}
    submit_job(allocation, **job, runtime=3600)
    submit_job(allocation, **job, runtime=7200)
    now = travel(dt.timedelta(minutes=90))
    advance_partition(allocation.partition_id, until=now)
    submit_job(allocation, **job)

    body = bearer(user).get(f"{ALLOCATIONS}{allocation.pk}/").json()

    assert (body["charged"], body["held"]) == (hours(2.0), hours(4.0))
    assert body["available"] == hours(1244.0)
    assert (body["jobs_pending"], body["jobs_running"]) == (1, 1)


def test_an_ended_allocation_shows_what_has_lapsed(user, travel):
    allocation = factories.active(by=user)
    start_queue(allocation.partition)
    now = travel(allocation.ends_at + dt.timedelta(minutes=1))
    advance_partition(allocation.partition_id, until=now)
    keep_deadlines(until=now)
    client = bearer(user)

    body = client.get(f"{ALLOCATIONS}{allocation.pk}/").json()
    project = client.get(f"{PROJECTS}{allocation.project_id}/").json()

    assert (body["state"], body["days_left"]) == ("expired", 0)
    assert (body["lapsed"], body["available"], body["charged"]) == (
        hours(1250.0),
        hours(0.0),
        hours(0.0),
    )
    assert project["allocations"][0]["obligations"][0]["kind"] == "final_report"


def test_the_status_of_an_allocation_by_token_takes_four_queries(user, django_assert_num_queries):
    allocation = factories.active(by=user)
    client = bearer(user)

    with django_assert_num_queries(4):
        response = client.get(f"{ALLOCATIONS}{allocation.pk}/")

    assert response.status_code == 200


def test_a_status_that_has_not_changed_is_not_sent_again(user, frozen_clock):
    url = f"{ALLOCATIONS}{factories.active(by=user).pk}/"
    client = bearer(user)

    response = client.get(url, headers={"If-None-Match": client.get(url)["ETag"]})

    assert response.status_code == 304


def test_a_project_shows_its_people_and_its_allocations(user):
    allocation = factories.active(by=user, team=["mate@example.org"])

    body = bearer(user).get(f"{PROJECTS}{allocation.project_id}/").json()

    assert body["members"] == [
        {"email": user.email, "role": "pi"},
        {"email": "mate@example.org", "role": "member"},
    ]
    assert body["allocations"] == [
        {
            "id": allocation.pk,
            "system": "JUPITER",
            "partition": "booster",
            "state": "active",
            "obligations": [],
        }
    ]


def test_a_project_is_found_by_its_identifier(user):
    project = factories.active(by=user).project
    client = bearer(user)

    found = client.get(PROJECTS, {"identifier": project.identifier}).json()["results"]
    status = client.get(ALLOCATIONS, {"project": project.identifier}).json()["results"]

    assert [row["id"] for row in found] == [project.pk]
    assert [row["project"] for row in status] == [project.identifier]


def test_what_belongs_to_others_is_not_there():
    allocation = factories.active()
    client = bearer(UserFactory())

    assert client.get(f"{ALLOCATIONS}{allocation.pk}/").status_code == 404
    assert client.get(f"{PROJECTS}{allocation.project_id}/").status_code == 404
    assert client.get(ALLOCATIONS).json()["results"] == []


def test_an_auditor_reads_every_allocation():
    allocation = factories.active()
    client = bearer(UserFactory(role=Role.AUDITOR))

    assert client.get(f"{ALLOCATIONS}{allocation.pk}/").status_code == 200


def many(count):
    for _number in range(count):
        factories.awarded()
    assert (Allocation.objects.count(), Project.objects.count()) == (count, count)
    return bearer(UserFactory(role=Role.AUDITOR))


@pytest.mark.parametrize("count", [1, 30])
def test_listing_allocations_takes_the_same_queries_for_any_number(
    django_assert_num_queries, count
):
    client = many(count)

    with django_assert_num_queries(4):
        response = client.get(ALLOCATIONS)

    assert len(response.json()["results"]) == count


@pytest.mark.parametrize("count", [1, 30])
def test_listing_projects_takes_the_same_queries_for_any_number(django_assert_num_queries, count):
    client = many(count)

    with django_assert_num_queries(8):
        response = client.get(PROJECTS)

    assert len(response.json()["results"]) == count
