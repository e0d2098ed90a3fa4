"""Each limit of partitions, QoS and associations.

By https://slurm.schedmd.com/resource_limits.html and ``man sacctmgr``.
"""

from dataclasses import replace

import pytest

from allocations.scheduler import (
    Association,
    Budget,
    Job,
    Partition,
    QoS,
    Reason,
    Rejected,
    SlurmConfig,
    State,
)

from .schedules import outcomes, scheduler_for, starts

JOB = Job(1, 0, 2, 100, 100, user="ada", qos="normal", account=7)


def schedule(config, jobs, *, state=None, nodes=10):
    config = replace(config, bf_interval=0, bf_resolution=1)
    scheduler = scheduler_for(nodes, config, state)
    scheduler.submit(jobs)
    return scheduler, scheduler.run()


def copies(number, **changes):
    return [replace(JOB, id=i, **changes) for i in range(1, number + 1)]


def limited(*, qos=None, **limits):
    """A QoS ``normal``, an account 7 with those limits, and ada and bob."""
    return SlurmConfig(
        qos=(qos or QoS("normal"),),
        associations=(Association(7, **limits), Association(7, "ada"), Association(7, "bob")),
    )


@pytest.mark.parametrize(
    ("partition", "reason"),
    [
        (Partition("a", max_nodes=1), Reason.PARTITION_NODE_LIMIT),
        (Partition("a", min_nodes=3), Reason.PARTITION_NODE_LIMIT),
        (Partition("a", max_time=99), Reason.PARTITION_TIME_LIMIT),
    ],
)
def test_a_job_beyond_its_partition_waits_and_holds_up_nobody(partition, reason):
    config = replace(limited(), partitions=(partition, Partition("b")))
    other = replace(JOB, id=2, submit=1, partition="b")

    scheduler, events = schedule(config, [JOB, other])

    assert starts(events) == {2: 1}
    assert scheduler.reasons() == {1: reason}


def test_a_job_within_its_partition_starts():
    partition = Partition("a", min_nodes=2, max_nodes=2, max_time=100)

    _, events = schedule(replace(limited(), partitions=(partition,)), [JOB])

    assert starts(events) == {1: 0}


def test_a_job_that_asks_for_less_comes_within_its_partition():
    config = replace(limited(), partitions=(Partition("a", max_time=50),))
    scheduler, _ = schedule(config, [JOB])

    scheduler.modify(1, limit=50)

    assert outcomes(scheduler.run()) == {1: (0, 50, "TIMEOUT")}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (limited(qos=QoS("normal", max_jobs_per_user=1)), Reason.QOS_MAX_JOBS_PER_USER),
        (limited(max_jobs=1), Reason.ASSOC_MAX_JOBS),
    ],
)
def test_so_many_jobs_of_a_user_run_at_a_time(config, reason):
    jobs = [*copies(2), replace(JOB, id=3, user="bob")]
    scheduler = scheduler_for(10, config)
    scheduler.submit(jobs)

    assert starts(scheduler.advance(until=0)) == {1: 0, 3: 0}
    assert scheduler.reasons() == {2: reason}
    assert starts(scheduler.run()) == {2: 100}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (limited(qos=QoS("normal", grp_nodes=5)), Reason.QOS_GRP_NODE),
        (limited(grp_nodes=5), Reason.ASSOC_GRP_NODE),
    ],
)
def test_so_many_nodes_of_a_group_are_used_at_a_time(config, reason):
    jobs = [*copies(2), replace(JOB, id=3, user="bob"), replace(JOB, id=4, user="bob", nodes=1)]
    scheduler = scheduler_for(10, config)
    scheduler.submit(jobs)

    assert starts(scheduler.advance(until=0)) == {1: 0, 2: 0, 4: 0}
    assert scheduler.reasons() == {3: reason}
    assert starts(scheduler.run()) == {3: 100}


def test_a_limit_of_the_root_holds_for_everybody():
    config = replace(limited(), associations=(Association(grp_nodes=3), *limited().associations))

    _, events = schedule(config, [*copies(1), replace(JOB, id=2, account=None, user="eve")])

    assert starts(events) == {1: 0, 2: 100}


def test_the_most_restrictive_limit_of_a_group_holds_wherever_it_is_set():
    config = limited(grp_nodes=3, qos=QoS("normal", grp_nodes=9))

    _, events = schedule(config, copies(2))

    assert starts(events) == {1: 0, 2: 100}


def test_the_first_limit_that_is_set_counts_for_single_jobs_and_users():
    """SchedMD's example: 20 jobs of the partition's QoS hold against 4 of the user.

    ``max_submit`` is set for the user alone.
    """
    config = SlurmConfig(
        partitions=(Partition("a", qos="part"),),
        qos=(QoS("normal"), QoS("part", max_jobs_per_user=3)),
        associations=(
            Association(7, max_submit=9),
            Association(7, "ada", max_jobs=1, max_submit=4),
        ),
    )

    _, events = schedule(config, copies(5))

    assert starts(events) == {1: 0, 2: 0, 3: 0, 4: 100}
    assert [event for event in events if isinstance(event, Rejected)] == [
        Rejected(replace(JOB, id=5), 0, Reason.ASSOC_MAX_SUBMIT_JOBS)
    ]


