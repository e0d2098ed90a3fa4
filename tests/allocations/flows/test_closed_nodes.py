"""What closed nodes do to jobs, ledger, history and mails."""

import datetime as dt

import pytest

from allocations.flows import closures
from allocations.flows.orders import release_job
from allocations.models import (
    Job,
    JobRun,
    JobState,
    NodeClosure,
    PartitionStatus,
)
from jaif_portal import clock
from jaif_portal.models import Mail, Transition
from tests.allocations.machine import submit_other
from tests.allocations.records import broken_invariants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
HOUR = dt.timedelta(hours=1)
RACK = "jpbo-123-[01-28]"  # the smallest, where small jobs are put


def states(closure):
    return list(Transition.objects.of(closure).values_list("to_state", flat=True))


def racks():
    return PartitionStatus.objects.get().racks


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
    assert broken_invariants() == []


def test_a_job_that_runs_when_its_partition_gets_a_layout_stays_where_it_is(run, booster, go_on):
    racks, booster.racks = booster.racks, []
    booster.save()
    job = run()
    booster.racks = racks
    booster.save()
    places = {job.node_list}

    for nodes in (2000, 3000):
        go_on(seconds=5)
        job.refresh_from_db()
        places.add(job.node_list)
        submit_other(booster, nodes=nodes)

    assert places == {"", "jpbo-123-[01-04]"}


def test_an_outage_puts_other_jobs_back_and_they_start_elsewhere(run, booster, operator, go_on):
    job = run()
    closures.fail_nodes(booster, by=operator, nodes="jpbo-123-02", reason="Burst pipe")
    go_on(seconds=10)

    job.refresh_from_db()
    (before,) = JobRun.objects.filter(job=job)
    assert (job.state, job.restarts) == (JobState.RUNNING, 1)
    assert (before.node_list, job.node_list) == ("jpbo-123-[01-04]", "jpbo-123-[03-06]")
    assert broken_invariants() == []


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


def test_after_five_failures_a_job_is_held_until_it_is_released(run, booster, operator, go_on):
    """Each time the node that it runs on fails; the sixth time it does not start again."""
    job, restarts = run(nodes=1), []
    for _failure in range(6):
        restarts.append(job.restarts)
        closures.fail_nodes(booster, by=operator, nodes=job.node_list, reason="Memory")
        go_on(seconds=10)
        job.refresh_from_db()

    assert restarts == [0, 1, 2, 3, 4, 5]
    assert (job.state, job.reason, job.restarts) == ("pending", "JobHoldMaxRequeue", 6)
    release_job(job, by=operator)
    go_on(seconds=10)
    job.refresh_from_db()
    assert (job.state, job.hold) == ("running", "")
    assert broken_invariants() == []


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
    closure = closures.drain_nodes(booster, by=operator, nodes="1-123", reason="New firmware")
    other = submit_other(booster, nodes=1)
    go_on(minutes=10)
    closure.refresh_from_db()
    latest_end = job.started_at + dt.timedelta(seconds=job.time_limit)
    assert (closure.jobs_left, closure.clear_by) == (1, latest_end)
    go_on(hours=2)

    job.refresh_from_db()
    other.refresh_from_db()
    closure.refresh_from_db()
    assert (closure.jobs_left, closure.clear_by) == (0, None)
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
