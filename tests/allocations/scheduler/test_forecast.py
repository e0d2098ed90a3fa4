"""Replications of a queue: what they know, what they draw, and what comes out."""

from dataclasses import replace
from random import Random

import pytest

from allocations.scheduler import (
    Association,
    Budget,
    Conditions,
    Dependency,
    DependencyKind,
    Hold,
    Job,
    Machine,
    Policy,
    RunningJob,
    SlurmConfig,
    SlurmState,
    State,
    Weights,
    kernel,
)
from allocations.scheduler.forecast import Outlook, Range, Shape, start_range
from allocations.scheduler.prospects import SLOT, Prospects, model_days
from allocations.scheduler.replication import Replication
from allocations.scheduler.state import Used
from allocations.scheduler.workload import Tenant

NOBODY = ((),) * 7
TO_THE_LIMIT = dict.fromkeys(("tiny", "small", "medium", "large"), (1.0, 1.0))
HALF_OR_ALL = dict.fromkeys(("tiny", "small", "medium", "large"), (0.5, 1.0))
NOON = 20_000 * 86_400 + 43_200


def job(number, nodes, limit, *, submit=NOON, runtime=1, **conditions):
    return Job(number, submit, nodes, limit, runtime, conditions=conditions.get("conditions"))


def outlook(*, waiting=(), running=(), parts=TO_THE_LIMIT, days=NOBODY, nodes=4, **kwargs):
    state = State(now=NOON, running=tuple(running), waiting=tuple(waiting))
    return Outlook(
        Machine(nodes), Policy.EASY, state, Prospects(nodes, parts, days), seed="s", **kwargs
    )


BUSY = RunningJob(job(1, 4, 3600, submit=NOON - 1800), NOON - 1800)


def test_with_exact_limits_and_nobody_else_the_forecast_is_the_schedule():
    queue = outlook(running=[BUSY], waiting=[job(2, 3, 600), job(3, 4, 600), job(4, 1, 600)])

    runs = [queue.replicate(number, [2, 3, 4]) for number in range(21)]

    assert runs == [{2: NOON + 1800, 3: NOON + 2400, 4: NOON + 1800}] * 21
    assert start_range(runs, 3) == Range(*[NOON + 2400] * 3)


def test_a_replication_depends_on_state_seed_and_number_alone():
    waiting = [job(number, number % 4 + 1, 600 * number) for number in range(2, 9)]
    queue = outlook(running=[BUSY], waiting=waiting, parts={}, days=model_days(4, 0.5))
    ids = [entry.id for entry in waiting]

    in_order = [queue.replicate(number, ids) for number in range(5)]

    assert [queue.replicate(number, ids) for number in (4, 3, 2, 1, 0)] == in_order[::-1]
    assert len({tuple(sorted(run.items())) for run in in_order}) == 5
    assert replace(queue, seed="t").replicate(1, ids) != in_order[1]


def test_true_run_times_change_nothing():
    def told(runtime):
        running = RunningJob(replace(BUSY.job, runtime=runtime), BUSY.started)
        return outlook(running=[running], waiting=[job(2, 4, 600, runtime=runtime)], parts={})

    assert told(1801).replicate(3, [2]) == told(3600).replicate(3, [2])
    assert told(1801).fingerprint == told(3600).fingerprint


def test_a_running_job_is_drawn_given_that_it_has_run_so_long():
    queue = outlook(running=[BUSY], waiting=[job(2, 4, 600)], parts=HALF_OR_ALL)

    starts = [queue.replicate(number, [2])[2] - NOON for number in range(1, 101)]

    assert 0 < min(starts) < 100  # half of its hour has gone by
    assert 1700 < max(starts) <= 1800


def test_ranges_grow_with_what_is_not_known():
    queue = outlook(running=[BUSY], waiting=[job(2, 4, 600)], parts=HALF_OR_ALL)

    p10, p50, p90 = start_range([queue.replicate(number, [2]) for number in range(201)], 2)

    assert (p10 - NOON, p50 - NOON, p90 - NOON) == pytest.approx((180, 900, 1620), abs=90)


def test_who_comes_later_is_behind_whoever_waits():
    waiting = [job(2, 4, 7200), job(3, 4, 7200)]
    alone = outlook(running=[BUSY], waiting=waiting)
    crowded = outlook(running=[BUSY], waiting=waiting, days=model_days(4, 2.0))

    assert crowded.replicate(1, [2, 3]) == alone.replicate(1, [2, 3])


