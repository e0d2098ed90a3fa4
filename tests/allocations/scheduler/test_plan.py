from random import Random

from allocations.scheduler import Job, SlurmConfig
from allocations.scheduler.occupancy import FOREVER
from allocations.scheduler.plan import Plan, Refused
from allocations.scheduler.profile import Profile


def a_job(nodes, limit):
    return Job(0, submit=0, nodes=nodes, limit=limit, runtime=limit)


def test_who_is_refused_covers_those_who_ask_for_no_less_and_no_shorter():
    dice = Random(7)
    shapes = [(dice.randrange(1, 9), dice.randrange(1, 9)) for _ in range(40)]
    refused = Refused()

    for number, (nodes, limit) in enumerate(shapes):
        expected = any(nodes >= n and limit >= time for n, time in shapes[:number])
        assert refused.cover(a_job(nodes, limit)) == expected
        refused.add(a_job(nodes, limit))


def test_a_plan_gives_no_slot_to_a_job_larger_than_one_that_found_none():
    running = Profile(4)
    running.take(0, 600, 3)
    plan = Plan(running, SlurmConfig(bf_window=300), now=0)

    slots = [plan.provide_for(a_job(nodes, 60), "") for nodes in (2, 3, 1)]

    assert slots == [FOREVER, FOREVER, 60]


def test_a_job_that_does_not_start_does_not_hide_a_shorter_one():
    running = Profile(4)
    running.take(0, 600, 2)
    plan = Plan(running, SlurmConfig(), now=0)
    plan.provide_for(a_job(4, 60), "")

    starts = [plan.starts_now(a_job(1, limit)) for limit in (660, 720, 600)]

    assert starts == [False, False, True]
