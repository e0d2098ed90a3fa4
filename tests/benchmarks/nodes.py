# ruff: noqa: T201 - it prints a table
"""What real nodes cost: ``python -m tests.benchmarks.nodes``.

The same jobs on JUPITER at a load of 0.85: counted, placed on nodes, placed while 240 nodes
are out of service, and while maintenance lies ahead, so that nodes are not alike.
"""

from itertools import count, islice
from time import process_time

from allocations.scheduler import JUPITER_LAYOUT, Machine, Policy, Scheduler
from allocations.scheduler.workload import daily_jobs

LOAD = 0.85
JOBS = {Policy.SLURM: 2_000, Policy.CONSERVATIVE: 2_000}  # of the others, many more
MANY = 20_000


def synthetic(number):
    nodes = JUPITER_LAYOUT.size
    arrivals = (job for day in count(20_000) for job in daily_jobs(1, day, nodes, LOAD))
    return [job.as_job(job_id) for job_id, job in enumerate(islice(arrivals, number))]


def counted(policy):
    return Scheduler(Machine(JUPITER_LAYOUT.size), policy)


def placed(policy):
    return Scheduler(Machine.of(JUPITER_LAYOUT), policy)


def some_out(policy):
    scheduler = placed(policy)
    scheduler.fail("jpbo-[001-005]-[01-48]", at=0)
    return scheduler


def maintenance_ahead(policy):
    scheduler = placed(policy)
    scheduler.reserve("service", "ALL", start=10**11, end=10**11 + 3_600, maintenance=True)
    return scheduler


def speed(scheduler, jobs):
    """Jobs per second of CPU time."""
    scheduler.submit(jobs)
    begin = process_time()
    scheduler.advance(until=10**10)
    return len(jobs) / (process_time() - begin)


if __name__ == "__main__":
    ways = (counted, placed, some_out, maintenance_ahead)
    print(f"{'jobs/s':<14}" + "".join(f"{way.__name__:>19}" for way in ways))
    for policy in Policy:
        jobs = synthetic(JOBS.get(policy, MANY))
        speeds = (speed(way(policy), jobs) for way in ways)
        print(
            f"{policy:<14}" + "".join(f"{jobs_per_s:>19,.0f}" for jobs_per_s in speeds), flush=True
        )
