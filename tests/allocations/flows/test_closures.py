"""Outages, draining, maintenance and reservations, as operators order them."""

import datetime as dt

import pytest

from allocations.exceptions import ClosureNotPossible
from allocations.flows import closures
from allocations.flows.audit import check_ledger
from allocations.flows.jobs import submit_job
from allocations.models import (
    ClosureKind,
    ClosureState,
    Job,
    JobRun,
    JobState,
    NodeClosure,
    PartitionStatus,
)
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted
from jaif_portal.models import Mail, Transition
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.machine import advance, empty_booster, submit_other
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)
RACK = "jpbo-123-[01-28]"  # the smallest, where small jobs are put


@pytest.fixture
def booster(frozen_clock):
    return empty_booster(computed_until=clock.now() - SECOND)


@pytest.fixture
def operator(booster):
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def allocation(booster):
    return factories.active()


@pytest.fixture
def run(allocation, booster):
    """A job of the project that runs since just now."""

    def run(**shape):
        wishes = {"name": "train", "nodes": 4, "time_limit": 7200, "runtime": 7000}
        job = submit_job(allocation, by=allocation.case.owner, **(wishes | shape))
        advance(booster, seconds=2)
        job.refresh_from_db()
        return job

    return run


@pytest.fixture
def go_on(booster, travel):
    """Let portal time and the queue go on together; the queue stays a second behind."""

    def go_on(**by):
        until = travel(dt.timedelta(**by)) - SECOND
        advance(booster, seconds=int((until - booster.advanced_until).total_seconds()))

    return go_on


def states(closure):
    return list(Transition.objects.of(closure).values_list("to_state", flat=True))


def racks():
    return PartitionStatus.objects.get().racks


def broken():
    return [invariant.name for invariant, breaches in check_ledger() if breaches]


def test_an_outage_ends_jobs_that_may_not_run_again(run, booster, operator, go_on, allocation):
    job = run(may_requeue=False)
    go_on(minutes=10)

    closure = closures.fail_nodes(booster, by=operator, nodes="123", reason="Burst pipe")
    go_on(seconds=10)

    job.refresh_from_db()
    closure.refresh_from_db()
    account = allocation.account
    account.refresh_from_db()
    assert job.node_list == "jpbo-123-[01-04]"
    assert (job.state, job.ended_at) == (JobState.NODE_FAIL, closure.starts_at)
    assert account.debited == 4 * int((job.ended_at - job.started_at).total_seconds())
    assert account.held == 0
    assert (closure.node_list, closure.nodes, closure.state) == (RACK, 28, "in_force")
    assert states(closure) == ["planned", "in_force"]
    assert [step.note for step in Transition.objects.of(job)][-1] == "A node failed."
    assert broken() == []


def test_an_outage_puts_other_jobs_back_and_they_start_elsewhere(run, booster, operator, go_on):
    job = run()
    closures.fail_nodes(booster, by=operator, nodes="jpbo-123-02", reason="Burst pipe")
    go_on(seconds=10)

    job.refresh_from_db()
    (before,) = JobRun.objects.filter(job=job)
    assert (job.state, job.restarts) == (JobState.RUNNING, 1)
    assert (before.node_list, job.node_list) == ("jpbo-123-[01-04]", "jpbo-123-[03-06]")
    assert broken() == []


def test_a_job_whose_nodes_fail_too_often_is_put_on_hold(run, booster, operator, go_on):
    job = run(nodes=1, hold=True)
    Job.objects.update(restarts=5, hold="")
    go_on(seconds=5)
    closures.fail_nodes(booster, by=operator, nodes="jpbo-123-01", reason="Burst pipe")
    go_on(seconds=10)

    job.refresh_from_db()
    assert (job.state, job.reason, job.hold) == ("pending", "JobHoldMaxRequeue", "max_requeue")
    go_on(seconds=10)
    job.refresh_from_db()
    assert job.reason == "JobHoldMaxRequeue"


