"""The fast policy ``slurm`` gives the schedules of the brute-force reference."""

from allocations.scheduler import State

from . import generated, reference_slurm
from .schedules import outcomes, run_with_orders


def test_slurm_agrees_with_the_reference_whatever_the_configuration():
    for seed in range(150):
        nodes, jobs, budgets, cancelled, requeued, orders, config = generated.slurm_trace(seed)

        events = run_with_orders(
            jobs,
            nodes=nodes,
            policy=config,
            state=State(budgets=budgets),
            cancellations=cancelled,
            requeues=requeued,
            orders=orders,
            stored=seed % 2 == 1,
        )

        assert outcomes(events) == reference_slurm.schedule(
            jobs,
            nodes=nodes,
            config=config,
            budgets={account: (b.available, b.ends_at) for account, b in budgets.items()},
            cancellations=cancelled,
            requeues=requeued,
            orders=orders,
        ), f"seed {seed}"
