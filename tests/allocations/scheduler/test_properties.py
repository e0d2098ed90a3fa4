"""What holds for every schedule, whatever the jobs."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocations.scheduler import Ended, Machine, Policy, Scheduler, Started, State

from . import generated
from .schedules import outcomes, run, start_times

seeds = st.integers(0, 10**6)
policies = st.sampled_from(list(Policy))
timeless = st.sampled_from([policy for policy in Policy if policy is not Policy.SLURM])


@given(seeds, policies)
@settings(deadline=None)
def test_never_more_nodes_are_used_than_there_are(seed, policy):
    nodes, jobs = generated.trace(seed)
    used = 0

    for event in run(jobs, nodes=nodes, policy=policy)[1]:
        if isinstance(event, Started):
            used += event.job.nodes
        elif isinstance(event, Ended):
            used -= event.job.nodes
        assert 0 <= used <= nodes

    assert used == 0


@given(seeds, policies)
@settings(deadline=None)
def test_every_job_starts_once_and_none_before_its_arrival(seed, policy):
    nodes, jobs = generated.trace(seed)

    starts = start_times(jobs, nodes=nodes, policy=policy)

    assert starts.keys() == {job.id for job in jobs}
    assert all(starts[job.id] >= job.submit for job in jobs)


@given(seeds, st.sampled_from([Policy.EASY, Policy.EASY_SJBF]))
@settings(deadline=None)
def test_easy_never_starts_a_head_after_its_first_reservation(seed, policy):
    nodes, jobs = generated.trace(seed)
    scheduler = Scheduler(Machine(nodes), policy)
    scheduler.submit(jobs)
    promised = {}

    while (at := scheduler.peek()) is not None:
        for event in scheduler.advance(until=at):
            if isinstance(event, Started):
                assert event.at <= promised.get(event.job.id, event.at)
        if scheduler.reservation is not None:
            head, shadow = scheduler.reservation
            promised.setdefault(head.id, shadow)


@given(seeds)
@settings(deadline=None)
def test_conservative_promises_every_job_a_start_and_only_ever_an_earlier_one(seed):
    nodes, jobs = generated.trace(seed)
    scheduler = Scheduler(Machine(nodes), Policy.CONSERVATIVE)
    scheduler.submit(jobs)
    promised = {}

    while (at := scheduler.peek()) is not None:
        for event in scheduler.advance(until=at):
            if isinstance(event, Started):
                assert event.at <= promised.get(event.job.id, event.at)
        assert scheduler.reservations.keys() == {job.id for job in scheduler.state.waiting}
        for job_id, start in scheduler.reservations.items():
            assert at < start <= promised.get(job_id, start)
        promised |= scheduler.reservations


@given(seeds)
@settings(deadline=None)
def test_conservative_keeps_each_first_promise_to_the_second_when_limits_are_exact(seed):
    nodes, jobs = generated.trace(seed)
    scheduler = Scheduler(Machine(nodes), Policy.CONSERVATIVE)
    scheduler.submit(replace(job, runtime=job.limit) for job in jobs)
    promised = {}

    while (at := scheduler.peek()) is not None:
        for event in scheduler.advance(until=at):
            if isinstance(event, Started):
                assert event.at == promised.get(event.job.id, event.at)
        promised = scheduler.reservations | promised


@given(seeds)
@settings(deadline=None)
def test_fcfs_starts_jobs_in_the_order_of_the_queue(seed):
    nodes, jobs = generated.trace(seed)

    starts = start_times(jobs, nodes=nodes, policy="fcfs")

    in_order = [starts[job.id] for job in sorted(jobs, key=lambda job: (job.submit, job.id))]
    assert in_order == sorted(in_order)


@given(seeds, policies)
@settings(deadline=None)
def test_nodes_are_idle_only_if_the_head_does_not_fit(seed, policy):
    nodes, jobs = generated.trace(seed)
    scheduler = Scheduler(Machine(nodes), policy)
    scheduler.submit(jobs)

    while (at := scheduler.peek()) is not None:
        scheduler.advance(until=at)
        waiting = scheduler.state.waiting
        assert not waiting or waiting[0].nodes > scheduler.free


@given(seeds, timeless, st.integers(1, 10**6))
@settings(deadline=None)
def test_shifting_all_arrivals_shifts_all_starts(seed, policy, shift):
    nodes, jobs = generated.trace(seed)
    later = [replace(job, submit=job.submit + shift) for job in jobs]

    starts = start_times(jobs, nodes=nodes, policy=policy)

    assert start_times(later, nodes=nodes, policy=policy) == {
        job_id: at + shift for job_id, at in starts.items()
    }


@given(seeds, timeless, st.integers(2, 60))
@settings(deadline=None)
def test_slowing_everything_down_slows_all_starts_down(seed, policy, factor):
    nodes, jobs = generated.trace(seed)
    slower = [
        replace(
            job,
            submit=job.submit * factor,
            limit=job.limit * factor,
            runtime=job.runtime * factor,
        )
        for job in jobs
    ]

    starts = start_times(jobs, nodes=nodes, policy=policy)

    assert start_times(slower, nodes=nodes, policy=policy) == {
        job_id: at * factor for job_id, at in starts.items()
    }


@given(seeds, policies, st.integers(2, 60))
@settings(deadline=None)
def test_a_larger_machine_with_larger_jobs_gives_the_same_starts(seed, policy, factor):
    nodes, jobs = generated.trace(seed)
    larger = [replace(job, nodes=job.nodes * factor) for job in jobs]

    assert start_times(larger, nodes=nodes * factor, policy=policy) == start_times(
        jobs, nodes=nodes, policy=policy
    )


@given(seeds, policies, st.lists(st.integers(0, 120), max_size=6))
@settings(deadline=None)
def test_advancing_in_many_steps_comes_to_the_same_as_in_one(seed, policy, stops):
    nodes, jobs, budgets, cancelled = generated.funded_trace(seed)
    state = State(budgets=budgets)
    whole, events = run(jobs, nodes=nodes, policy=policy, state=state, cancellations=cancelled)
    stepped = Scheduler(Machine(nodes), policy, state)
    stepped.submit(jobs)
    for job_id, at in cancelled.items():
        stepped.cancel(job_id, at=at)

    in_steps = []
    for stop in sorted(stops):
        in_steps += stepped.advance(until=stop)
    in_steps += stepped.run()

    assert in_steps == events
    assert stepped.instants == whole.instants


@given(seeds, policies, st.lists(st.integers(0, 120), max_size=6))
@settings(deadline=None)
def test_a_state_that_went_through_json_goes_on_to_the_same_schedule(seed, policy, stops):
    nodes, jobs, budgets, cancelled = generated.funded_trace(seed)
    state = State(budgets=budgets)
    _, events = run(jobs, nodes=nodes, policy=policy, state=state, cancellations=cancelled)
    scheduler = Scheduler(Machine(nodes), policy, state)
    scheduler.submit(jobs)
    for job_id, at in cancelled.items():
        scheduler.cancel(job_id, at=at)

    in_steps = []
    for stop in sorted(stops):
        in_steps += scheduler.advance(until=stop)
        stored = scheduler.state
        assert State.from_json(stored.to_json()) == stored
        scheduler = Scheduler(Machine(nodes), policy, State.from_json(stored.to_json()))
        assert scheduler.state == stored
    in_steps += scheduler.run()

    assert in_steps == events
    assert outcomes(in_steps) == outcomes(events)


@pytest.mark.parametrize("policy", Policy)
def test_jobs_submitted_as_they_arrive_are_scheduled_as_if_known_before(policy):
    for seed in range(200):
        nodes, jobs = generated.trace(seed)
        scheduler = Scheduler(Machine(nodes), policy)
        events = []
        for at in sorted({job.submit for job in jobs}):
            if at > scheduler.now:
                events += scheduler.advance(until=at - 1)
            scheduler.submit(job for job in jobs if job.submit == at)
        events += scheduler.run()

        assert events == run(jobs, nodes=nodes, policy=policy)[1], f"seed {seed}"


@given(seeds, policies, st.lists(st.integers(0, 150), max_size=5))
@settings(deadline=None, max_examples=200)
def test_steps_and_stored_states_come_to_the_same_whatever_jobs_wait_for(seed, policy, stops):
    nodes, jobs, budgets, cancelled, requeued, _ = generated.conditioned_trace(seed)

    def prepared():
        scheduler = Scheduler(Machine(nodes), policy, State(budgets=budgets))
        scheduler.submit(jobs)
        for job_id, at in cancelled.items():
            scheduler.cancel(job_id, at=at)
        for job_id, at in requeued.items():
            scheduler.requeue(job_id, at=at)
        return scheduler

    whole, scheduler, in_steps = prepared(), prepared(), []
    events = whole.run()
    for stop in sorted(stops):
        in_steps += scheduler.advance(until=stop)
        stored = State.from_json(scheduler.state.to_json())
        scheduler = Scheduler(Machine(nodes), policy, stored)
        assert scheduler.state == stored
    in_steps += scheduler.run()

    assert in_steps == events
    assert scheduler.reasons() == whole.reasons()


@given(seeds, policies)
@settings(deadline=None, max_examples=200)
def test_nobody_starts_before_its_begin_time_or_beyond_the_limit_of_its_array(seed, policy):
    nodes, jobs, *_ = generated.conditioned_trace(seed)
    running = dict.fromkeys(generated.ARRAYS, 0)

    for event in run(jobs, nodes=nodes, policy=policy)[1]:
        conditions = event.job.conditions
        if conditions is None:
            continue
        if isinstance(event, Started):
            assert event.at >= conditions.begin
            assert conditions.hold is None
        if conditions.task_limit is not None:
            running[conditions.array] += isinstance(event, Started) - isinstance(event, Ended)
            assert running[conditions.array] <= conditions.task_limit
