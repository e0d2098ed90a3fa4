"""The fast engine gives the schedules of the brute-force reference."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocations.scheduler import Job, State, backfill

from . import generated, reference
from .schedules import outcomes, run, run_with_orders

HEAD_FIRST = ["fcfs", "easy", "easy-sjbf"]
BRUTE_FORCE = [*HEAD_FIRST, "conservative"]


@pytest.fixture(params=["list", "tree"])
def either_queue(request, monkeypatch):
    """Let the queue be a list throughout, or a tree as soon as two jobs wait."""
    monkeypatch.setattr(backfill, "LONG", 1 if request.param == "tree" else 10**9)


@pytest.mark.parametrize("policy", HEAD_FIRST)
@pytest.mark.usefixtures("either_queue")
def test_engine_agrees_with_the_reference_on_a_thousand_traces(policy):
    for seed in range(1000):
        nodes, jobs = generated.trace(seed)

        _, events = run(jobs, nodes=nodes, policy=policy)

        expected = reference.schedule(jobs, nodes=nodes, policy=policy)
        assert outcomes(events) == expected, f"seed {seed}"
        assert len(expected) == len(jobs)


@pytest.mark.parametrize("policy", HEAD_FIRST)
@pytest.mark.usefixtures("either_queue")
def test_engine_agrees_with_the_reference_with_budgets_and_cancellations(policy):
    for seed in range(1000):
        nodes, jobs, budgets, cancelled = generated.funded_trace(seed)

        _, events = run(
            jobs,
            nodes=nodes,
            policy=policy,
            state=State(budgets=budgets),
            cancellations=cancelled,
        )

        assert outcomes(events) == reference.schedule(
            jobs,
            nodes=nodes,
            policy=policy,
            budgets={account: (b.available, b.ends_at) for account, b in budgets.items()},
            cancellations=cancelled,
        ), f"seed {seed}"


def test_conservative_agrees_with_the_reference_on_a_thousand_traces():
    for seed in range(1000):
        nodes, jobs, budgets, cancelled = generated.funded_trace(seed)
        if seed % 2:
            nodes, jobs = generated.trace(seed)

        _, events = run(
            jobs,
            nodes=nodes,
            policy="conservative",
            state=State(budgets=budgets),
            cancellations=cancelled,
        )

        assert outcomes(events) == reference.schedule(
            jobs,
            nodes=nodes,
            policy="conservative",
            budgets={account: (b.available, b.ends_at) for account, b in budgets.items()},
            cancellations=cancelled,
        ), f"seed {seed}"


@pytest.mark.parametrize("policy", BRUTE_FORCE)
@pytest.mark.usefixtures("either_queue")
def test_engine_agrees_with_the_reference_when_jobs_wait_for_more_than_nodes(policy):
    for seed in range(500):
        nodes, jobs, budgets, cancelled, requeued, orders = generated.conditioned_trace(seed)

        events = run_with_orders(
            jobs,
            nodes=nodes,
            policy=policy,
            state=State(budgets=budgets),
            cancellations=cancelled,
            requeues=requeued,
            orders=orders,
            stored=seed % 2 == 1,
        )

        assert outcomes(events) == reference.schedule(
            jobs,
            nodes=nodes,
            policy=policy,
            budgets={account: (b.available, b.ends_at) for account, b in budgets.items()},
            cancellations=cancelled,
            requeues=requeued,
            orders=orders,
        ), f"seed {seed}"


def jobs_for(nodes):
    times = st.integers(1, 12)
    job = st.tuples(st.integers(0, 15), st.integers(1, nodes), times, times)
    return st.lists(job, max_size=25).map(
        lambda rows: [Job(number, *row) for number, row in enumerate(rows)]
    )


@st.composite
def traces(draw):
    nodes = draw(st.integers(1, 8))
    return nodes, draw(jobs_for(nodes))


@given(traces(), st.sampled_from(BRUTE_FORCE))
@settings(deadline=None)
def test_engine_agrees_with_the_reference_on_whatever_hypothesis_draws(trace, policy):
    nodes, jobs = trace

    _, events = run(jobs, nodes=nodes, policy=policy)

    assert outcomes(events) == reference.schedule(jobs, nodes=nodes, policy=policy)


@given(traces(), st.sampled_from(HEAD_FIRST))
@settings(deadline=None)
def test_engine_counts_the_instants_of_the_reference(trace, policy):
    nodes, jobs = trace
    plain = reference.Reference(nodes, policy, {})
    plain.run(jobs)

    scheduler, _ = run(jobs, nodes=nodes, policy=policy)

    assert scheduler.instants == plain.instants
