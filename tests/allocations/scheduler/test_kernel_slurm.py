"""The compiled kernel gives the schedules of the policy ``slurm``, where it takes its part."""

from dataclasses import replace
from random import Random

import pytest

from allocations.scheduler import (
    Association,
    Conditions,
    Job,
    Machine,
    Partition,
    Policy,
    QoS,
    Scheduler,
    SlurmConfig,
    State,
    kernel,
    priority,
)
from allocations.scheduler.kernel import NEVER, KernelUnavailable
from allocations.scheduler.waiting import by_arrival
from allocations.scheduler.workload import TENANTS, Tenant, daily_jobs

from . import generated
from .schedules import starts

DAY = 86_400
ACCOUNTS = {tenant: number for number, tenant in enumerate(Tenant, start=1)}


def trace(seed):
    """Nodes, jobs and a configuration that the kernel takes, with ties in the fair tree."""
    nodes, jobs = generated.trace(seed)
    rng = Random(f"kernel {seed}")
    period = rng.choice([1, 4, 10, 30])
    config = SlurmConfig(
        weights=priority.Weights(*(rng.choice([0, 0, rng.randint(1, 100)]) for _ in range(7))),
        priority_favor_small=rng.random() < 0.3,
        priority_max_age=rng.choice([5, 50, 500]),
        priority_calc_period=period,
        priority_decay_half_life=period * rng.choice([1, 4, 50]),
        bf_interval=rng.choice([0, 0, 1, 5, 7]),
        bf_resolution=rng.choice([1, 1, 3, 10]),
        bf_window=rng.choice([None, None, 5, 40]),
        bf_max_job_test=rng.choice([None, None, 1, 3, 10]),
        bf_job_part_count_reserve=1,
        partitions=rng.choice([(), (Partition("booster", priority_job_factor=2),)]),
        qos=(QoS("high", priority=rng.randint(1, 5), usage_factor=1.5), QoS("normal")),
        associations=associations(rng),
    )
    jobs = [
        replace(
            job,
            account=rng.choice([None, 1, 2, 21, 3]),
            user=rng.choice("abc"),
            qos=rng.choice(["", "high", "normal"]),
            low=rng.random() < 0.1,
            nice=rng.choice([0, 0, rng.randint(-20, 20)]),
            site_factor=rng.choice([0, 0, rng.randint(0, 20)]),
        )
        for job in jobs
    ]
    return nodes, sorted(jobs, key=lambda job: (job.submit, job.id)), config


def associations(rng):
    return (
        Association(1, shares=rng.randint(0, 3), priority=2),
        Association(1, "a", shares=rng.randint(0, 2)),
        Association(1, "b", priority=1),
        Association(2, shares=rng.randint(1, 3)),
        Association(2, "a"),
        Association(2, "c"),
        Association(21, parent=2),
        Association(21, "a", shares=2),
        Association(21, "b"),
        Association(3),
        Association(user="c", shares=rng.choice([0, 1])),
    )


def by_engine(jobs, *, nodes, config):
    scheduler = Scheduler(Machine(nodes), Policy.SLURM, slurm=config)
    scheduler.submit(jobs)
    begun = starts(scheduler.run())
    return [begun.get(job.id, NEVER) for job in jobs], scheduler.backfilled


def by_kernel(jobs, *, nodes, config):
    computed = kernel.simulate_slurm(Machine(nodes), config, jobs)
    return list(computed.starts), computed.backfilled


@pytest.mark.parametrize("first", range(0, 600, 100))
def test_gives_the_schedules_of_the_engine(first):
    for seed in range(first, first + 100):
        nodes, jobs, config = trace(seed)

        computed = by_kernel(jobs, nodes=nodes, config=config)

        assert computed == by_engine(jobs, nodes=nodes, config=config), seed


