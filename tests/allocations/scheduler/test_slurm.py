"""The two passes of the policy slurm."""

import gzip
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocations.scheduler import (
    Association,
    Ended,
    Job,
    Layout,
    Machine,
    Partition,
    Policy,
    Reason,
    Scheduler,
    SlurmConfig,
    Started,
    State,
    Weights,
    swf,
)
from allocations.scheduler.configuration import EASY

from . import generated
from .schedules import run, scheduler_for, start_times, starts

seeds = st.integers(0, 10**6)
AT_ONCE = SlurmConfig(bf_interval=0, bf_resolution=1, bf_window=None)


def test_with_one_reservation_and_no_weights_the_schedule_is_that_of_easy():
    for seed in range(500):
        nodes, jobs = generated.trace(seed)

        slurm, events = run(jobs, nodes=nodes, policy=EASY)

        easy, expected = run(jobs, nodes=nodes, policy="easy")
        assert events == expected, f"seed {seed}"
        assert (slurm.instants, slurm.backfilled) == (easy.instants, easy.backfilled)


def test_a_recorded_log_is_scheduled_as_by_easy(traces):
    with gzip.open(traces / "KTH-SP2-1996-2.1-cln.swf.gz", "rt") as lines:
        jobs = swf.usable_jobs(swf.read(lines).records, processors=100)[:10_000]

    assert start_times(jobs, nodes=100, policy=EASY) == start_times(jobs, nodes=100)


def test_the_main_pass_ends_at_the_first_job_that_lacks_nodes_whatever_its_partition():
    config = replace(AT_ONCE, bf_interval=1000, partitions=(Partition("a"), Partition("b")))
    jobs = [Job(1, 0, 3, 10, 10), Job(2, 1, 2, 10, 10), Job(3, 2, 1, 5, 5, partition="b")]

    assert start_times(jobs, nodes=4, policy=config) == {1: 0, 2: 10, 3: 10}


def test_the_backfill_pass_waits_for_a_multiple_of_its_interval():
    config = replace(AT_ONCE, bf_interval=30)
    jobs = [Job(1, 0, 3, 100, 100), Job(2, 1, 4, 10, 10), Job(3, 2, 1, 5, 5)]

    assert start_times(jobs, nodes=4, policy=config) == {1: 0, 2: 100, 3: 30}


def test_no_instant_is_spent_on_the_interval_when_nobody_fits():
    config = replace(AT_ONCE, bf_interval=1, weights=Weights(age=10))
    jobs = [Job(1, 0, 3, 10_000, 10_000), Job(2, 1, 2, 10, 10)]

    scheduler, events = run(jobs, nodes=4, policy=config)

    assert starts(events) == {1: 0, 2: 10_000}
    assert scheduler.instants == 4


# Jobs 2 and 3 wait for nodes until 10 and 20. Job 4 fits beside job 2, but not beside job 3.
QUEUE = [
    Job(1, 0, 3, 10, 10),
    Job(2, 1, 3, 10, 10),
    Job(3, 2, 4, 10, 10),
    Job(4, 3, 1, 50, 50),
]


@pytest.mark.parametrize(("reserve", "start"), [(1, 3), (2, 30), (0, 30)])
def test_so_many_jobs_of_a_partition_have_a_slot(reserve, start):
    config = replace(AT_ONCE, bf_job_part_count_reserve=reserve)

    assert start_times(QUEUE, nodes=4, policy=config)[4] == start


def test_slots_are_counted_by_partition():
    config = replace(
        AT_ONCE, bf_job_part_count_reserve=1, partitions=(Partition("a"), Partition("b"))
    )
    queue = [replace(job, partition="b") if job.id == 3 else job for job in QUEUE]

    assert start_times(queue, nodes=4, policy=config)[4] == 30


@pytest.mark.parametrize(("window", "start"), [(17, 3), (18, 30)])
def test_no_slot_begins_beyond_the_window(window, start):
    """At 3 the slot of job 3 is 17 s ahead."""
    config = replace(AT_ONCE, bf_window=window)

    assert start_times(QUEUE, nodes=4, policy=config)[4] == start


@pytest.mark.parametrize(("depth", "start"), [(2, 30), (3, 3)])
def test_so_many_jobs_are_tested(depth, start):
    config = replace(AT_ONCE, bf_job_part_count_reserve=1, bf_max_job_test=depth)

    assert start_times(QUEUE, nodes=4, policy=config)[4] == start


