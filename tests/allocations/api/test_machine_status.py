"""How busy a partition is, for programs: with any token, as everything of the machine."""

import pytest
from rest_framework.test import APIClient

from allocations.flows.waits import sum_up_waits
from onboarding.models import User
from tests.allocations.machine import advance, empty_booster, submit_other
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def booster(db):
    return empty_booster()


def read(partition, *, tag=""):
    client = APIClient()
    client.force_authenticate(User.objects.first() or UserFactory())
    return client.get(f"/api/v1/partitions/{partition.pk}/status/", headers={"If-None-Match": tag})


def test_the_sums_of_all_users(booster):
    for _number in range(5):
        submit_other(booster, nodes=5884, runtime=600)
    submit_other(booster, nodes=2, after=600)
    advance(booster, seconds=2700)
    sum_up_waits(booster)

    answer = read(booster)

    wait = {"longest_limit": 3600, "jobs": 5, "p10": 240, "p50": 1200, "p90": 2160}
    assert answer.status_code == 200
    assert answer.json() == {
        "id": booster.pk,
        "at": "2026-11-24T11:00:30+01:00",
        "nodes": 5884,
        "nodes_busy": 5884,
        "nodes_free": 0,
        "nodes_wanted": 2,
        "running": 1,
        "waiting": 1,
        "racks": [{"ALLOCATED": 48}] * 122 + [{"ALLOCATED": 28}, {}, {}],
        "outages": [],
        "maintenance": [],
        "sizes": [
            {"first": 1, "last": 22, "running": 0, "waiting": 1, "typical_waits": []},
            {"first": 23, "last": 183, "running": 0, "waiting": 0, "typical_waits": []},
            {"first": 184, "last": 735, "running": 0, "waiting": 0, "typical_waits": []},
            {"first": 736, "last": 5884, "running": 1, "waiting": 0, "typical_waits": [wait]},
        ],
    }


def test_what_the_reader_has_seen_is_not_sent_again(booster):
    advance(booster, seconds=60)
    tag = read(booster).headers["ETag"]
    same = read(booster, tag=tag)
    submit_other(booster, nodes=1)
    advance(booster, seconds=60)

    assert (same.status_code, same.content) == (304, b"")
    assert read(booster, tag=tag).status_code == 200


def test_a_partition_that_has_not_run_yet(booster):
    answer = read(booster).json()

    assert (answer["at"], answer["nodes_free"]) == (None, 5884)
    assert [size["running"] for size in answer["sizes"]] == [0, 0, 0, 0]


def test_strangers_are_turned_away(booster):
    assert APIClient().get(f"/api/v1/partitions/{booster.pk}/status/").status_code == 401


def test_it_takes_few_queries(booster, django_assert_num_queries):
    UserFactory()
    advance(booster, seconds=60)

    # The person, the partition, and again with its status, its waits, samples and closures.
    with django_assert_num_queries(6):
        read(booster)
