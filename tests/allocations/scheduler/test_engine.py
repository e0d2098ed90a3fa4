import pytest

from allocations.scheduler import (
    Budget,
    Cancelled,
    Ended,
    Job,
    JobState,
    Machine,
    Policy,
    Reason,
    RunningJob,
    Scheduler,
    Started,
    State,
    Submitted,
)

from .schedules import outcomes, run, starts


def test_events_come_in_the_order_in_which_things_happen():
    first, second = Job(1, 0, 2, 10, 10), Job(2, 4, 2, 10, 7)
    scheduler = Scheduler(Machine(2))
    scheduler.submit([second, first])

    assert scheduler.advance(until=20) == [
        Submitted(first, 0),
        Started(first, 0),
        Submitted(second, 4),
        Ended(first, 0, 10, JobState.COMPLETED),
        Started(second, 10),
        Ended(second, 10, 17, JobState.COMPLETED),
    ]
    assert scheduler.now == 20


def test_jobs_arrive_in_the_order_of_their_submission_whenever_they_were_told_of():
    scheduler = Scheduler(Machine(9))
    for jobs in ([(1, 8), (2, 6)], [(3, 7)], [(4, 5)], [(5, 6), (6, 9)]):
        scheduler.submit(Job(number, submit, 1, 5, 5) for number, submit in jobs)

    assert starts(scheduler.run()) == {4: 5, 2: 6, 5: 6, 3: 7, 1: 8, 6: 9}


def test_a_job_ends_by_its_exit_code_or_its_limit():
    jobs = [
        Job(1, 0, 1, 10, 10),
        Job(2, 0, 1, 10, 5, exit_code=1),
        Job(3, 0, 1, 10, 11),
        Job(4, 0, 1, 10, 99, exit_code=1),
    ]

    _, events = run(jobs, nodes=4)

    assert outcomes(events) == {
        1: (0, 10, "COMPLETED"),
        2: (0, 5, "FAILED"),
        3: (0, 10, "TIMEOUT"),
        4: (0, 10, "TIMEOUT"),
    }


def test_nothing_happens_without_jobs():
    scheduler = Scheduler(Machine(4), Policy.FCFS)

    assert scheduler.peek() is None
    assert scheduler.advance(until=100) == []
    assert scheduler.run() == []
    assert scheduler.state == State(now=100)


def test_peek_tells_the_next_instant():
    scheduler = Scheduler(Machine(4))
    scheduler.submit([Job(1, 7, 1, 10, 4)])

    assert scheduler.peek() == 7
    scheduler.advance(until=7)
    assert scheduler.peek() == 11


def test_a_job_that_came_in_the_second_of_a_stored_state_does_not_come_again():
    state = State(now=7, waiting=(Job(1, 7, 1, 10, 10), Job(2, 8, 1, 10, 10)))

    events = Scheduler(Machine(4), state=state).advance(until=10)

    assert events == [
        Started(state.waiting[0], 7),
        Submitted(state.waiting[1], 8),
        Started(state.waiting[1], 8),
    ]


def test_time_does_not_go_back():
    scheduler = Scheduler(Machine(4), state=State(now=10))

    with pytest.raises(ValueError, match="only moves forward"):
        scheduler.advance(until=9)


def test_a_job_number_is_taken_once():
    scheduler = Scheduler(Machine(4))
    scheduler.submit([Job(1, 0, 1, 10, 10)])

    with pytest.raises(ValueError, match="two jobs 1"):
        scheduler.submit([Job(1, 5, 1, 10, 10)])


@pytest.mark.parametrize("wrong", [{"nodes": 0}, {"limit": 0}, {"runtime": 0}, {"nodes": -1}])
def test_a_job_needs_nodes_and_time(wrong):
    with pytest.raises(ValueError, match="at least one node and one second"):
        Job(**{"id": 1, "submit": 0, "nodes": 1, "limit": 1, "runtime": 1} | wrong)


def test_a_machine_needs_a_node():
    with pytest.raises(ValueError, match="at least one node"):
        Machine(0)


def test_a_late_job_arrives_now_but_queues_by_its_submit_time():
    scheduler = Scheduler(Machine(4))
    scheduler.submit([Job(1, 0, 4, 10, 10), Job(2, 5, 4, 10, 10)])
    scheduler.advance(until=8)
    late = Job(3, 3, 4, 10, 10)
    scheduler.submit([late])

    assert scheduler.advance(until=8) == [Submitted(late, 8)]
    assert scheduler.reservation == (late, 10)
    assert outcomes(scheduler.run())[3] == (10, 20, "COMPLETED")


def test_a_waiting_job_can_be_cancelled():
    waiting = Job(2, 0, 4, 10, 10)
    scheduler = Scheduler(Machine(4))
    scheduler.submit([Job(1, 0, 4, 10, 10), waiting])
    scheduler.cancel(2, at=6)

    assert scheduler.run()[-2:-1] == [Cancelled(waiting, None, 6)]


def test_a_cancelled_running_job_frees_its_nodes():
    first, second = Job(1, 0, 4, 10, 10), Job(2, 0, 4, 10, 10)
    scheduler = Scheduler(Machine(4))
    scheduler.submit([first, second])
    scheduler.cancel(1, at=6)

    events = scheduler.advance(until=6)

    assert events[-2:] == [Cancelled(first, 0, 6), Started(second, 6)]
    assert events[-2].elapsed == 6
    assert scheduler.free == 0