def test_who_comes_later_may_go_ahead_of_one_that_its_begin_keeps_waiting():
    begins = job(2, 4, 600, conditions=Conditions(begin=NOON + 7200))
    state = State(now=NOON, blocked=(begins,))
    alone = replace(outlook(), state=state)
    crowded = replace(outlook(days=model_days(4, 2.0)), state=state)

    starts = {crowded.replicate(number, [2])[2] for number in range(1, 20)}

    assert alone.replicate(1, [2]) == {2: NOON + 7200}
    assert min(starts) >= NOON + 7200
    assert len(starts) > 1


def test_a_job_that_is_held_does_not_start_within_the_horizon():
    held = job(2, 1, 600, conditions=Conditions(hold=Hold.USER))
    state = State(now=NOON, blocked=(held,))
    queue = replace(outlook(horizon=86_400), state=state)

    runs = [queue.replicate(number, [2]) for number in range(21)]

    assert start_range(runs, 2) == Range(None, None, None)


def after(number, on, kind):
    return job(number, 1, 600, conditions=Conditions(after=(Dependency(kind, on),)))


def test_a_job_that_depends_on_another_starts_when_that_one_may_have_ended():
    state = State(now=NOON, running=(BUSY,), blocked=(after(2, 1, DependencyKind.AFTER_ANY),))
    queue = replace(outlook(parts=HALF_OR_ALL), state=state)

    starts = [queue.replicate(number, [2])[2] - NOON for number in range(1, 101)]

    assert 0 < min(starts) < 100
    assert 1700 < max(starts) <= 1800


def test_what_can_never_start_is_not_looked_for_any_further():
    state = State(now=NOON, running=(BUSY,), blocked=(after(2, 1, DependencyKind.AFTER_NOT_OK),))
    queue = replace(outlook(days=model_days(4, 0.5)), state=state)
    replication = queue.replication(1)

    assert replication.simulate({2}) == {}
    assert next(replication.arrivals)[0] < NOON + 3 * SLOT  # of 28 days


def test_a_start_beyond_the_horizon_is_not_looked_for():
    queue = outlook(running=[BUSY], waiting=[job(2, 4, 600)], horizon=1799)

    assert queue.replicate(1, [2]) == {}
    assert replace(queue, horizon=1800).replicate(1, [2]) == {2: NOON + 1800}


def test_a_probe_comes_after_all_who_wait_and_changes_nothing_else():
    queue = outlook(running=[BUSY], waiting=[job(2, 4, 600)])

    shapes = [Shape(nodes=1, limit=60), Shape(nodes=4, limit=60), Shape(nodes=5, limit=60)]

    assert queue.probe(0, shapes) == dict.fromkeys(shapes[:2], NOON + 2400)
    assert queue.replicate(0, [2]) == {2: NOON + 1800}


def test_probes_share_what_a_replication_draws():
    queue = outlook(running=[BUSY], waiting=[job(2, 4, 600)], parts={}, days=model_days(4, 0.5))
    shapes = [Shape(nodes, limit) for nodes in (1, 3) for limit in (600, 7200)]

    for number in range(5):
        alone = {}
        for shape in shapes:
            alone |= queue.probe(number, [shape])
        assert queue.probe(number, shapes) == alone


def test_those_who_come_and_probes_have_accounts_where_the_policy_asks_for_them():
    """Account 8 has used nothing, so that its jobs go ahead of those of account 7."""
    state = State(
        now=NOON,
        running=(BUSY,),
        waiting=(replace(job(2, 4, 600), account=7),),
        slurm=SlurmState(usage=(Used(7, "", "", 10**9, 10**9),)),
    )
    config = SlurmConfig(
        weights=Weights(fairshare=100), associations=(Association(7), Association(8))
    )
    queue = replace(outlook(), policy=Policy.SLURM, slurm=config, state=state)
    shape = Shape(nodes=4, limit=60)

    starts = [
        replace(queue, probe_account=account).probe(0, [shape])[shape] - NOON for account in (7, 8)
    ]
    assert starts == [2400, 1800]

    noon = ((43_800, 4, 600, Tenant.BMFTR),)
    slots = tuple(noon if slot == 6 else () for slot in range(12))
    crowded = replace(queue, prospects=Prospects(4, TO_THE_LIMIT, ((slots,),) * 7))
    starts = [
        replace(crowded, accounts={Tenant.BMFTR: account}).replicate(1, [2])[2] - NOON
        for account in (7, 8)
    ]
    assert starts == [1800, 2400]