@pytest.mark.parametrize("first", range(0, 600, 100))
def test_goes_on_from_any_state_as_the_engine_does(first):
    for seed in range(first, first + 100):
        nodes, jobs, config = trace(seed)
        scheduler = Scheduler(Machine(nodes), Policy.SLURM, slurm=config)
        scheduler.submit(jobs)
        scheduler.advance(until=Random(seed).randint(0, 300))
        state = scheduler.state
        waiting = sorted(state.waiting, key=by_arrival)
        left = [*waiting, *sorted(state.arriving, key=by_arrival)]

        computed = kernel.simulate_slurm(Machine(nodes), config, left, state=state)

        begun = starts(Scheduler(Machine(nodes), Policy.SLURM, state, slurm=config).run())
        assert list(computed.starts) == [begun.get(job.id, NEVER) for job in left], seed


@pytest.mark.parametrize("load", [0.9, 1.5])
def test_a_crowded_machine_is_that_of_the_engine(load):
    arrivals = [job for day in range(20_780, 20_783) for job in daily_jobs(1, day, 5_884, load)]
    users = sorted({(ACCOUNTS[arrival.tenant], arrival.user) for arrival in arrivals})
    config = SlurmConfig(
        weights=priority.JUPITER,
        bf_job_part_count_reserve=1,
        qos=(QoS("normal", priority=1), QoS("urgent", priority=2, usage_factor=2)),
        associations=(
            *(Association(ACCOUNTS[tenant], shares=part) for tenant, part in TENANTS.items()),
            *(Association(account, user) for account, user in users),
        ),
    )
    jobs = [
        replace(
            arrival.as_job(number),
            account=ACCOUNTS[arrival.tenant],
            qos="urgent" if number % 20 == 0 else "normal",
        )
        for number, arrival in enumerate(arrivals)
    ]

    computed = by_kernel(jobs, nodes=5_884, config=config)

    assert computed == by_engine(jobs, nodes=5_884, config=config)


def test_a_job_larger_than_the_machine_never_starts():
    jobs = [Job(1, 0, 5, 10, 10), Job(2, 0, 4, 10, 10)]
    config = SlurmConfig(bf_job_part_count_reserve=1)

    assert by_kernel(jobs, nodes=4, config=config)[0] == [NEVER, 0]
    assert by_kernel([], nodes=4, config=config) == ([], 0)


@pytest.mark.parametrize(
    "unknown",
    [
        {"bf_job_part_count_reserve": 0},
        {"priority_decay_half_life": None},
        {"partitions": (Partition("booster"), Partition("largebooster"))},
        {"partitions": (Partition("booster", max_time=DAY),)},
        {"qos": (QoS("normal", max_jobs_per_user=4),)},
        {"associations": (Association(1, grp_nodes=4),)},
    ],
)
def test_says_that_it_does_not_know_a_configuration(unknown):
    known = SlurmConfig(bf_job_part_count_reserve=1)
    assert kernel.takes(known)

    assert not kernel.takes(replace(known, **unknown))
    with pytest.raises(KernelUnavailable, match="does not know what this configuration"):
        kernel.simulate_slurm(Machine(4), replace(known, **unknown), [])


@pytest.mark.parametrize("change", [{"conditions": Conditions(begin=9)}, {"account": 5}])
def test_refuses_jobs_that_wait_for_more_than_nodes(change):
    config = SlurmConfig(bf_job_part_count_reserve=1)

    with pytest.raises(KernelUnavailable, match="job 7 waits for more than nodes"):
        kernel.simulate_slurm(Machine(4), config, [replace(Job(7, 0, 1, 1, 1), **change)])


def test_refuses_jobs_out_of_order():
    config = SlurmConfig(bf_job_part_count_reserve=1)

    with pytest.raises(ValueError, match="not in the order"):
        kernel.simulate_slurm(Machine(4), config, [Job(1, 5, 1, 1, 1), Job(2, 4, 1, 1, 1)])


def test_refuses_states_of_which_it_does_not_know_everything():
    config = SlurmConfig(bf_job_part_count_reserve=1)
    waiting, coming = Job(1, 0, 1, 1, 1), Job(2, 9, 1, 1, 1)

    with pytest.raises(KernelUnavailable, match="more than jobs that run and wait"):
        kernel.simulate_slurm(
            Machine(4), config, [coming], state=State(now=5, cancellations=((9, 2),))
        )
    with pytest.raises(ValueError, match="do not come first"):
        kernel.simulate_slurm(Machine(4), config, [coming], state=State(now=5, waiting=(waiting,)))
