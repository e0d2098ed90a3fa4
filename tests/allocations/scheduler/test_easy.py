"""EASY by hand: the mistakes that published simulators have made, one test for each.

The jobs are ``Job(id, submit, nodes, limit, runtime)``.
"""

from allocations.scheduler import Job, Machine, Scheduler

from .schedules import start_times, starts


def test_a_job_that_would_delay_the_head_waits():
    jobs = [Job(1, 0, 3, 10, 10), Job(2, 1, 4, 10, 10), Job(3, 2, 1, 20, 20)]

    assert start_times(jobs, nodes=4) == {1: 0, 2: 10, 3: 20}


def test_a_job_that_is_over_before_the_head_can_start_goes_ahead():
    jobs = [Job(1, 0, 3, 10, 10), Job(2, 1, 4, 10, 10), Job(3, 2, 1, 5, 5)]

    assert start_times(jobs, nodes=4) == {1: 0, 2: 10, 3: 2}


def test_the_head_starts_as_soon_as_nodes_are_free_before_its_reservation():
    jobs = [Job(1, 0, 4, 10, 3), Job(2, 1, 4, 10, 10)]

    assert start_times(jobs, nodes=4) == {1: 0, 2: 3}


def test_backfilling_goes_by_the_limit_and_not_by_the_true_run_time():
    jobs = [Job(1, 0, 3, 10, 10), Job(2, 1, 4, 10, 10), Job(3, 2, 1, 20, 5)]

    assert start_times(jobs, nodes=4) == {1: 0, 2: 10, 3: 20}


def test_nodes_that_the_head_does_not_need_may_be_kept_beyond_its_start():
    jobs = [Job(1, 0, 3, 10, 10), Job(2, 1, 2, 10, 10), Job(3, 2, 1, 100, 100)]

    assert start_times(jobs, nodes=4) == {1: 0, 2: 10, 3: 2}


def test_extra_nodes_are_used_up_by_the_jobs_that_keep_them():
    jobs = [
        Job(1, 0, 2, 10, 10),
        Job(2, 1, 3, 10, 10),
        Job(3, 2, 1, 100, 100),
        Job(4, 2, 1, 100, 100),
    ]

    assert start_times(jobs, nodes=4) == {1: 0, 2: 10, 3: 2, 4: 20}


def test_a_job_may_end_in_the_very_second_of_the_reservation():
    jobs = [Job(1, 0, 3, 10, 10), Job(2, 1, 4, 10, 10), Job(3, 2, 1, 8, 8), Job(4, 3, 1, 8, 8)]

    assert start_times(jobs, nodes=4) == {1: 0, 2: 10, 3: 2, 4: 20}


def test_a_job_that_ends_in_the_second_of_the_reservation_leaves_the_extra_nodes_to_others():
    jobs = [
        Job(1, 0, 3, 10, 10),
        Job(2, 1, 4, 10, 10),
        Job(3, 2, 1, 8, 8),
        Job(4, 3, 1, 100, 100),
    ]

    assert start_times(jobs, nodes=5) == {1: 0, 2: 10, 3: 2, 4: 3}


def test_the_reservation_moves_forward_when_a_job_ends_early():
    jobs = [
        Job(1, 0, 2, 10, 10),
        Job(2, 0, 1, 20, 2),
        Job(3, 1, 4, 10, 10),
        Job(4, 3, 1, 15, 15),
    ]

    assert start_times(jobs, nodes=4) == {1: 0, 2: 0, 3: 10, 4: 20}


def test_running_jobs_are_taken_by_their_expected_end_and_not_by_their_limit():
    jobs = [
        Job(1, 0, 1, 10, 10),
        Job(2, 8, 1, 4, 4),
        Job(3, 8, 2, 10, 10),
        Job(4, 9, 1, 3, 3),
    ]

    assert start_times(jobs, nodes=3) == {1: 0, 2: 8, 3: 10, 4: 12}


def test_all_jobs_that_end_by_the_reservation_count_towards_the_extra_nodes():
    jobs = [
        Job(1, 0, 2, 10, 10),
        Job(2, 0, 2, 10, 10),
        Job(3, 1, 3, 10, 10),
        Job(4, 2, 1, 100, 100),
    ]

    assert start_times(jobs, nodes=5) == {1: 0, 2: 0, 3: 10, 4: 2}


