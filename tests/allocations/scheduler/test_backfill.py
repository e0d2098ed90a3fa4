"""The queue by itself, before a machine of four nodes.

The jobs are ``Job(id, submit, nodes, limit, runtime)``.
"""

import pytest

from allocations.scheduler import Job, Machine, Policy, Started, State, backfill
from allocations.scheduler.backfill import HeadFirst
from allocations.scheduler.limits import Budgets
from allocations.scheduler.occupancy import FOREVER, Occupancy
from allocations.scheduler.waiting import LongQueue, PlainQueue, ShortQueue

from . import generated
from .schedules import run, start_times

RUNS, HEAD, NEXT = Job(1, 0, 3, 10, 10), Job(2, 1, 4, 10, 10), Job(3, 2, 1, 20, 20)


@pytest.fixture
def queue():
    """Job 1 runs until 10, job 2 is the head, and job 3 would delay it."""
    queue = new_queue()
    for job in (RUNS, HEAD, NEXT):
        consider(queue, job, at=job.submit)
    return queue


@pytest.fixture
def searches(monkeypatch):
    """The nodes for which a promise was looked for among the expected ends."""
    sizes = []
    search = Occupancy.shadow

    def counted(occupancy, nodes):
        sizes.append(nodes)
        return search(occupancy, nodes)

    monkeypatch.setattr(Occupancy, "shadow", counted)
    return sizes


@pytest.fixture
def passes(monkeypatch):
    """The nodes that were free in each pass over a queue in a list."""
    free = []
    take = ShortQueue.take_fitting

    def counted(queue, hole, narrow, **tried):
        free.append(hole.free)
        return take(queue, hole, narrow, **tried)

    monkeypatch.setattr(ShortQueue, "take_fitting", counted)
    return free


def new_queue(policy=Policy.EASY):
    return HeadFirst(Machine(4), policy, Budgets({}, now=0))


def consider(queue, *jobs, at, changed=False):
    events = []
    queue.consider(jobs, at, events, changed=changed)
    return [event.job for event in events if isinstance(event, Started)]


def test_without_a_head_nobody_is_promised_anything():
    assert new_queue().shadow() == FOREVER


def test_only_a_head_that_leaves_calls_for_a_pass(queue):
    assert queue.withdraw(NEXT) is False
    assert queue.withdraw(HEAD) is True
    assert list(queue) == []


def test_the_promise_is_looked_for_once_until_a_job_ends(queue, searches):
    for number in range(4, 9):
        assert consider(queue, Job(number, 3, 1, 20, 20), at=3) == []
        assert consider(queue, at=3, changed=True) == []
        assert queue.shadow() == 10
    assert searches == []

    queue.occupancy.evict(RUNS)
    queue.release(RUNS, 0, 4)

    assert consider(queue, at=4, changed=True) == [HEAD]
    assert queue.shadow() == queue.shadow() == 14
    assert len(searches) == 1


def test_the_promise_is_not_looked_for_when_a_job_fits_not_even_by_the_bounds(queue, searches):
    small = Job(4, 3, 1, 7, 1)  # in whose place another would have to be over by 10, too
    assert consider(queue, small, at=3) == [small]
    queue.occupancy.end_next()
    queue.release(small, 3, 4)

    assert consider(queue, Job(5, 4, 1, 7, 7), at=4) == []
    assert searches == []
    assert consider(queue, Job(6, 4, 1, 6, 6), at=4) == [Job(6, 4, 1, 6, 6)]
    assert len(searches) == 1


def test_a_job_larger_than_the_machine_stands_beside_the_queue(queue):
    large = Job(4, 2, 5, 10, 10)

    assert consider(queue, large, at=3) == []
    assert list(queue) == [HEAD, NEXT, large]
    assert queue.head == HEAD
    queue.withdraw(large)
    queue.enqueue([large])
    assert list(queue) == [HEAD, NEXT, large]


@pytest.mark.parametrize("arrival", [2, 4])
def test_nodes_that_would_have_been_kept_beyond_the_promise_are_spare_when_they_are_left(arrival):
    """At 10 the head leaves one of seven nodes, and two when job 2 has ended at 4."""
    jobs = [
        Job(1, 0, 3, 10, 10),
        Job(2, 0, 1, 50, 4),
        Job(3, 1, 5, 10, 10),
        Job(4, arrival, 2, 30, 30),
    ]

    assert start_times(jobs, nodes=7) == {1: 0, 2: 0, 3: 10, 4: 4}


@pytest.mark.parametrize("policy", [Policy.EASY, Policy.EASY_SJBF])
def test_who_arrives_calls_for_no_pass_over_those_that_wait(policy, passes):
    queue, late = new_queue(policy), Job(5, 2, 1, 7, 7)
    queue.resume(RUNS, 0)

    assert consider(queue, Job(0, 0, 4, 10, 10), at=0) == []
    assert consider(queue, Job(4, 3, 1, 20, 20), at=3) == []
    assert passes == []

    assert consider(queue, late, at=3) == [late]
    assert passes == [1]


def test_first_come_first_served_needs_nothing_but_the_order(monkeypatch):
    monkeypatch.setattr(backfill, "LONG", 2)
    queue = new_queue(Policy.FCFS)
    queue.resume(RUNS, 0)

    assert consider(queue, *(Job(number, 1, 2, 10, 10) for number in range(2, 6)), at=1) == []
    assert type(queue._queue) is PlainQueue


def test_the_queue_is_a_tree_when_it_is_long_and_a_list_again_when_it_is_short(queue, monkeypatch):
    monkeypatch.setattr(backfill, "LONG", 14)
    growing, shrinking = {}, {}
    jobs = [Job(number, 3, 2, 5, 5) for number in range(4, 17)]
    for length, job in enumerate(jobs, start=3):
        consider(queue, job, at=3)
        growing[length] = type(queue._queue)
    for length, job in enumerate(jobs):
        queue.withdraw(job)
        consider(queue, at=4, changed=True)
        shrinking[14 - length] = type(queue._queue)

    assert growing == {**dict.fromkeys(range(3, 15), ShortQueue), 15: LongQueue}
    assert shrinking == {**dict.fromkeys(range(14, 2, -1), LongQueue), 2: ShortQueue}


@pytest.mark.parametrize("policy", [Policy.EASY, Policy.EASY_SJBF])
def test_a_queue_that_changes_its_kind_on_the_way_gives_the_same_schedule(policy, monkeypatch):
    traces = [generated.funded_trace(seed) for seed in range(200)]
    schedules = []
    for long in (8, 10**9):
        monkeypatch.setattr(backfill, "LONG", long)
        schedules.append(
            [
                run(
                    jobs,
                    nodes=nodes,
                    policy=policy,
                    state=State(budgets=budgets),
                    cancellations=cancelled,
                )[1]
                for nodes, jobs, budgets, cancelled in traces
            ]
        )

    assert schedules[0] == schedules[1]
