"""What holds for every schedule where nodes fail, are drained and are reserved."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocations.scheduler import (
    Machine,
    NodeDown,
    NodeDraining,
    NodeUp,
    Policy,
    Scheduler,
    Started,
    State,
)

from . import generated
from .schedules import starts

seeds = st.integers(0, 10**6)
policies = st.sampled_from(list(Policy))


def prepared(trace, policy, *, updates=True):
    """A scheduler that knows all of ``trace``, with every reservation from the beginning."""
    known = tuple(own for _, own in trace.reservations)
    state = State(budgets=trace.budgets, advance_reservations=known)
    scheduler = Scheduler(Machine.of(trace.layout), policy, state)
    if policy is Policy.SLURM:
        trace = trace._replace(jobs=[replace(job, account=None) for job in trace.jobs])
    scheduler.submit(trace.jobs)
    for job_id, at in trace.cancelled.items():
        scheduler.cancel(job_id, at=at)
    if updates:
        for job_id, at in trace.requeued.items():
            scheduler.requeue(job_id, at=at)
        for update in trace.updates:
            scheduler.order(update)
    return scheduler


@given(seeds, policies)
@settings(deadline=None)
def test_each_node_has_one_job_or_is_idle_or_out_of_service(seed, policy):
    trace = generated.trace_on_nodes(seed)
    scheduler = prepared(trace, policy)

    while (at := scheduler.peek()) is not None and at < 2000:
        scheduler.advance(until=at)
        running = {entry.job.id: entry for entry in scheduler.state.running}
        nodes = scheduler.nodes_of
        assert {job_id: on.bit_count() for job_id, on in nodes.items()} == {
            job_id: entry.job.nodes for job_id, entry in running.items()
        }
        assert disjoint_union(nodes.values()) | idle(scheduler) == trace.layout.everything
        assert disjoint_union(scheduler.node_states.values()) == trace.layout.everything


def disjoint_union(sets):
    union = 0
    for nodes in sets:
        assert union & nodes == 0
        union |= nodes
    return union


def idle(scheduler):
    """All that is in no state of a node with a job."""
    busy = {"ALLOCATED", "DRAINING"}
    return disjoint_union(
        nodes for state, nodes in scheduler.node_states.items() if state.value not in busy
    )


@given(seeds, policies)
@settings(deadline=None, max_examples=200)
def test_no_job_starts_on_nodes_that_are_out_or_reserved_for_others(seed, policy):
    trace = generated.trace_on_nodes(seed)
    reservations = {own.name: own for _, own in trace.reservations}
    out = 0

    for event in prepared(trace, policy).advance(until=2000):
        if isinstance(event, NodeDown | NodeDraining):
            out |= event.nodes
        elif isinstance(event, NodeUp):
            out &= ~event.nodes
        elif isinstance(event, Started):
            assert event.nodes & out == 0
            job, end = event.job, event.at + event.job.limit
            for own in reservations.values():
                if own.name == job.reservation:
                    assert own.admits(job)
                    assert own.start <= event.at
                    assert end <= own.end
                    assert event.nodes & ~own.nodes == 0
                elif own.start < end and own.end > event.at:
                    assert event.nodes & own.nodes == 0
            assert not job.reservation or job.reservation in reservations


@given(seeds, st.sampled_from([Policy.EASY, Policy.EASY_SJBF, Policy.CONSERVATIVE]))
@settings(deadline=None, max_examples=200)
def test_nobody_is_delayed_beyond_a_promise_by_reservations(seed, policy):
    trace = generated.trace_on_nodes(seed)
    jobs = [replace(job, account=None, low=False) for job in trace.jobs]
    scheduler = prepared(trace._replace(jobs=jobs), policy, updates=False)
    promised = {}

    while (at := scheduler.peek()) is not None:
        for event in scheduler.advance(until=at):
            if isinstance(event, Started):
                assert event.at <= promised.get(event.job.id, event.at)
        for job_id, start in scheduler.reservations.items():
            assert start <= promised.setdefault(job_id, start)


@given(seeds, policies, st.lists(st.integers(0, 150), max_size=5))
@settings(deadline=None, max_examples=300)
def test_steps_and_stored_states_come_to_the_same(seed, policy, stops):
    trace = generated.trace_on_nodes(seed)
    whole, scheduler, in_steps = prepared(trace, policy), prepared(trace, policy), []
    events = whole.advance(until=2000)

    for stop in sorted(stops):
        in_steps += scheduler.advance(until=stop)
        stored = State.from_json(scheduler.state.to_json())
        assert stored == scheduler.state
        scheduler = Scheduler(Machine.of(trace.layout), policy, stored)
        assert scheduler.state == stored
    in_steps += scheduler.advance(until=2000)

    assert in_steps == events
    assert scheduler.state == whole.state
    assert scheduler.reasons() == whole.reasons()


@pytest.mark.parametrize("policy", Policy)
def test_a_layout_changes_no_start_while_all_nodes_are_in_service(policy):
    for seed in range(100):
        trace = generated.trace_on_nodes(seed)
        jobs = [replace(job, reservation="", account=None) for job in trace.jobs]
        with_layout = Scheduler(Machine.of(trace.layout), policy)
        by_count = Scheduler(Machine(trace.layout.size), policy)
        with_layout.submit(jobs)
        by_count.submit(jobs)

        assert starts(with_layout.run()) == starts(by_count.run()), f"seed {seed}"


@pytest.mark.parametrize("policy", Policy)
def test_nodes_that_are_out_for_good_leave_the_schedule_of_a_smaller_machine(policy):
    for seed in range(100):
        trace = generated.trace_on_nodes(seed)
        out = 1 << trace.layout.size // 2  # one node in the middle
        jobs = [
            replace(job, submit=job.submit + 1, reservation="", account=None) for job in trace.jobs
        ]
        some_out = Scheduler(Machine.of(trace.layout), policy)
        smaller = Scheduler(Machine(trace.layout.size - 1), policy)
        some_out.fail(trace.layout.fold(out), at=0)
        some_out.submit(jobs)
        smaller.submit(jobs)

        events = some_out.run()
        assert starts(events) == starts(smaller.run()), f"seed {seed}"
        assert not any(event.nodes & out for event in events if isinstance(event, Started))
        assert some_out.free == smaller.free


@pytest.mark.parametrize("policy", [Policy.FCFS, Policy.EASY, Policy.EASY_SJBF, Policy.SLURM])
def test_counting_and_looking_at_each_node_give_the_same_starts(policy):
    """A reservation that is far ahead makes the engine look at each node."""
    for seed in range(200):
        trace = generated.trace_on_nodes(seed)
        jobs = [replace(job, reservation="") for job in trace.jobs]
        trace = trace._replace(jobs=jobs, reservations=[])
        by_count, on_nodes = prepared(trace, policy), prepared(trace, policy)
        on_nodes.reserve("far", "ALL", start=10**6, end=10**6 + 1)

        assert by_count.advance(until=2000) == on_nodes.advance(until=2000), f"seed {seed}"
