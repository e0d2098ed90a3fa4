"""Advance reservations and maintenance, by hand: two racks of two nodes."""

import pytest

from allocations.scheduler import (
    Job,
    Layout,
    Machine,
    NodeState,
    Policy,
    Reason,
    Reservation,
    Scheduler,
    Started,
)
from allocations.scheduler.configuration import EASY

from .schedules import starts

LAYOUT = Layout("n", racks=(2, 2), rack_digits=1)
MACHINE = Machine.of(LAYOUT)


def scheduler_with(*jobs, policy=Policy.EASY):
    scheduler = Scheduler(MACHINE, policy, slurm=EASY)
    scheduler.submit(jobs)
    return scheduler


def names_by_job(events):
    started = [event for event in events if isinstance(event, Started)]
    return {event.job.id: LAYOUT.fold(event.nodes) for event in started}


@pytest.mark.parametrize("policy", Policy)
def test_as_maintenance_nears_only_jobs_that_end_before_it_start(policy):
    scheduler = scheduler_with(
        Job(1, 5, 4, 15, 15), Job(2, 30, 1, 16, 16), Job(3, 31, 1, 9, 9), policy=policy
    )
    scheduler.reserve("service", "ALL", start=40, end=60, maintenance=True, ignore_jobs=True)

    events = scheduler.advance(until=35)
    if policy is not Policy.FCFS:
        assert scheduler.reasons() == {2: Reason.REQ_NODE_NOT_AVAIL}
    events += scheduler.run()

    expected = {1: 5, 2: 60, 3: 31}
    if policy is Policy.FCFS:
        expected[3] = 60
    assert starts(events) == expected


@pytest.mark.parametrize("policy", Policy)
def test_jobs_of_a_reservation_have_its_nodes_and_others_have_not(policy):
    scheduler = scheduler_with(
        Job(1, 1, 2, 50, 50, user="ada", reservation="course"),
        Job(2, 1, 2, 10, 10),
        Job(3, 2, 3, 5, 5),
        Job(4, 25, 1, 5, 5, user="ada", reservation="course"),
        policy=policy,
    )
    scheduler.reserve("course", "n-1-[01-02]", start=20, end=70, users=["ada"])

    events = scheduler.run()

    nodes = {
        event.job.id: LAYOUT.fold(event.nodes) for event in events if isinstance(event, Started)
    }
    assert starts(events) == {2: 1, 3: 11, 1: 20}
    assert nodes[1] == "n-1-[01-02]"
    assert scheduler.reasons() == {4: Reason.RESERVATION}  # it came when nobody had gone


def test_the_head_waits_for_nodes_that_stay_open_to_it():
    """At 10 two nodes are free, but one of them only until 20."""
    scheduler = scheduler_with(
        Job(1, 0, 2, 10, 10), Job(2, 0, 2, 30, 30), Job(3, 1, 2, 15, 15), Job(4, 2, 1, 100, 100)
    )
    scheduler.reserve("later", "n-1-02", start=20, end=40)

    events = scheduler.advance(until=2)
    assert scheduler.reservations == {3: 30}
    events += scheduler.run()

    assert starts(events) == {1: 0, 2: 0, 4: 10, 3: 30}  # 4 leaves it the two it needs


def test_a_job_behind_takes_first_the_nodes_that_the_head_cannot_have():
    """The head has no use for n-2-02, which is reserved before it could end."""
    scheduler = scheduler_with(
        Job(1, 0, 1, 10, 10), Job(2, 1, 3, 20, 20), Job(3, 2, 1, 12, 12), policy=Policy.EASY
    )
    scheduler.reserve("later", "n-2-02", start=15, end=40)

    events = scheduler.run()

    nodes = {
        event.job.id: LAYOUT.fold(event.nodes) for event in events if isinstance(event, Started)
    }
    assert starts(events) == {1: 0, 2: 10, 3: 2}
    assert nodes[3] == "n-2-02"


def test_a_reservation_by_number_takes_nodes_close_together_that_will_be_free():
    scheduler = scheduler_with(Job(1, 0, 1, 100, 100))
    scheduler.advance(until=0)
    scheduler.fail("n-1-02", at=1)
    scheduler.advance(until=1)

    own = scheduler.reserve("course", 2, start=20, end=70, accounts=[7])

    assert own == Reservation("course", 20, 70, 0b1100, (), (7,))
    assert scheduler.advance_reservations == (own,)
    with pytest.raises(ValueError, match="only 0 nodes can be reserved, not 1"):
        scheduler.reserve("other", 1, start=60, end=80)
    assert scheduler.reserve("other", 1, start=100, end=120).nodes == 0b0001


