"""Nodes that fail, are drained and come back, by hand: two racks of two nodes."""

import pytest

from allocations.scheduler import (
    Conditions,
    Dependency,
    DependencyKind,
    Ended,
    Hold,
    Job,
    JobState,
    Layout,
    Machine,
    NodeDown,
    NodeDraining,
    NodeState,
    NodeUp,
    Policy,
    Reason,
    Requeued,
    Scheduler,
    Started,
    State,
)

from .schedules import outcomes, starts

LAYOUT = Layout("n", racks=(2, 2), rack_digits=1)
MACHINE = Machine.of(LAYOUT)


def scheduler_with(*jobs, policy=Policy.EASY):
    scheduler = Scheduler(MACHINE, policy)
    scheduler.submit(jobs)
    return scheduler


def states(scheduler):
    return {
        state.value: LAYOUT.fold(nodes) for state, nodes in scheduler.node_states.items() if nodes
    }


def test_a_job_on_a_failed_node_waits_again_and_runs_elsewhere():
    job = Job(1, 0, 2, 10, 10)
    scheduler = scheduler_with(job)
    scheduler.fail("n-1-01", at=4)

    events = scheduler.advance(until=4)

    again = Job(1, 4, 2, 10, 10, restarts=1)
    assert events[2:] == [
        NodeDown(0b0001, 4, None),
        Requeued(again, 0, 4),
        Started(again, 4, 0b1100),
    ]
    assert states(scheduler) == {"DOWN": "n-1-01", "ALLOCATED": "n-2-[01-02]", "IDLE": "n-1-02"}
    assert scheduler.free == 1


def test_a_job_that_does_not_want_to_wait_again_ends_as_node_fail():
    job = Job(1, 0, 2, 10, 10, requeue=False)
    dependent = Job(
        2, 0, 1, 5, 5, conditions=Conditions(after=(Dependency(DependencyKind.AFTER_NOT_OK, 1),))
    )
    scheduler = scheduler_with(job, dependent)
    scheduler.fail("n-1-02", at=4, until=50)

    events = scheduler.run()

    assert Ended(job, 0, 4, JobState.NODE_FAIL) in events
    assert outcomes(events)[2] == (4, 9, "COMPLETED")
    assert events[-1] == NodeUp(0b0010, 50)


def test_jobs_on_other_nodes_go_on():
    scheduler = scheduler_with(Job(1, 0, 2, 10, 10), Job(2, 0, 2, 10, 10))
    scheduler.fail("n-1-[01-02]", at=4)

    assert outcomes(scheduler.advance(until=30)) == {
        2: (0, 10, "COMPLETED"),
        1: (10, 20, "COMPLETED"),
    }


def test_a_job_that_ends_when_its_node_fails_has_ended():
    scheduler = scheduler_with(Job(1, 0, 2, 10, 10))
    scheduler.fail("ALL", at=10)

    assert outcomes(scheduler.run()) == {1: (0, 10, "COMPLETED")}


def test_a_job_is_held_when_it_has_waited_again_five_times():
    scheduler = scheduler_with(Job(1, 0, 4, 10, 10))
    for at in range(1, 7):
        scheduler.fail("n-1-01", at=10 * at - 5, until=10 * at)

    events = scheduler.advance(until=1000)

    requeued = [event.job.restarts for event in events if isinstance(event, Requeued)]
    assert requeued == [1, 2, 3, 4, 5, 6]
    assert scheduler.reasons() == {1: Reason.JOB_HOLD_MAX_REQUEUE}
    held = scheduler.state.blocked[0]
    assert (held.submit, held.conditions.hold) == (55, Hold.MAX_REQUEUE)
    scheduler.release(1)
    assert outcomes(scheduler.run()) == {1: (1000, 1010, "COMPLETED")}


