"""Outages, draining, maintenance and reservations, as operators order them."""

import datetime as dt

import pytest

from allocations.exceptions import ClosureNotPossible
from allocations.flows import closures
from allocations.models import (
    ClosureKind,
    ClosureState,
    JobState,
    NodeClosure,
)
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted
from jaif_portal.models import Transition
from onboarding.models import Role
from tests.allocations.machine import submit_other
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("order", "wishes", "said"),
    [
        ("fail_nodes", {"nodes": "jpbo-999-01"}, "does not name nodes"),
        ("fail_nodes", {"nodes": "124"}, "at least one node"),
        ("fail_nodes", {"nodes": "126"}, "does not name nodes"),
        ("fail_nodes", {"nodes": "5-3"}, "at least one node"),
        ("drain_nodes", {"nodes": "1", "ends_at": -HOUR}, "has to end after"),
        ("plan_maintenance", {"nodes": "1", "starts_at": -HOUR, "ends_at": HOUR}, "in the past"),
        ("resume_nodes", {"nodes": "1"}, "in service"),
    ],
)
def test_what_cannot_be_is_refused_in_words(booster, operator, order, wishes, said):
    now = clock.now()
    wishes = {
        key: now + value if isinstance(value, dt.timedelta) else value
        for key, value in wishes.items()
    }

    with pytest.raises(ClosureNotPossible, match=said):
        getattr(closures, order)(booster, by=operator, reason="Why", **wishes)

    assert NodeClosure.objects.count() == 0


def test_nodes_are_closed_once_at_a_time(booster, operator):
    times = {"starts_at": clock.now() + HOUR, "ends_at": clock.now() + 2 * HOUR}
    closures.drain_nodes(booster, by=operator, nodes="1-2", reason="Firmware")
    closures.plan_maintenance(booster, by=operator, nodes="1-2", reason="Cooling", **times)

    for again in (closures.fail_nodes, closures.drain_nodes):
        with pytest.raises(ClosureNotPossible, match=r"jpbo-002-\[01-48\]"):
            again(booster, by=operator, nodes="2,3", reason="Again")
    with pytest.raises(ClosureNotPossible, match=r"jpbo-001-\[01-48\]"):
        closures.plan_maintenance(booster, by=operator, nodes="1", reason="Again", **times)
    later = {"starts_at": times["ends_at"], "ends_at": times["ends_at"] + HOUR}
    closures.plan_maintenance(booster, by=operator, nodes="1", reason="Afterwards", **later)

    assert NodeClosure.objects.count() == 3


def test_a_reservation_is_refused_where_jobs_may_still_run(run, booster, operator, allocation):
    run(nodes=50)
    wishes = {"ends_at": clock.now() + 10 * HOUR, "reason": "Demonstration"}
    reserve = closures.reserve_nodes

    with pytest.raises(ClosureNotPossible, match=r"jpbo-"):
        reserve(
            booster, by=operator, allocation=allocation, nodes="ALL",
            starts_at=clock.now() + HOUR, **wishes,
        )  # fmt: skip
    reserve(
        booster, by=operator, allocation=allocation, nodes="ALL",
        starts_at=clock.now() + 3 * HOUR, **wishes,
    )  # fmt: skip

    assert NodeClosure.objects.get().kind == ClosureKind.ADVANCE


def test_what_lies_ahead_is_withdrawn_and_what_is_over_stays_so(booster, operator, go_on):
    times = {"starts_at": clock.now() + HOUR, "ends_at": clock.now() + 2 * HOUR}
    closure = closures.plan_maintenance(booster, by=operator, nodes="1", reason="Cooling", **times)
    job = submit_other(booster, nodes=5884, time_limit=7200)

    closures.end_closure(closure, by=operator, reason="Moved to next week")
    go_on(minutes=1)

    job.refresh_from_db()
    closure.refresh_from_db()
    assert (closure.state, job.state) == (ClosureState.WITHDRAWN, JobState.RUNNING)
    with pytest.raises(ClosureNotPossible, match="ended already"):
        closures.end_closure(closure, by=operator, reason="Again")


def test_maintenance_can_end_early(booster, operator, go_on):
    times = {"starts_at": clock.now() + HOUR, "ends_at": clock.now() + 9 * HOUR}
    closure = closures.plan_maintenance(
        booster, by=operator, nodes="ALL", reason="Cooling", **times
    )
    job = submit_other(booster, nodes=1, time_limit=7200)
    go_on(hours=3)

    closures.end_closure(closure, by=operator, reason="Done early")
    ended_at = clock.now()
    go_on(minutes=1)

    job.refresh_from_db()
    closure.refresh_from_db()
    assert (closure.state, closure.ends_at) == (ClosureState.OVER, ended_at.replace(microsecond=0))
    assert job.started_at == closure.ends_at
    notes = [step.note for step in Transition.objects.of(closure)]
    assert notes == ["Cooling", "", "Done early", ""]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_operate_the_machine(booster, operator, role):
    closure = closures.drain_nodes(booster, by=operator, nodes="1", reason="Firmware")
    person = UserFactory(role=role)
    orders = [
        lambda: closures.fail_nodes(booster, by=person, nodes="2", reason="No"),
        lambda: closures.resume_nodes(booster, by=person, nodes="1", reason="No"),
        lambda: closures.end_closure(closure, by=person, reason="No"),
    ]

    for order in orders:
        with pytest.raises(NotPermitted):
            order()


def test_a_partition_without_a_layout_counts_its_nodes(booster, operator, run):
    booster.nodes = 100
    booster.save()

    with pytest.raises(ClosureNotPossible, match="no names"):
        closures.fail_nodes(booster, by=operator, nodes="1", reason="No")
    assert run().node_list == ""
