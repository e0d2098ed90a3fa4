"""The list and the tree are the same queue."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.scheduler import Job
from allocations.scheduler.waiting import Hole, LongQueue, ShortQueue

QUEUES = [ShortQueue, LongQueue]

sizes = st.integers(1, 9)
jobs = st.lists(st.tuples(st.integers(0, 5), sizes, sizes), max_size=40).map(
    lambda rows: [Job(number, *row, 1) for number, row in enumerate(rows)]
)


def take(queue, hole):
    taken = []
    for job in queue.take_fitting(hole):
        hole.fill(job)
        taken.append(job)
    return taken


@given(jobs, st.integers(0, 20), st.integers(0, 9), st.integers(-3, 12))
def test_both_take_the_jobs_that_a_plain_loop_takes(jobs, free, window, spare):
    expected = []
    hole = Hole(free, window, spare)
    for job in sorted(jobs, key=lambda job: (job.submit, job.id)):
        if job.nodes <= hole.free and (job.limit <= hole.window or job.nodes <= hole.spare):
            hole.fill(job)
            expected.append(job)

    for queue in (ShortQueue(jobs), LongQueue(jobs)):
        assert take(queue, Hole(free, window, spare)) == expected
        assert set(queue) == set(jobs) - set(expected)


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
    assert list(waiting) == model


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
