"""Operators close nodes and open them again at their desk."""

import datetime as dt

import pytest

from allocations.flows.closures import drain_nodes
from allocations.models import ClosureState, NodeClosure
from jaif_portal.models import Transition
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.admin.desk import (
    READERS,
    address,
    errors,
    messages,
    offered_acts,
    perform,
    sign_in,
)
from tests.allocations.machine import empty_booster

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
ROLE = "Your role does not allow this here."


@pytest.fixture
def booster(monday):
    return empty_booster()


def closures():
    return list(NodeClosure.objects.values_list("kind", "node_list", "reason", "state"))


def offered_closures(client, partition):
    acts = offered_acts(client, partition)
    return {name: why for name, why in acts.items() if name != "change-weights"}


@pytest.mark.parametrize("role", READERS)
def test_only_administrators_are_offered_the_acts(client, booster, role):
    sign_in(client, role)

    offered = offered_closures(client, booster)
    page = perform(client, booster, "drain-nodes", nodes="3", reason="Firmware")

    in_charge = role == Role.ADMINISTRATOR
    assert offered == dict.fromkeys(
        ["drain-nodes", "fail-nodes", "resume-nodes", "plan-maintenance", "reserve-nodes"],
        "" if in_charge else ROLE,
    )
    assert page.status_code == (200 if in_charge else 403)
    drained = [("drain", "jpbo-003-[01-48]", "Firmware", "planned")]
    assert closures() == (drained if in_charge else [])


def test_an_outage_with_an_end_and_its_history(client, booster):
    person = sign_in(client, Role.ADMINISTRATOR)

    page = perform(
        client, booster, "fail-nodes", nodes="1", reason="Burst pipe", ends_at="2026-11-23T12:00"
    )

    closure = NodeClosure.objects.get()
    assert messages(page) == ["Done: Let nodes fail. JUPITER booster"]
    assert closure.ends_at == dt.datetime(2026, 11, 23, 11, tzinfo=dt.UTC)
    (step,) = Transition.objects.of(closure)
    assert (step.to_state, step.by, step.note) == ("planned", person, "Burst pipe")


def test_nodes_that_do_not_exist_are_refused_on_the_form(client, booster):
    sign_in(client, Role.ADMINISTRATOR)

    page = perform(client, booster, "drain-nodes", nodes="rack 3", reason="Firmware")

    (said,) = errors(page)["__all__"]
    assert said.startswith("“rack 3” does not name nodes of this partition.")


def test_a_reservation_is_for_an_allocation(client, booster):
    allocation = factories.active()
    sign_in(client, Role.ADMINISTRATOR)

    perform(
        client,
        booster,
        "reserve-nodes",
        nodes="1-2",
        allocation=allocation.pk,
        starts_at="2026-11-24T08:00",
        ends_at="2026-11-24T18:00",
        reason="Demonstration",
    )

    closure = NodeClosure.objects.get()
    assert (closure.allocation, closure.nodes) == (allocation, 96)


def test_a_closure_is_ended_with_a_reason(client, booster):
    person = sign_in(client, Role.ADMINISTRATOR)
    closure = drain_nodes(booster, by=person, nodes="1", reason="Firmware")

    refused = perform(client, closure, "end", reason="")
    perform(client, closure, "end", reason="By mistake")

    closure.refresh_from_db()
    assert list(errors(refused)) == ["reason"]
    assert closure.state == ClosureState.WITHDRAWN
    assert offered_acts(client, closure) == {"end": "This has ended already."}


def test_a_partition_whose_nodes_are_only_counted_says_so(client, booster):
    booster.nodes = 100
    booster.save()
    sign_in(client, Role.ADMINISTRATOR)

    counted = "The nodes of this partition have no names: they are counted."
    assert set(offered_closures(client, booster).values()) == {counted}


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_the_same_queries_for_any_number(
    client, booster, django_assert_max_num_queries, count
):
    person = sign_in(client, Role.ADMINISTRATOR)
    for number in range(1, count + 1):
        drain_nodes(booster, by=person, nodes=str(number), reason="Firmware")

    with django_assert_max_num_queries(8):
        page = client.get(address("nodeclosure", "changelist"))

    assert page.text.count("Firmware") == count