def test_the_project_is_told_once_of_all_its_jobs_that_were_hit(run, booster, operator, go_on):
    first, second = run(may_requeue=False), run(name="again")
    closures.fail_nodes(booster, by=operator, nodes="123", reason="Burst pipe")
    go_on(seconds=10)

    (mail,) = Mail.objects.filter(key__contains="nodes_failed")
    assert f"{first.pk} train: it has ended." in mail.body
    assert f"{second.pk} again: it waits again" in mail.body


def test_an_outage_with_an_end_ends_by_itself(booster, operator, go_on):
    ends_at = clock.now() + HOUR
    closure = closures.fail_nodes(
        booster, by=operator, nodes="ALL", reason="Power cut", ends_at=ends_at
    )
    job = submit_other(booster, nodes=1)
    go_on(minutes=30)
    job.refresh_from_db()
    waits = job.state, job.reason
    go_on(minutes=40)

    job.refresh_from_db()
    closure.refresh_from_db()
    assert waits == ("pending", "Resources")
    assert job.started_at == closure.ends_at
    assert states(closure) == ["planned", "in_force", "over"]


def test_draining_lets_jobs_end_and_none_start(run, booster, operator, go_on):
    job = run(runtime=3600)
    closures.drain_nodes(booster, by=operator, nodes="1-123", reason="New firmware")
    other = submit_other(booster, nodes=1)
    go_on(hours=2)

    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.state, job.elapsed) == (JobState.COMPLETED, 3600)
    assert (other.state, other.reason) == ("pending", "ReqNodeNotAvail")
    assert racks()[0] == {"DRAINED": 48}


def test_resuming_some_racks_leaves_the_others_out(booster, operator, go_on):
    closures.drain_nodes(booster, by=operator, nodes="1-3", reason="New firmware")
    go_on(minutes=1)

    closures.resume_nodes(booster, by=operator, nodes="2", reason="Done")
    go_on(minutes=1)

    rows = list(NodeClosure.objects.order_by("pk").values_list("node_list", "state"))
    assert rows == [("jpbo-[001,003]-[01-48]", "in_force"), ("jpbo-002-[01-48]", "over")]
    assert [list(rack) for rack in racks()[:3]] == [["DRAINED"], ["IDLE"], ["DRAINED"]]


def test_only_jobs_that_end_before_maintenance_start(run, booster, operator, go_on):
    starts_at = clock.now() + HOUR
    closures.plan_maintenance(
        booster,
        by=operator,
        nodes="ALL",
        starts_at=starts_at,
        ends_at=starts_at + 2 * HOUR,
        reason="Cooling",
    )
    short, long = run(time_limit=1800, runtime=1800), run(time_limit=5400)
    waits = long.state, long.reason
    go_on(hours=2)
    during = racks()[0]
    go_on(hours=2)

    long.refresh_from_db()
    assert short.state == JobState.RUNNING
    assert waits == ("pending", "ReqNodeNotAvail")
    assert during == {"MAINT": 48}
    assert long.started_at == starts_at + 2 * HOUR


def test_a_reservation_is_for_jobs_of_the_project_that_ask_for_it(
    run, booster, operator, go_on, allocation
):
    starts_at = clock.now() + HOUR
    reservation = closures.reserve_nodes(
        booster,
        by=operator,
        allocation=allocation,
        nodes="ALL",
        starts_at=starts_at,
        ends_at=starts_at + 2 * HOUR,
        reason="Demonstration for a customer",
    )
    inside = run(reservation=reservation, nodes=100, time_limit=3600, runtime=3600)
    outside = submit_other(booster, nodes=1, time_limit=5400, runtime=60)
    go_on(minutes=10)
    outside.refresh_from_db()
    waits = (inside.reason, outside.reason)
    go_on(hours=4)

    inside.refresh_from_db()
    outside.refresh_from_db()
    assert waits == ("Reservation", "Resources")
    assert inside.started_at == starts_at
    assert outside.started_at == starts_at + 2 * HOUR


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
