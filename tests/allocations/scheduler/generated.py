"""Small traces drawn from a seed, rich in the cases where simulators differ."""

from random import Random

from allocations.scheduler import Budget, Job


def trace(seed):
    """Nodes and jobs: ties, equal times, full-machine jobs, overruns, now and then nothing."""
    rng = Random(f"trace {seed}")
    nodes = rng.choice([1, 2, 3, 4, 7, 8, 16, 100])
    span = rng.choice([0, 3, 20, 100, 1000])
    longest = rng.choice([1, 3, 10, 60])
    jobs = []
    for job_id in rng.sample(range(1, 200), k=rng.choice([0, 1, 2, 5, 10, 20, 40, 60])):
        limit = rng.randint(1, longest)
        jobs.append(
            Job(
                id=job_id,
                submit=rng.randint(0, span),
                nodes=rng.choice([1, 1, nodes, rng.randint(1, nodes), (nodes + 1) // 2]),
                limit=limit,
                runtime=rng.choice([limit, rng.randint(1, limit), rng.randint(1, 2 * limit)]),
                exit_code=rng.choice([0, 0, 0, 1]),
            )
        )
    return nodes, jobs


def funded_trace(seed):
    """Nodes, jobs of some accounts, their budgets, and cancellations ``{job id: at}``."""
    nodes, jobs = trace(seed)
    rng = Random(f"funds {seed}")
    jobs = [
        Job(
            id=job.id,
            submit=job.submit,
            nodes=job.nodes,
            limit=job.limit,
            runtime=job.runtime,
            exit_code=job.exit_code,
            account=rng.choice([None, 1, 2, 2, 3, 4]),
        )
        for job in jobs
    ]
    mean_cost = sum(job.cost for job in jobs) // (len(jobs) or 1)
    budgets = {
        account: Budget(
            available=rng.randint(0, 1 + mean_cost * rng.choice([1, 3, 20])),
            ends_at=rng.choice([None, rng.randint(1, 200)]),
        )
        for account in (1, 2, 3)
    }
    cancelled = rng.sample(jobs, k=len(jobs) // 5)
    return nodes, jobs, budgets, {job.id: job.submit + rng.randint(-3, 40) for job in cancelled}