def test_starts_that_did_not_come_in_time_count_as_late():
    runs = [{}, *[{2: start} for start in range(17)], *[{}] * 3]

    assert start_range(runs, 2) == Range(p10=2, p50=10, p90=None)


def test_below_twenty_replications_the_single_run_is_all_there_is():
    runs = [{2: 5}, *[{2: 9}] * 19]

    assert start_range(runs, 2) == Range(None, 5, None)


def test_the_fingerprint_tells_queues_apart_and_not_moments():
    queue = outlook(running=[BUSY], waiting=[job(2, 4, 600)])
    later = replace(queue, state=replace(queue.state, now=NOON + 60))
    longer = outlook(running=[BUSY], waiting=[job(2, 4, 601)])
    started = outlook(running=[BUSY, RunningJob(job(2, 4, 600), NOON)])
    larger = outlook(running=[BUSY], waiting=[job(2, 4, 600)], nodes=5)

    assert later.fingerprint == queue.fingerprint
    prints = {entry.fingerprint for entry in (queue, longer, started, larger)}
    assert len(prints) == 4


needs_kernel = pytest.mark.skipif(not kernel.available(), reason="numba is not installed")


@needs_kernel
@pytest.mark.parametrize("number", [0, 1, 2, 3])
@pytest.mark.parametrize("policy", [Policy.EASY, Policy.FCFS])
@pytest.mark.parametrize("load", [0.0, 0.6, 1.2])
def test_the_kernel_comes_to_the_engines_starts(number, policy, load):
    rng = Random(f"{number}")
    waiting = [
        replace(job(n, rng.randint(1, 4), 600 * rng.randint(1, 40)), low=rng.random() < 0.2)
        for n in range(2, 12)
    ]
    later = tuple(job(n, 2, 3600, submit=NOON + 10 * n) for n in range(20, 24))
    queue = outlook(running=[BUSY], waiting=waiting, parts={}, days=model_days(4, load))
    state = replace(queue.state, arriving=later)
    queue = replace(queue, policy=policy, state=state, horizon=6 * 86_400)
    watched = {entry.id for entry in (*waiting, *later)}

    by_engine = queue.replication(number).simulate(watched)

    assert queue.replication(number).compute(watched) == by_engine
    assert queue.replicate(number, watched) == by_engine


@needs_kernel
@pytest.mark.parametrize(
    "changes",
    [
        {"blocked": (job(9, 1, 60, conditions=Conditions(begin=NOON + 60)),)},
        {"cancellations": ((NOON + 10, 2),)},
        {"waiting": (replace(job(2, 4, 600), account=1),), "budgets": {1: Budget(2399)}},
        {"waiting": (replace(job(2, 4, 600), account=1),), "budgets": {1: Budget(2400, NOON + 9)}},
        {"waiting": (replace(job(2, 4, 600), account=1),)},
    ],
)
def test_where_more_than_nodes_counts_the_engine_decides(monkeypatch, changes):
    queue = outlook(running=[BUSY], waiting=[job(2, 4, 600)], horizon=86_400)
    queue = replace(queue, state=replace(queue.state, **changes))
    monkeypatch.setattr(kernel, "simulate", None)

    assert queue.replicate(1, [2]) == queue.replication(1).simulate({2})


@needs_kernel
def test_a_budget_for_all_jobs_of_the_queue_leaves_it_to_the_kernel(monkeypatch):
    paid = replace(job(2, 4, 600), account=1)
    queue = outlook(running=[BUSY], waiting=[paid], horizon=86_400)
    queue = replace(queue, state=replace(queue.state, budgets={1: Budget(2400, NOON + 86_401)}))
    monkeypatch.setattr(Replication, "simulate", None)

    assert queue.replicate(1, [2]) == {2: NOON + 1800}


def test_outages_that_lie_ahead_are_not_known():
    queue = outlook(running=[BUSY], waiting=[job(2, 4, 600)])
    foretold = replace(queue, state=replace(queue.state, node_updates=("down",)))

    assert foretold.fingerprint == queue.fingerprint
    assert foretold.replication(1).simulate({2}) == {2: NOON + 1800}
