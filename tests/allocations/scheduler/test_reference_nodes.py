"""Node by node the engine gives the schedules of the brute-force reference."""

from dataclasses import replace

import pytest

from allocations.scheduler import (
    Machine,
    NodeOrder,
    Policy,
    Reservation,
    Scheduler,
    Started,
    State,
)
from allocations.scheduler.nodes import numbers

from . import generated, reference_nodes
from .schedules import outcomes


def run(trace, policy, *, stored=False):
    """The events of a run of ``trace``; from JSON after each reservation if ``stored``."""
    machine = Machine.of(trace.layout)
    known = tuple(own for made, own in trace.reservations if made < 0)
    scheduler = Scheduler(machine, policy, State(budgets=trace.budgets, advance_reservations=known))
    scheduler.submit(trace.jobs)
    for job_id, at in trace.cancelled.items():
        scheduler.cancel(job_id, at=at)
    for job_id, at in trace.requeued.items():
        scheduler.requeue(job_id, at=at)
    ask = {NodeOrder.DOWN: scheduler.fail, NodeOrder.DRAIN: scheduler.drain}
    for at, order, nodes, until in trace.updates:
        names = trace.layout.fold(nodes)
        if order is NodeOrder.RESUME:
            scheduler.resume(names, at=at)
        else:
            ask[order](names, at=at, until=until)
    events = []
    for made, own in trace.reservations:
        if made < 0:
            continue
        events += scheduler.advance(until=made)
        if stored:
            at_rest = State.from_json(scheduler.state.to_json())
            assert at_rest == scheduler.state
            scheduler = Scheduler(machine, policy, at_rest)
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


def expected(trace, policy):
    return reference_nodes.schedule(
        trace.jobs,
        cells=trace.cells,
        policy=policy,
        budgets={account: (b.available, b.ends_at) for account, b in trace.budgets.items()},
        cancellations=trace.cancelled,
        requeues=trace.requeued,
        updates=[(at, order, numbers(nodes), until) for at, order, nodes, until in trace.updates],
        reservations=[
            (made, replace(own, nodes=set(numbers(own.nodes)))) for made, own in trace.reservations
        ],
    )


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


def test_conservative_agrees_with_the_reference_node_by_node():
    """While a reservation lies ahead, so that places are on certain nodes all the time."""
    for seed in range(400):
        trace = generated.trace_on_nodes(seed)
        if len(trace.jobs) > 20 or max((job.submit for job in trace.jobs), default=0) > 200:
            continue  # the oracle would take minutes
        far = Reservation("far", 2000, 2001, 1)
        trace = trace._replace(reservations=[(-1, far), *trace.reservations])

        events = run(trace, Policy.CONSERVATIVE, stored=seed % 2 == 1)

        assert (outcomes(events), starts(events)) == expected(trace, "conservative"), f"seed {seed}"