@pytest.mark.parametrize(
    ("nodes", "asked", "problem"),
    [
        ("n-1-[01-02]", {"start": 10, "end": 20}, "n-1-01 are reserved or in use"),
        ("n-2-01", {"start": 35, "end": 45}, "n-2-01 are reserved or in use"),
        ("n-2-01", {"start": 50, "end": 50}, "an end after its start"),
        ("n-2-01", {"start": -5, "end": 5}, "would be over by now"),
        ("n-9-01", {"start": 50, "end": 60}, "there is no node n-9-01"),
    ],
)
def test_nodes_in_use_or_reserved_cannot_be_reserved(nodes, asked, problem):
    scheduler = scheduler_with(Job(1, 0, 1, 30, 30))
    scheduler.reserve("course", "n-2-[01-02]", start=30, end=40)
    scheduler.advance(until=5)

    with pytest.raises(ValueError, match=problem):
        scheduler.reserve("other", nodes, **asked)


def test_maintenance_takes_reserved_nodes_and_lets_running_jobs_go_on():
    scheduler = scheduler_with(
        Job(1, 0, 1, 30, 30), Job(2, 1, 1, 10, 10, user="ada", reservation="course")
    )
    scheduler.reserve("course", "n-2-[01-02]", start=10, end=40, users=["ada"])
    scheduler.advance(until=5)
    scheduler.reserve("service", "ALL", start=10, end=25, maintenance=True, ignore_jobs=True)

    events = scheduler.advance(until=12)
    assert {state: LAYOUT.fold(nodes) for state, nodes in scheduler.node_states.items()} == {
        NodeState.DOWN: "",
        NodeState.DRAINING: "",
        NodeState.DRAINED: "",
        NodeState.ALLOCATED: "n-1-01",
        NodeState.MAINT: "n-1-02,n-2-[01-02]",
        NodeState.RESERVED: "",
        NodeState.IDLE: "",
    }
    events += scheduler.run()

    assert starts(events) == {2: 25}


def test_the_name_of_a_reservation_is_taken_once():
    scheduler = scheduler_with()
    scheduler.reserve("course", "n-2-01", start=30, end=40)

    with pytest.raises(ValueError, match="course exists already"):
        scheduler.reserve("course", "n-1-01", start=30, end=40)


def test_when_a_reservation_is_cancelled_its_nodes_are_everybodys_and_its_jobs_wait():
    scheduler = scheduler_with(
        Job(1, 0, 4, 40, 40), Job(2, 0, 1, 5, 5, user="ada", reservation="course")
    )
    scheduler.reserve("course", "n-2-01", start=30, end=40, users=["ada"])
    assert starts(scheduler.advance(until=9)) == {}

    scheduler.cancel_reservation("course")

    assert starts(scheduler.run()) == {1: 9}
    assert scheduler.reasons() == {2: Reason.RESERVATION}
    with pytest.raises(LookupError, match="no reservation course"):
        scheduler.cancel_reservation("course")


@pytest.mark.parametrize("user", ["ada", "bob"])
def test_only_who_is_named_may_use_a_reservation(user):
    scheduler = scheduler_with(Job(1, 0, 1, 5, 5, user=user, reservation="course"))
    scheduler.reserve("course", "n-2-01", start=3, end=40, users=["ada"])

    assert starts(scheduler.advance(until=20)) == ({1: 3} if user == "ada" else {})


def test_a_job_too_long_for_its_reservation_holds_up_nobody_in_it():
    scheduler = scheduler_with(
        Job(1, 0, 1, 50, 5, user="ada", reservation="course"),
        Job(2, 1, 1, 30, 5, user="ada", reservation="course"),
        policy=Policy.FCFS,
    )
    scheduler.reserve("course", "n-2-01", start=3, end=40, users=["ada"])

    assert starts(scheduler.advance(until=20)) == {2: 3}
    assert scheduler.reasons() == {1: Reason.RESERVATION}


def test_a_reservation_needs_a_layout():
    with pytest.raises(ValueError, match="needs a machine with a layout"):
        Scheduler(Machine(4)).submit([Job(1, 0, 1, 5, 5, reservation="course")])


def test_a_state_with_a_reservation_needs_a_layout():
    scheduler = scheduler_with()
    scheduler.reserve("course", "n-2-01", start=3, end=40)

    with pytest.raises(ValueError, match=r"^the state speaks of nodes; it needs a machine with"):
        Scheduler(Machine(4), state=scheduler.state)
