from allocations.scheduler import Ended, Job
from allocations.scheduler.timeline import Column, Steps, condensed, jobs_waiting, nodes_in_use

from .schedules import run

JOBS = [Job(1, 0, 3, 10, 10), Job(2, 2, 4, 10, 10), Job(3, 2, 1, 8, 8), Job(4, 20, 4, 5, 5)]


def ended():
    return [event for event in run(JOBS, nodes=4)[1] if isinstance(event, Ended)]


def test_nodes_in_use_change_with_starts_and_ends():
    assert nodes_in_use(ended()) == Steps([0, 2, 25], [3, 4, 0])


def test_jobs_wait_from_submission_to_start():
    assert jobs_waiting(ended()) == Steps([2, 10], [1, 0])


def test_columns_keep_the_extremes_and_the_mean():
    steps = Steps([0, 2, 10, 12, 25], [3, 4, 2, 4, 0])

    assert list(condensed(steps, 2)) == [
        Column(0, 2, (2 * 3 + 8 * 4 + 2 * 2 + 1 * 4) / 13, 4),
        Column(13, 0, 12 * 4 / 13, 4),
    ]


def test_a_column_may_lie_between_two_changes():
    assert list(condensed(Steps([0, 9], [5, 0]), 3)) == [
        Column(0, 5, 5, 5),
        Column(4, 5, 5, 5),
        Column(8, 0, 5 / 4, 5),
    ]


def test_nothing_has_no_columns():
    assert list(condensed(Steps([], []), 100)) == []
