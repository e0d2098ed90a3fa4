# ruff: noqa: T201 - it prints a table
"""How fast the scheduler is: ``python -m tests.benchmarks.scheduler``.

Prints a row for each log: jobs per second of CPU time (the best of some
runs), the longest queue, bytes per job at the peak (jobs, events and engine),
and, where the same load was simulated with twice the jobs, how the time grew.
The last column is the brute-force reference on the first jobs of the same log.
"""

import gzip
import os
import sys
import tracemalloc
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, islice
from pathlib import Path
from time import process_time

from allocations.scheduler import Job, Machine, Policy, Scheduler, Started, Submitted, swf
from allocations.scheduler.workload import daily_jobs
from tests.allocations.scheduler import reference

TRACES = Path(os.environ.get("JAIF_TRACES", Path(__file__).parents[3] / "shared" / "traces"))
RUNS = 3
REFERENCE_JOBS = 1_000
HEAD = (
    f"{'log':<34}{'policy':<8}{'jobs':>9}{'CPU s':>8}{'jobs/s':>9}"
    f"{'queue':>8}{'B/job':>7}{'x2':>6}{'reference':>11}"
)


@dataclass(frozen=True)
class Case:
    name: str
    nodes: int
    jobs: list[Job]
    doubled: list[Job] | None = None
    policy: Policy = Policy.EASY


def recorded(file, nodes):
    with gzip.open(TRACES / file, "rt") as lines:
        jobs = swf.usable_jobs(swf.read(lines).records, processors=nodes)
    return Case(file.split(".")[0], nodes, jobs)


def synthetic(number, *, nodes, load):
    arrivals = (job for day in count(20_000) for job in daily_jobs(1, day, nodes, load))
    return [job.as_job(job_id) for job_id, job in enumerate(islice(arrivals, number))]


def all_at_once(number, *, nodes):
    return [replace(job, submit=0) for job in synthetic(number, nodes=nodes, load=0.9)]


def cases():
    if TRACES.exists():
        yield recorded("KTH-SP2-1996-2.1-cln.swf.gz", 100)
        yield recorded("UniLu-Gaia-2014-1.swf.gz", 2_004)
        yield recorded("lublin_256.swf.gz", 256)
        yield recorded("theta_2022.swf.gz", 4_360)
    else:
        print(f"no traces in {TRACES}: set JAIF_TRACES", file=sys.stderr)
    for name, load in (("0.9 load", 0.9), ("1.2 load", 1.2)):
        make = partial(synthetic, nodes=6_000, load=load)
        yield Case(f"6,000 nodes at {name}", 6_000, make(100_000), make(200_000))
    make = partial(all_at_once, nodes=6_000)
    yield Case("6,000 nodes, all jobs at once", 6_000, make(20_000), make(40_000))
    yield Case(
        "6,000 nodes at 0.9 load",
        6_000,
        synthetic(100_000, nodes=6_000, load=0.9),
        policy=Policy.FCFS,
    )


def simulate(case, jobs):
    scheduler = Scheduler(Machine(case.nodes), case.policy)
    scheduler.submit(jobs)
    return scheduler.run()


def cpu_seconds(work):
    times = []
    for _ in range(RUNS):
        begin = process_time()
        work()
        times.append(process_time() - begin)
    return min(times)


def peak_bytes(case):
    """Bytes at the peak of a simulation, with its own copy of the jobs."""
    tracemalloc.start()
    simulate(case, [replace(job, id=job.id + 10**6) for job in case.jobs])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def longest_queue(events):
    waiting = longest = 0
    for event in events:
        if isinstance(event, Submitted):
            waiting += 1
        elif isinstance(event, Started):
            longest = max(longest, waiting)
            waiting -= 1
    return longest


def row(case):
    taken = cpu_seconds(lambda: simulate(case, case.jobs))
    growth = "-"
    if case.doubled:
        growth = f"{cpu_seconds(lambda: simulate(case, case.doubled)) / taken:.2f}"
    queue = longest_queue(simulate(case, case.jobs))
    few = case.jobs[:REFERENCE_JOBS]
    plain = cpu_seconds(lambda: reference.schedule(few, nodes=case.nodes, policy=case.policy))
    return (
        f"{case.name:<34}{case.policy:<8}{len(case.jobs):>9,}{taken:>8.2f}"
        f"{len(case.jobs) / taken:>9,.0f}{queue:>8,}{peak_bytes(case) / len(case.jobs):>7,.0f}"
        f"{growth:>6}{len(few) / plain:>11,.0f}"
    )


if __name__ == "__main__":
    print(HEAD)
    for case in cases():
        print(row(case), flush=True)
