"""Multifactor priorities, computed by hand.

The formula is that of https://slurm.schedmd.com/priority_multifactor.html.
"""

from dataclasses import replace

import pytest

from allocations.scheduler import (
    Association,
    Conditions,
    Dependency,
    DependencyKind,
    Job,
    Machine,
    Partition,
    Policy,
    QoS,
    Scheduler,
    SlurmConfig,
    Weights,
)
from allocations.scheduler.priority import JUPITER

DAY = 86_400
FULL = Job(1, 0, 1000, 30 * DAY, 30 * DAY)


def priorities(config, *jobs, until=0):
    """The priorities of ``jobs`` that wait behind one that fills a machine of 1,000 nodes."""
    scheduler = Scheduler(Machine(1000), Policy.SLURM, slurm=config)
    scheduler.submit([FULL])
    scheduler.advance(until=0)
    scheduler.submit(jobs)
    scheduler.advance(until=until)
    return scheduler.priorities()


def test_all_weights_are_0_by_default_and_no_priority_is_below_1():
    assert priorities(SlurmConfig(), Job(2, 0, 10, 60, 60)) == {2: 1}


def test_the_weights_that_jupiter_could_start_with():
    """QoS 5/10 of 100,000; the first of two users: 2/2 of 50,000; 250/1,000 of 20,000."""
    config = SlurmConfig(
        weights=JUPITER,
        qos=(QoS("normal", priority=5), QoS("urgent", priority=10)),
        associations=(Association(1), Association(1, "ada"), Association(1, "bob")),
    )
    job = Job(2, 0, 250, 60, 60, account=1, user="ada", qos="normal")

    assert priorities(config, job) == {2: 50_000 + 50_000 + 5_000}
    half_a_week = 7 * DAY // 2
    assert priorities(config, job, until=half_a_week) == {2: 105_000 + 10_000}


def test_a_priority_is_the_sum_of_its_factors():
    """The same job as above, and one that is not the first user's and asks for no QoS."""
    config = SlurmConfig(
        weights=JUPITER,
        qos=(QoS("normal", priority=5), QoS("urgent", priority=10)),
        associations=(Association(1), Association(1, "ada"), Association(1, "bob")),
    )
    first = Job(2, 0, 250, 60, 60, account=1, user="ada", qos="normal")
    second = replace(first, id=3, user="bob", qos="")
    scheduler = Scheduler(Machine(1000), Policy.SLURM, slurm=config)
    scheduler.submit([FULL])
    scheduler.advance(until=0)
    scheduler.submit([first, second])
    scheduler.advance(until=7 * DAY // 2)

    found = {job.id: scheduler.priority_factors(job, since=0) for job in (first, second)}

    assert found[2].points == {
        "age": 10_000,
        "fairshare": 50_000,
        "job_size": 5_000,
        "qos": 50_000,
    }
    assert {pk: factors.priority for pk, factors in found.items()} == scheduler.priorities()
    started = scheduler.priority_factors(replace(first, id=4), since=DAY, until=2 * DAY)
    assert started.age == 20_000 // 7


def test_other_policies_have_no_priorities():
    assert Scheduler(Machine(1)).priority_factors(Job(1, 0, 1, 1, 1), since=0) is None


@pytest.mark.parametrize(
    ("weights", "points"),
    [
        (Weights(association=100), 25),  # 1 of 4
        (Weights(partition=100), 66),  # 2 of 3
        (Weights(qos=100), 50),  # 5 of 10
        (Weights(size=100), 12),  # 125 of 1,000 nodes
        (Weights(tres=100), 12),
        (Weights(fairshare=100), 50),  # the second of two
    ],
)
def test_each_factor_is_a_part_of_its_weight_rounded_down(weights, points):
    config = SlurmConfig(
        weights=weights,
        partitions=(Partition("a", priority_job_factor=2), Partition("b", priority_job_factor=3)),
        qos=(QoS("normal", priority=5), QoS("urgent", priority=10)),
        associations=(Association(1, priority=1, shares=0), Association(2, priority=4)),
    )

    job = Job(2, 0, 125, 60, 60, account=1, qos="normal", partition="a")

    assert priorities(config, job) == {2: points}


def test_small_jobs_can_be_favoured():
    config = SlurmConfig(weights=Weights(size=100), priority_favor_small=True)

    assert priorities(config, Job(2, 0, 125, 60, 60)) == {2: 87}


def test_the_site_adds_and_the_user_takes_away():
    config = SlurmConfig(weights=Weights(size=100))
    job = Job(2, 0, 500, 60, 60, nice=20, site_factor=7)

    assert priorities(config, job) == {2: 50 - 20 + 7}
    assert priorities(config, replace(job, nice=100)) == {2: 1}
    assert priorities(config, replace(job, nice=-(2**33))) == {2: 2**32 - 1}


def test_the_age_counts_at_multiples_of_the_period_and_saturates():
    config = SlurmConfig(weights=Weights(age=1000), priority_max_age=1200)
    job = Job(2, 100, 10, 60, 60)

    assert [priorities(config, job, until=at)[2] for at in (100, 299, 300, 599, 600)] == [
        1,
        1,
        166,  # 200 of 1,200 s
        166,
        416,
    ]
    assert priorities(config, job, until=5000) == {2: 1000}


def test_the_age_counts_from_when_the_job_no_longer_depends_on_another():
    config = SlurmConfig(weights=Weights(age=1000), priority_max_age=1000)
    other = Job(2, 0, 1000, 10, 10)
    after = Conditions(after=(Dependency(DependencyKind.AFTER_ANY, 3),))
    dependent = Job(4, 0, 10, 60, 60, conditions=after)
    scheduler = Scheduler(Machine(1000), Policy.SLURM, slurm=config)
    scheduler.submit([FULL, other, Job(3, 0, 1000, 9, 9), dependent])
    scheduler.cancel(3, at=400)

    scheduler.advance(until=1200)

    assert scheduler.priorities() == {2: 1000, 4: 800}


def test_the_tier_of_the_partition_comes_before_any_priority():
    config = SlurmConfig(
        weights=Weights(size=100),
        partitions=(Partition("low"), Partition("high", priority_tier=2)),
    )
    jobs = [Job(2, 0, 900, 60, 60), Job(3, 0, 1, 60, 60, partition="high")]

    assert list(priorities(config, *jobs)) == [3, 2]


def test_jobs_of_the_lowest_priority_come_after_any_tier_and_ties_go_by_arrival():
    config = SlurmConfig(partitions=(Partition("low"), Partition("high", priority_tier=2)))
    jobs = [
        Job(2, 0, 9, 60, 60, low=True, partition="high"),
        Job(5, 0, 9, 60, 60),
        Job(4, 1, 9, 60, 60),
        Job(3, 0, 9, 60, 60),
    ]

    assert list(priorities(config, *jobs, until=1)) == [3, 5, 4, 2]


def test_the_user_who_has_used_less_goes_first_from_the_next_calculation_on():
    config = SlurmConfig(
        weights=Weights(fairshare=100),
        associations=(Association(user="ada"), Association(user="bob")),
    )
    jobs = [
        Job(1, 0, 3, 400, 400, user="ada"),
        Job(2, 10, 4, 60, 60, user="ada"),
        Job(3, 20, 4, 60, 60, user="bob"),
    ]
    scheduler = Scheduler(Machine(4), Policy.SLURM, slurm=config)
    scheduler.submit(jobs)

    scheduler.advance(until=299)
    assert scheduler.priorities() == {2: 100, 3: 100}
    scheduler.advance(until=300)
    assert scheduler.priorities() == {3: 100, 2: 50}
