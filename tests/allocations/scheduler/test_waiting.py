"""The list and the trees are the same queue."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.scheduler import Job
from allocations.scheduler.trees import Hole
from allocations.scheduler.waiting import (
    LongQueue,
    LongQueueByLimit,
    ShortQueue,
    ShortQueueByLimit,
)

QUEUES = [ShortQueue, LongQueue]

sizes = st.integers(1, 9)
jobs = st.lists(st.tuples(st.integers(0, 5), sizes, sizes), max_size=40).map(
    lambda rows: [Job(number, *row, 1) for number, row in enumerate(rows)]
)


def already_narrow(hole):
    assert hole


def take(queue, hole, narrow=already_narrow, *, tried_free=0, tried_spare=9):
    taken = []
    fitting = queue.take_fitting(hole, narrow, tried_free=tried_free, tried_spare=tried_spare)
    for job in fitting:
        hole.fill(job)
        taken.append(job)
    return taken


def narrowed_to(exact):
    def narrow(hole):
        hole.window, hole.spare = exact.window, exact.spare

    return narrow


@given(jobs, st.integers(0, 20), st.integers(0, 9), st.integers(-3, 12))
def test_both_take_the_jobs_that_a_plain_loop_takes(jobs, free, window, spare):
    expected = []
    hole = Hole(free, window, spare)
    for job in sorted(jobs, key=lambda job: (job.submit, job.id)):
        if hole.fits(job):
            hole.fill(job)
            expected.append(job)

    for queue in (ShortQueue(jobs), LongQueue(jobs)):
        loose = Hole(free, window + 3, spare + 3)
        assert take(queue, loose, narrowed_to(Hole(free, window, spare))) == expected
        assert set(queue) == set(jobs) - set(expected)


@given(jobs, st.integers(0, 20), st.integers(0, 9), st.integers(-3, 12))
def test_both_take_the_shortest_first_where_that_is_asked_for(jobs, free, window, spare):
    expected = []
    hole = Hole(free, window, spare)
    for job in sorted(jobs, key=lambda job: (job.limit, job.submit, job.id)):
        if hole.fits(job):
            hole.fill(job)
            expected.append(job)

    for queue in (ShortQueueByLimit(jobs), LongQueueByLimit(jobs)):
        assert take(queue, Hole(free, window, spare)) == expected
        assert set(queue) == set(jobs) - set(expected)


@pytest.mark.parametrize("queue", QUEUES)
def test_the_hole_is_not_narrowed_when_nothing_fits(queue):
    def narrow(hole):
        raise AssertionError("this takes time")

    assert take(queue([Job(1, 0, 5, 5, 1)]), Hole(4, 99, 4), narrow) == []


@pytest.mark.parametrize(
    ("free", "spare", "taken"), [(4, 1, [4]), (9, 1, [4]), (3, 2, [2]), (9, 2, [2, 4])]
)
def test_more_free_or_more_spare_nodes_let_in_who_was_tried_before(free, spare, taken):
    """With 3 free and 1 spare, job 1 was too long and job 2 too large."""
    queue = ShortQueue([Job(1, 0, 2, 9, 1), Job(2, 0, 4, 5, 1)])

    jobs = take(queue, Hole(free, 5, spare), tried_free=3, tried_spare=1)

    assert [job.nodes for job in jobs] == taken


@pytest.mark.parametrize(("free", "spare"), [(3, 1), (2, 1), (3, 0), (1, 9)])
def test_nobody_is_tried_again_with_no_more_nodes_than_before(free, spare):
    def narrow(hole):
        raise AssertionError("this takes time")

    queue = ShortQueue([Job(1, 0, 2, 9, 1), Job(2, 0, 4, 5, 1)])

    assert take(queue, Hole(free, 5, spare), narrow, tried_free=3, tried_spare=1) == []


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_keeps_its_order_through_arrivals_and_departures(queue):
    rng = Random(1)
    waiting = queue()
    model = []
    for number in range(2000):
        if model and rng.random() < 0.45:
            job = rng.choice(model)
            model.remove(job)
            waiting.remove(job)
        else:
            job = Job(number, rng.choice([number, rng.randint(0, 2000)]), 1, 1, 1)
            model.append(job)
            waiting.add(job)
        model.sort(key=lambda job: (job.submit, job.id))
        assert waiting.first() == (model[0] if model else None)
        assert len(waiting) == len(model)
    assert sorted(waiting, key=lambda job: (job.submit, job.id)) == model


@pytest.mark.parametrize("queue", QUEUES)
def test_an_empty_queue_has_no_first_job(queue):
    assert queue().first() is None
    assert take(queue(), Hole(9, 9, 9)) == []


@pytest.mark.parametrize("queue", QUEUES)
def test_a_job_fills_the_spare_nodes_only_beyond_the_window(queue):
    hole = Hole(free=4, window=5, spare=1)
    short, long, longer = Job(1, 0, 2, 5, 1), Job(2, 0, 1, 6, 1), Job(3, 0, 1, 6, 1)

    assert take(queue([short, long, longer]), hole) == [short, long]
    assert hole == Hole(free=1, window=5, spare=0)
