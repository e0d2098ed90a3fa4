from itertools import islice
from random import Random

import pytest

from allocations.scheduler.forecast import MedianRandom
from allocations.scheduler.prospects import DAY, SLOT, SLOTS, Prospects, learn_parts, model_days

EVEN = {"large": (0.0, 0.5, 1.0)}


def prospects(parts=EVEN, days=((),) * 7):
    return Prospects(machine=4, parts=parts, days=days)


def test_the_median_of_a_fresh_job_is_that_of_the_parts_used():
    assert prospects().runtime(4, 1000, MedianRandom()) == 500
    assert prospects({"large": (0.0, 0.1, 1.0)}).runtime(4, 1000, MedianRandom()) == 100


@pytest.mark.parametrize("elapsed", [0, 250, 900])
def test_a_job_that_has_run_for_a_while_runs_on(elapsed):
    rng = Random(7)
    runtimes = [prospects().runtime(4, 1000, rng, elapsed=elapsed) for _ in range(2000)]

    assert min(runtimes) > elapsed
    assert max(runtimes) <= 1000
    mean = sum(runtimes) / len(runtimes)
    assert mean == pytest.approx((elapsed + 1000) / 2, rel=0.02)  # evenly over what is left


def test_a_job_beyond_all_that_was_ever_seen_runs_to_its_limit():
    assert prospects({"large": (0.0, 0.5)}).runtime(4, 1000, Random(1), elapsed=700) == 1000


def test_parts_are_learned_where_fifty_jobs_of_a_class_have_ended():
    ended = [(1, 100, used) for used in range(1, 51)] + [(64, 100, 10)] * 49

    parts = learn_parts(ended, machine=256)

    assert parts == {"tiny": [used / 100 for used in range(1, 51)]}


def test_a_job_that_outran_its_limit_used_all_of_it():
    assert learn_parts([(1, 100, 130)] * 50, machine=256) == {"tiny": [1.0] * 50}


def test_days_are_those_of_the_weekday_and_every_job_is_in_its_slot():
    days = model_days(100, 0.9)

    assert [len(choice) for choice in days] == [8] * 7
    for choice in days:
        for day in choice:
            assert len(day) == SLOTS
            for number, slot in enumerate(day):
                assert {second // SLOT for second, *_shape in slot} <= {number}


def test_jobs_come_in_order_after_now_and_run_for_what_is_drawn():
    machine = prospects({}, days=model_days(4, 0.9))
    now = 20_000 * DAY + 40_000

    slots = list(islice(machine.arrivals(now, Random(2)), 30))

    ends = [end for end, _jobs in slots]
    assert ends == list(range(20_000 * DAY + 6 * SLOT - 1, 20_000 * DAY + 36 * SLOT - 1, SLOT))
    for end, jobs in slots:
        assert all(max(now, end - SLOT) < submit <= end for submit, *_shape in jobs)
        assert all(1 <= runtime <= 1.25 * limit for *_, limit, runtime, _tenant in jobs)


def test_nobody_comes_to_a_machine_without_other_users():
    slots = islice(prospects(days=model_days(100, 0.0)).arrivals(20_000 * DAY, Random(1)), 20)

    assert [jobs for _end, jobs in slots] == [[]] * 20
