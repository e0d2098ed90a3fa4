"""Jobs that ask for their project's reservation."""

import datetime as dt

import pytest
from rest_framework.test import APIClient

from allocations.flows.closures import end_closure, reserve_nodes
from allocations.models import Job
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.machine import empty_booster
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def operator(db):
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def reservation(frozen_clock, operator):
    return reserve_nodes(
        empty_booster(),
        by=operator,
        allocation=factories.active(),
        nodes="1",
        starts_at=clock.now() + HOUR,
        ends_at=clock.now() + 3 * HOUR,
        reason="Demonstration",
    )


def submit(allocation, **wishes):
    client = APIClient()
    client.force_authenticate(allocation.case.owner)
    body = {"allocation": allocation.pk, "name": "demo", "nodes": 4, "time_limit": 3600}
    return client.post("/api/v1/jobs/", body | wishes, format="json")


def test_a_job_of_the_project_may_ask_for_it(reservation):
    answer = submit(reservation.allocation, reservation=reservation.pk)

    assert answer.status_code == 201
    assert (answer.json()["reservation"], answer.json()["node_list"]) == (reservation.pk, "")
    assert Job.objects.get().reservation == reservation


def test_one_of_others_is_as_if_it_did_not_exist(reservation):
    answer = submit(factories.active(), reservation=reservation.pk)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["reservation"]


@pytest.mark.parametrize("wishes", [{"nodes": 49}, {"over": True}])
def test_what_it_can_never_take_is_refused(reservation, operator, wishes):
    if wishes.pop("over", False):
        end_closure(reservation, by=operator, reason="Not needed")

    answer = submit(reservation.allocation, reservation=reservation.pk, **wishes)

    assert (answer.status_code, answer.json()["code"]) == (409, "job_not_possible")