def test_the_qos_of_the_partition_goes_before_that_of_the_job():
    config = SlurmConfig(
        partitions=(Partition("a", qos="part"),),
        qos=(QoS("normal", max_jobs_per_user=9), QoS("part", max_jobs_per_user=1)),
    )

    _, events = schedule(config, copies(2, account=None))

    assert starts(events) == {1: 0, 2: 100}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (
            limited(qos=QoS("normal", max_submit_per_user=2)),
            Reason.QOS_MAX_SUBMIT_JOBS_PER_USER,
        ),
        (limited(max_submit=2), Reason.ASSOC_MAX_SUBMIT_JOBS),
    ],
)
def test_a_user_has_so_many_jobs_that_wait_or_run(config, reason):
    jobs = [*copies(3), replace(JOB, id=4, user="bob"), replace(JOB, id=5, submit=100)]

    _, events = schedule(config, jobs)

    assert [event for event in events if isinstance(event, Rejected)] == [
        Rejected(jobs[2], 0, reason)
    ]
    assert starts(events) == {1: 0, 2: 0, 4: 0, 5: 100}


def test_a_job_that_was_cancelled_before_it_arrived_was_never_counted():
    config = limited(max_submit=1)
    scheduler = scheduler_for(10, config)
    scheduler.submit(copies(2, submit=5))
    scheduler.cancel(1, at=5)

    assert outcomes(scheduler.run()) == {1: (None, 5, "CANCELLED"), 2: (5, 105, "COMPLETED")}


def test_what_has_been_submitted_is_counted_again_in_a_stored_state():
    config = limited(max_submit=2)
    scheduler = scheduler_for(3, config)
    scheduler.submit(copies(2))
    scheduler.advance(until=1)

    scheduler = scheduler_for(3, config, State.from_json(scheduler.state.to_json()))
    scheduler.submit([replace(JOB, id=3, submit=2)])

    assert Rejected(replace(JOB, id=3, submit=2), 2, Reason.ASSOC_MAX_SUBMIT_JOBS) in (
        scheduler.advance(until=2)
    )


def test_a_job_longer_than_its_qos_allows_waits():
    scheduler, events = schedule(limited(qos=QoS("normal", max_wall=99)), [JOB])

    assert starts(events) == {}
    assert scheduler.reasons() == {1: Reason.QOS_MAX_WALL}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (limited(max_wall=99), Reason.ASSOC_MAX_WALL),
        (limited(qos=QoS("normal", max_wall=99, deny_on_limit=True)), Reason.QOS_MAX_WALL),
        (limited(qos=QoS("normal", grp_nodes=1, deny_on_limit=True)), Reason.QOS_GRP_NODE),
        (
            limited(qos=QoS("normal", grp_node_seconds=199, deny_on_limit=True)),
            Reason.QOS_GRP_NODE_MINUTES,
        ),
    ],
)
def test_a_job_that_is_too_much_by_itself_is_refused(config, reason):
    _, events = schedule(config, [JOB])

    assert events == [Rejected(JOB, 0, reason)]


def test_a_job_that_is_too_much_only_beside_others_waits_even_where_jobs_are_denied():
    _, events = schedule(limited(qos=QoS("normal", grp_nodes=3, deny_on_limit=True)), copies(2))

    assert starts(events) == {1: 0, 2: 100}


def test_a_qos_has_so_many_node_seconds_including_what_running_jobs_may_still_use():
    """Of 300 node-seconds a job may use 200; it uses 20, so that another may use 200, not 300."""
    config = limited(qos=QoS("normal", grp_node_seconds=300, no_decay=True))
    jobs = [replace(job, runtime=10) for job in copies(3)]

    scheduler, events = schedule(config, jobs)

    assert starts(events) == {1: 0, 2: 10, 3: 20}
    scheduler.submit([replace(JOB, id=4, submit=50, limit=121)])
    assert starts(scheduler.run()) == {}
    assert scheduler.reasons() == {4: Reason.QOS_GRP_NODE_MINUTES}


@pytest.mark.parametrize(("no_decay", "expected"), [(True, {1: 0}), (False, {1: 0, 2: 1000})])
def test_what_counts_against_a_qos_is_forgotten_unless_it_does_not_decay(no_decay, expected):
    """200 of 300 node-seconds are used at 100; at 1000, after a half-life, 100 are left of them."""
    config = replace(
        limited(qos=QoS("normal", grp_node_seconds=300, no_decay=no_decay)),
        priority_calc_period=1000,
        priority_decay_half_life=1000,
    )

    _, events = schedule(config, copies(2))

    assert starts(events) == expected


def test_the_usage_factor_counts_for_budgets():
    """A job of 200 node-seconds is charged 300."""
    config = limited(qos=QoS("normal", usage_factor=1.5))

    scheduler, events = schedule(config, copies(2), state=State(budgets={7: Budget(599)}))

    assert starts(events) == {1: 0}
    assert scheduler.reasons() == {2: Reason.ASSOC_GRP_NODE_MINUTES}
    assert scheduler.state.budgets == {7: Budget(299)}


def test_an_account_with_an_association_needs_no_budget():
    _, events = schedule(limited(), [JOB, replace(JOB, id=2, account=8)])

    assert starts(events) == {1: 0}


@pytest.mark.parametrize("changes", [{"partition": "none"}, {"qos": "none"}])
def test_a_job_cannot_ask_for_what_there_is_not(changes):
    scheduler = scheduler_for(10, limited())

    with pytest.raises(ValueError, match="which is none"):
        scheduler.submit([replace(JOB, **changes)])