@pytest.mark.parametrize(("resolution", "start"), [(1, 20), (5, 20), (7, 2)])
def test_ends_in_the_plan_are_rounded_up_to_the_resolution(resolution, start):
    """Job 3 would end at 14. Job 2 has a slot at 10, but at 14 by a plan in steps of 7."""
    config = replace(AT_ONCE, bf_resolution=resolution)
    jobs = [Job(1, 0, 3, 10, 10), Job(2, 1, 4, 10, 10), Job(3, 2, 1, 12, 8)]

    assert start_times(jobs, nodes=4, policy=config)[3] == start


def test_the_order_changes_at_a_calculation_and_lets_others_start():
    """Job 3 overtakes job 2 at 300, when ada's usage counts, and fits at once."""
    config = replace(
        AT_ONCE,
        weights=Weights(fairshare=10),
        associations=(Association(user="ada"), Association(user="bob")),
    )
    jobs = [
        Job(1, 0, 3, 1000, 1000, user="ada"),
        Job(2, 1, 4, 10, 10, user="ada"),
        Job(3, 2, 1, 5000, 5000, user="bob"),
    ]

    assert start_times(jobs, nodes=4, policy=config) == {1: 0, 3: 300, 2: 5300}


def test_a_job_that_is_given_back_its_slot_by_a_cancellation_starts_at_once():
    scheduler = scheduler_for(4, AT_ONCE)
    scheduler.submit(QUEUE)
    scheduler.cancel(3, at=7)

    assert starts(scheduler.run()) == {1: 0, 2: 10, 4: 7}


def test_nodes_out_of_service_are_in_no_plan():
    """Of six nodes four are left: job 2 has a slot at 10 and leaves job 3 a node."""
    layout = Layout("n", racks=(6,), rack_digits=1)
    scheduler = Scheduler(Machine.of(layout), Policy.SLURM, slurm=AT_ONCE)
    scheduler.drain("n-1-[01-02]", at=0)
    scheduler.submit([Job(1, 0, 3, 10, 10), Job(2, 1, 3, 10, 10), Job(3, 2, 1, 50, 50)])

    assert starts(scheduler.run()) == {1: 0, 2: 10, 3: 2}


def test_the_head_and_its_slot_can_be_asked_for():
    scheduler = scheduler_for(4, AT_ONCE)
    scheduler.submit(QUEUE)
    scheduler.advance(until=5)

    head, slot = scheduler.reservation
    assert (head.id, slot) == (2, 10)
    assert scheduler.reasons() == {2: Reason.RESOURCES, 3: Reason.PRIORITY, 4: Reason.PRIORITY}


@pytest.mark.parametrize("setting", ["bf_resolution", "priority_calc_period", "priority_max_age"])
def test_a_setting_in_seconds_is_at_least_one(setting):
    with pytest.raises(ValueError, match=setting):
        SlurmConfig(**{setting: 0})


def prepared(seed):
    nodes, jobs, budgets, cancelled, requeued, _, config = generated.slurm_trace(seed)
    scheduler = Scheduler(Machine(nodes), Policy.SLURM, State(budgets=budgets), config)
    scheduler.submit(jobs)
    for job_id, at in cancelled.items():
        scheduler.cancel(job_id, at=at)
    for job_id, at in requeued.items():
        scheduler.requeue(job_id, at=at)
    return scheduler, nodes, config


@given(seeds, st.lists(st.integers(0, 150), max_size=5))
@settings(deadline=None)
def test_steps_and_stored_states_come_to_the_same_whatever_the_configuration(seed, stops):
    whole, nodes, config = prepared(seed)
    scheduler, *_ = prepared(seed)
    events, in_steps = whole.run(), []

    for stop in sorted(stops):
        in_steps += scheduler.advance(until=stop)
        stored = State.from_json(scheduler.state.to_json())
        scheduler = Scheduler(Machine(nodes), Policy.SLURM, stored, config)
        assert scheduler.state == stored
    in_steps += scheduler.run()

    assert in_steps == events


@given(seeds)
@settings(deadline=None)
def test_never_more_nodes_are_used_than_there_are_or_a_group_may_have(seed):
    scheduler, nodes, config = prepared(seed)
    most = next(one.grp_nodes for one in config.associations if one.account is None)
    used = 0

    for event in scheduler.run():
        if isinstance(event, Started):
            used += event.job.nodes
        elif isinstance(event, Ended) or getattr(event, "started", None) is not None:
            used -= event.job.nodes
        assert 0 <= used <= (nodes if most is None else most)
