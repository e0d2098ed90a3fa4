"""Node by node the engine gives the schedules of the brute-force reference."""

from dataclasses import replace

import pytest

from allocations.scheduler import (
    Machine,
    Policy,
    Reservation,
    Scheduler,
    SlurmConfig,
    Started,
    State,
)
from allocations.scheduler.nodes import numbers

from . import generated
from .reference_conservative import ConservativeOnNodes
from .reference_nodes import OnNodes
from .reference_nodes_slurm import SlurmOnNodes
from .schedules import outcomes


def new_scheduler(trace, policy, state):
    machine = Machine.of(trace.layout)
    if isinstance(policy, SlurmConfig):
        return Scheduler(machine, Policy.SLURM, state, policy)
    return Scheduler(machine, policy, state)


def run(trace, policy, *, stored=False):
    """The events of a run of ``trace``; from JSON after each reservation if ``stored``."""
    known = tuple(own for made, own in trace.reservations if made < 0)
    scheduler = new_scheduler(
        trace, policy, State(budgets=trace.budgets, advance_reservations=known)
    )
    scheduler.submit(trace.jobs)
    for job_id, at in trace.cancelled.items():
        scheduler.cancel(job_id, at=at)
    for job_id, at in trace.requeued.items():
        scheduler.requeue(job_id, at=at)
    for update in trace.updates:
        scheduler.order(update)
    events = []
    for made, own in trace.reservations:
        if made < 0:
            continue
        events += scheduler.advance(until=made)
        if stored:
            at_rest = State.from_json(scheduler.state.to_json())
            assert at_rest == scheduler.state
            scheduler = new_scheduler(trace, policy, at_rest)
            assert scheduler.state == at_rest
        scheduler.reserve(
            own.name,
            trace.layout.fold(own.nodes),
            start=own.start,
            end=own.end,
            users=own.users,
            maintenance=own.maintenance,
            ignore_jobs=True,
        )
    return events + scheduler.run()


def expected(trace, policy, oracle=OnNodes):
    """The outcomes and ``(job id, start, nodes)`` by the brute-force reference."""
    reservations = [
        (made, replace(own, nodes=set(numbers(own.nodes)))) for made, own in trace.reservations
    ]
    reference = oracle(
        trace.cells,
        policy,
        {account: (b.available, b.ends_at) for account, b in trace.budgets.items()},
        [(one.at, one.order, numbers(one.nodes), one.until) for one in trace.updates],
        [own for made, own in reservations if made < 0],
    )
    made = [(at, None, {"reservation": own}) for at, own in reservations if at >= 0]
    return reference.run(trace.jobs, trace.cancelled, trace.requeued, made), reference.starts


def starts(events):
    return [
        (event.job.id, event.at, numbers(event.nodes))
        for event in events
        if isinstance(event, Started)
    ]


@pytest.mark.parametrize("policy", [Policy.FCFS, Policy.EASY, Policy.EASY_SJBF])
def test_engine_agrees_with_the_reference_node_by_node(policy):
    for seed in range(700):
        trace = generated.trace_on_nodes(seed)

        events = run(trace, policy, stored=seed % 2 == 1)

        assert (outcomes(events), starts(events)) == expected(trace, policy), f"seed {seed}"


def with_something_reserved(trace):
    """The same with a reservation far ahead, so that plans are for certain nodes all the time."""
    far = Reservation("far", 2000, 2001, 1)
    return trace._replace(reservations=[(-1, far), *trace.reservations])


def test_conservative_agrees_with_the_reference_node_by_node():
    for seed in range(400):
        trace = with_something_reserved(generated.trace_on_nodes(seed))
        if len(trace.jobs) > 20 or max((job.submit for job in trace.jobs), default=0) > 200:
            continue  # the oracle would take minutes

        events = run(trace, Policy.CONSERVATIVE, stored=seed % 2 == 1)

        reference = expected(trace, "conservative", ConservativeOnNodes)
        assert (outcomes(events), starts(events)) == reference, f"seed {seed}"


def test_slurm_agrees_with_the_reference_node_by_node():
    for seed in range(150):
        trace, config = generated.slurm_trace_on_nodes(seed)
        trace = trace if seed % 3 == 0 else with_something_reserved(trace)

        events = run(trace, config, stored=seed % 2 == 1)

        reference = expected(trace, config, SlurmOnNodes)
        assert (outcomes(events), starts(events)) == reference, f"seed {seed}"