def test_jobs_behind_a_cancelled_head_move_up():
    scheduler = Scheduler(Machine(4))
    scheduler.submit([Job(1, 0, 3, 10, 10), Job(2, 0, 4, 10, 10), Job(3, 0, 1, 99, 99)])
    scheduler.cancel(2, at=6)

    assert outcomes(scheduler.run()) == {
        1: (0, 10, "COMPLETED"),
        2: (None, 6, "CANCELLED"),
        3: (6, 105, "COMPLETED"),
    }


def test_a_job_can_be_cancelled_before_it_arrives():
    job = Job(1, 10, 4, 10, 10)
    scheduler = Scheduler(Machine(4))
    scheduler.submit([job, Job(2, 12, 4, 10, 10)])
    scheduler.cancel(1, at=3)

    assert scheduler.advance(until=3) == [Cancelled(job, None, 3)]
    assert outcomes(scheduler.run()) == {2: (12, 22, "COMPLETED")}


def test_cancelling_a_job_in_its_last_second_changes_nothing():
    job = Job(1, 0, 4, 10, 10)
    scheduler = Scheduler(Machine(4))
    scheduler.submit([job])
    scheduler.cancel(1, at=10)

    assert scheduler.run()[-1] == Ended(job, 0, 10, JobState.COMPLETED)


def test_each_job_is_cancelled_in_its_second():
    scheduler = Scheduler(Machine(4))
    scheduler.submit([Job(number, 0, 1, 20, 20) for number in (1, 2)])
    scheduler.cancel(1, at=3)
    scheduler.cancel(2, at=9)

    assert outcomes(scheduler.run()) == {1: (0, 3, "CANCELLED"), 2: (0, 9, "CANCELLED")}


def test_nodes_freed_by_an_end_are_used_whatever_is_ordered_in_its_second():
    scheduler = Scheduler(Machine(4))
    scheduler.submit([Job(1, 0, 4, 20, 6), Job(2, 1, 4, 20, 20), Job(9, 10, 1, 5, 5)])
    scheduler.cancel(9, at=6)

    assert starts(scheduler.advance(until=6)) == {1: 0, 2: 6}


@pytest.mark.parametrize("order", [Scheduler.cancel, Scheduler.requeue])
def test_nodes_freed_by_one_order_are_used_whatever_other_order_follows(order):
    scheduler = Scheduler(Machine(4))
    scheduler.submit([Job(1, 0, 4, 20, 20), Job(2, 1, 4, 20, 20), Job(9, 10, 1, 5, 5)])
    order(scheduler, 1, at=6)
    order(scheduler, 9, at=6)

    assert starts(scheduler.advance(until=6)) == {1: 0, 2: 6}


def test_an_unknown_job_cannot_be_cancelled():
    with pytest.raises(LookupError, match="no job 7"):
        Scheduler(Machine(4)).cancel(7, at=0)


def test_reasons_have_slurms_names():
    scheduler = Scheduler(
        Machine(4), state=State(budgets={1: Budget(39), 2: Budget(100, ends_at=5)})
    )
    scheduler.submit(
        [
            Job(1, 0, 3, 10, 10),
            Job(2, 1, 5, 10, 10),
            Job(3, 1, 4, 10, 10, account=1),
            Job(4, 1, 4, 10, 10),
            Job(5, 2, 4, 10, 10),
            Job(6, 5, 1, 2, 2, account=2),
            Job(7, 5, 1, 2, 2, account=9),
            Job(8, 8, 1, 10, 10),
        ]
    )
    scheduler.advance(until=7)

    assert {job_id: reason.value for job_id, reason in scheduler.reasons().items()} == {
        2: "PartitionNodeLimit",
        3: "AssocGrpNodeMinutes",
        4: "Resources",
        5: "Priority",
        6: "InvalidAccount",
        7: "InvalidAccount",
        8: "BeginTime",
    }


def test_a_job_that_no_pass_has_seen_has_no_reason():
    scheduler = Scheduler(Machine(4))
    scheduler.submit([Job(1, 0, 1, 10, 10)])

    assert scheduler.reasons() == {1: Reason.NONE}


def test_a_job_larger_than_the_machine_blocks_nobody_and_can_be_cancelled():
    scheduler = Scheduler(Machine(4))
    scheduler.submit([Job(1, 0, 5, 10, 10), Job(2, 0, 4, 10, 10)])
    scheduler.cancel(1, at=3)

    assert outcomes(scheduler.run()) == {1: (None, 3, "CANCELLED"), 2: (0, 10, "COMPLETED")}


def test_a_smaller_machine_starts_nothing_until_enough_has_ended():
    running = tuple(RunningJob(Job(number, 0, 2, 10 * number, 99), 0) for number in (1, 2))
    state = State(now=5, running=running, waiting=(Job(3, 1, 1, 10, 10),))

    scheduler = Scheduler(Machine(2), state=state)

    assert scheduler.free == -2
    assert outcomes(scheduler.run())[3] == (20, 30, "COMPLETED")