def test_the_shortest_candidate_goes_first_only_where_that_is_the_policy():
    jobs = [
        Job(1, 0, 3, 10, 10),
        Job(2, 1, 4, 10, 10),
        Job(3, 2, 1, 7, 7),
        Job(4, 2, 1, 5, 5),
        Job(5, 2, 1, 3, 3),
    ]

    assert start_times(jobs, nodes=4)[3] == 2
    by_limit = start_times(jobs, nodes=4, policy="easy-sjbf")
    assert by_limit == {1: 0, 2: 10, 5: 2, 4: 5, 3: 20}


def test_of_two_that_arrive_together_the_shortest_goes_first_where_that_is_the_policy():
    jobs = [
        Job(1, 0, 3, 10, 10),
        Job(2, 1, 4, 10, 10),
        Job(3, 2, 1, 7, 7),
        Job(4, 2, 1, 5, 5),
    ]

    assert start_times(jobs, nodes=4, policy="easy") == {1: 0, 2: 10, 3: 2, 4: 20}
    assert start_times(jobs, nodes=4, policy="easy-sjbf") == {1: 0, 2: 10, 4: 2, 3: 20}


def test_an_arrival_is_tried_though_nothing_has_ended():
    scheduler = Scheduler(Machine(4))
    scheduler.submit([Job(1, 0, 3, 10, 10), Job(2, 0, 4, 10, 10)])
    scheduler.advance(until=4)
    scheduler.submit([Job(3, 5, 1, 5, 5)])

    assert [event.job.id for event in scheduler.advance(until=5)] == [3, 3]
    assert scheduler.backfilled == 1


def test_all_jobs_that_go_ahead_are_counted_at_their_arrival_and_later():
    scheduler = Scheduler(Machine(6))
    scheduler.submit([Job(1, 0, 4, 10, 10), Job(2, 0, 6, 10, 10)])
    scheduler.submit(Job(number, 1, 1, 4, 4) for number in (3, 4))
    scheduler.submit(Job(number, 2, 1, 5, 5) for number in (5, 6))

    assert starts(scheduler.run()) == {1: 0, 3: 1, 4: 1, 5: 5, 6: 5, 2: 10}
    assert scheduler.backfilled == 4


def test_nodes_freed_in_a_second_are_used_by_what_arrives_in_it():
    jobs = [Job(1, 0, 4, 10, 10), Job(2, 10, 4, 10, 10)]

    assert start_times(jobs, nodes=4) == {1: 0, 2: 10}


def test_one_pass_sees_all_ends_and_arrivals_of_its_second():
    """A pass after the end of job 1 alone would start job 4 on its nodes."""
    jobs = [
        Job(1, 0, 2, 20, 10),
        Job(2, 0, 2, 20, 10),
        Job(3, 5, 4, 5, 5),
        Job(4, 6, 2, 9, 9),
    ]

    assert start_times(jobs, nodes=4) == {1: 0, 2: 0, 3: 10, 4: 15}


def test_first_come_first_served_lets_nobody_go_ahead():
    jobs = [Job(1, 0, 3, 10, 10), Job(2, 1, 4, 10, 10), Job(3, 2, 1, 5, 5)]

    assert start_times(jobs, nodes=4, policy="fcfs") == {1: 0, 2: 10, 3: 20}


def test_jobs_of_one_second_queue_by_their_number():
    jobs = [Job(9, 0, 4, 10, 10), Job(5, 0, 4, 10, 10), Job(7, 0, 4, 10, 10)]

    assert start_times(jobs, nodes=4) == {5: 0, 7: 10, 9: 20}


def test_the_reservation_names_the_head_and_the_second_it_is_promised():
    scheduler = Scheduler(Machine(4))
    head = Job(2, 1, 4, 10, 10)
    scheduler.submit([Job(1, 0, 3, 10, 4), head])

    scheduler.advance(until=1)
    promised = scheduler.reservation
    scheduler.advance(until=4)

    assert promised == (head, 10)
    assert scheduler.reservation is None
