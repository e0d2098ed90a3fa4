"""Closed nodes in the live queue give the schedule of one run of the engine, whatever the ticks."""

import datetime as dt
import random

import pytest

from allocations.flows import closures
from allocations.flows.jobs import submit_job
from allocations.models import Job
from allocations.scheduler import (
    JUPITER_LAYOUT,
    Machine,
    NodeOrder,
    NodeUpdate,
    Policy,
    Requeued,
    Reservation,
    Scheduler,
    Started,
    State,
)
from allocations.scheduler import Job as Request
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.machine import advance, empty_booster, submit_other
from tests.allocations.records import broken_invariants
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
HOUR = 3600
HORIZON = 16 * HOUR
DOWN, DRAINED = "jpbo-[001-060]-[01-48]", "jpbo-[061-070]-[01-48]"
RESERVED = "jpbo-[100-109]-[01-48]"


@pytest.fixture
def booster(frozen_clock):
    return empty_booster(computed_until=clock.now() - dt.timedelta(seconds=1))


def fill(booster, draw):
    """Jobs of others for six hours, among them large ones, some of which fit no more."""
    for _number in range(150):
        limit = draw.choice([600, 1800, 2 * HOUR])
        submit_other(
            booster,
            nodes=draw.choice([1, 30, 300, 2500]),
            time_limit=limit,
            runtime=draw.randint(60, limit),
            after=draw.randint(1, 6 * HOUR),
        )


def plan_ahead(booster, allocation, operator):
    """Maintenance of everything after eight hours; a reservation from the second to the fifth."""
    now = clock.now()
    at = {hour: now + dt.timedelta(hours=hour) for hour in (2, 5, 8, 10)}
    closures.plan_maintenance(
        booster, by=operator, nodes="ALL", starts_at=at[8], ends_at=at[10], reason="Cooling"
    )
    return closures.reserve_nodes(
        booster,
        by=operator,
        allocation=allocation,
        nodes=RESERVED,
        starts_at=at[2],
        ends_at=at[5],
        reason="Demonstration",
    )


def break_down(booster, operator):
    ends_at = clock.now() + dt.timedelta(hours=2)
    closures.fail_nodes(booster, by=operator, nodes=DOWN, ends_at=ends_at, reason="Power")
    closures.drain_nodes(booster, by=operator, nodes=DRAINED, reason="Firmware")


def in_the_engine(jobs, start):
    """``{job: (restarts, start, nodes)}`` of one run from the beginning."""
    layout, begin = JUPITER_LAYOUT, start + 1
    failure = begin + HOUR
    reserved = Reservation(
        "own", begin + 2 * HOUR, begin + 5 * HOUR, layout.expand(RESERVED), users=("own",)
    )
    maintenance = Reservation(
        "all", begin + 8 * HOUR, begin + 10 * HOUR, layout.everything, maintenance=True
    )
    updates = (
        NodeUpdate(failure, NodeOrder.DOWN, layout.expand(DOWN), failure + 2 * HOUR),
        NodeUpdate(failure, NodeOrder.DRAIN, layout.expand(DRAINED)),
    )
    state = State(now=start, node_updates=updates, advance_reservations=(reserved, maintenance))
    scheduler = Scheduler(Machine.of(layout), Policy.EASY, state)
    scheduler.submit(_request(job) for job in jobs)
    found = {job.pk: [0, None, ""] for job in jobs}
    for event in scheduler.advance(until=start + HORIZON):
        if isinstance(event, Started):
            found[event.job.id][1:] = [event.at, layout.fold(event.nodes)]
        elif isinstance(event, Requeued):
            found[event.job.id] = [event.job.restarts, None, ""]
    return found


def _request(job):
    own = "own" if job.reservation_id else ""
    submit = clock.seconds(job.submitted_at)
    return Request(
        job.pk, submit, job.nodes, job.time_limit, job.runtime, user=own, reservation=own
    )


def in_the_database():
    return {
        job.pk: [job.restarts, job.started_at and clock.seconds(job.started_at), job.node_list]
        for job in Job.objects.all()
    }


def go_on(booster, draw, *, until):
    """In ticks of random length."""
    while (left := until - clock.seconds(booster.advanced_until)) > 0:
        advance(booster, seconds=min(left, draw.choice([1, 7, 60, 900, 5000])))


@pytest.mark.parametrize("seed", [1, 2])
def test_ticks_of_any_length_give_the_schedule_of_one_run(booster, travel, seed):
    draw, operator = random.Random(seed), UserFactory(role=Role.ADMINISTRATOR)
    allocation = factories.active()
    start = clock.seconds(booster.advanced_until)
    fill(booster, draw)
    reservation = plan_ahead(booster, allocation, operator)
    for number in range(4):
        submit_job(
            allocation,
            by=allocation.case.owner,
            name=f"demo-{number}",
            nodes=200,
            time_limit=HOUR,
            runtime=HOUR - 60,
            reservation=reservation,
        )
    jobs = list(Job.objects.order_by("pk"))

    go_on(booster, draw, until=start + HOUR)
    travel(dt.timedelta(hours=1))
    break_down(booster, operator)
    go_on(booster, draw, until=start + HORIZON)

    found = in_the_database()
    assert found == in_the_engine(jobs, start)
    assert sum(restarts for restarts, _start, _nodes in found.values()) > 0
    assert broken_invariants() == []