def test_nobody_starts_on_a_drained_node_and_nobody_is_disturbed():
    scheduler = scheduler_with(Job(1, 0, 1, 10, 10), Job(2, 2, 4, 10, 10), Job(3, 3, 3, 10, 10))
    scheduler.drain("n-1-01", at=1, until=20)

    events = scheduler.advance(until=1)
    assert events[-1] == NodeDraining(0b0001, 1, 20)
    assert states(scheduler) == {"DRAINING": "n-1-01", "IDLE": "n-1-02,n-2-[01-02]"}
    events += scheduler.advance(until=12)
    assert states(scheduler) == {"DRAINED": "n-1-01", "ALLOCATED": "n-1-02,n-2-[01-02]"}
    events += scheduler.run()

    assert starts(events) == {1: 0, 3: 3, 2: 20}


def test_nodes_that_are_out_for_good_leave_a_smaller_machine():
    scheduler = scheduler_with(Job(1, 1, 4, 10, 10), Job(2, 1, 5, 10, 10), Job(3, 2, 3, 10, 10))
    scheduler.fail("n-2-02", at=0)

    events = scheduler.advance(until=5)

    assert starts(events) == {3: 2}
    assert scheduler.reasons() == {
        1: Reason.REQ_NODE_NOT_AVAIL,
        2: Reason.PARTITION_NODE_LIMIT,
    }
    scheduler.resume("n-2-02", at=20)
    assert starts(scheduler.run()) == {1: 20}


def test_the_head_is_promised_nodes_that_will_be_back():
    scheduler = scheduler_with(Job(1, 1, 4, 10, 10), Job(2, 2, 1, 18, 18), Job(3, 2, 1, 19, 19))
    scheduler.fail("n-2-02", at=0, until=20)

    events = scheduler.advance(until=2)
    assert scheduler.reservations == {1: 20}
    assert scheduler.reasons() == {1: Reason.RESOURCES, 3: Reason.PRIORITY}
    events += scheduler.run()

    assert starts(events) == {2: 2, 1: 20, 3: 30}


def test_a_later_order_replaces_an_earlier_one():
    scheduler = scheduler_with()
    scheduler.fail("n-1-[01-02]", at=0, until=10)
    scheduler.drain("n-1-02", at=5)
    scheduler.resume("ALL", at=30)

    assert scheduler.run() == [
        NodeDown(0b0011, 0, 10),
        NodeDraining(0b0010, 5, None),
        NodeUp(0b0001, 10),
        NodeUp(0b0010, 30),
    ]


def test_no_node_may_be_left():
    scheduler = scheduler_with(Job(1, 1, 1, 10, 10))
    scheduler.fail("ALL", at=0)
    scheduler.resume("n-2-01", at=9)

    assert scheduler.advance(until=5)[-1].job.id == 1
    assert scheduler.reasons() == {1: Reason.REQ_NODE_NOT_AVAIL}
    assert starts(scheduler.run()) == {1: 9}


def test_orders_need_real_nodes_and_an_end_that_comes_after():
    scheduler = scheduler_with()

    with pytest.raises(ValueError, match="there is no node n-3-01"):
        scheduler.fail("n-3-01", at=0)
    with pytest.raises(ValueError, match="until=5 is not after"):
        scheduler.drain("n-1-01", at=5, until=5)
    with pytest.raises(ValueError, match="no layout"):
        Scheduler(Machine(4)).fail("n-1-01", at=0)


def test_a_running_job_of_an_older_state_is_given_nodes():
    scheduler = scheduler_with(Job(1, 0, 3, 10, 10))
    scheduler.advance(until=1)
    stored = scheduler.state
    unnamed = tuple(type(entry)(entry.job, entry.started) for entry in stored.running)

    restored = Scheduler(MACHINE, state=State(now=1, running=unnamed))

    assert restored.state == stored
    assert NodeState.ALLOCATED in restored.node_states


def test_in_a_stored_state_nodes_are_counted_as_long_as_they_are_alike():
    scheduler = scheduler_with(
        Job(1, 0, 4, 10, 10), Job(2, 0, 4, 10, 10), policy=Policy.CONSERVATIVE
    )
    scheduler.advance(until=5)

    stored = scheduler.state

    assert (stored.reservations, stored.planned_nodes) == (((2, 10),), ())
    assert Scheduler(MACHINE, Policy.CONSERVATIVE, stored).state == stored
