# ruff: noqa: T201 - it prints a table
"""How long forecasts take: ``python -m tests.benchmarks.forecasts``.

Two hundred replications of a live state, on two processes: four weeks of about 5,000 jobs
each, four weeks of the whole Booster, and as the portal makes them, which ends when all who
wait have started; the last also behind a queue of 10,000 jobs.
"""

import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from allocations.scheduler import Job, Machine, Policy, Scheduler, State
from allocations.scheduler.forecast import Outlook
from allocations.scheduler.prospects import Prospects, model_days
from allocations.scheduler.workload import daily_jobs

BOOSTER, LOAD = 5_884, 0.9
SMALLER = 400  # nodes on which about 5,000 jobs come in four weeks
BEGIN, WARM_UP = 20_000, 10  # days
DAY = 86_400
REPLICATIONS, PROCESSES = 200, 2
NEVER = -1  # a job to watch that is not there, so that a replication lasts four weeks


@dataclass(frozen=True)
class Case:
    name: str
    outlook: Outlook
    watched: list[int]


def live_state(nodes):
    """A machine that has been in use for ten days, on a working day at noon."""
    scheduler = Scheduler(Machine(nodes), Policy.EASY)
    days = range(BEGIN, BEGIN + WARM_UP + 1)
    arrivals = [job for day in days for job in daily_jobs(7, day, nodes, LOAD)]
    noon = (BEGIN + WARM_UP) * DAY + DAY // 2
    scheduler.submit(
        job.as_job(number) for number, job in enumerate(arrivals, start=1) if job.submit <= noon
    )
    scheduler.advance(until=noon)
    return replace(scheduler.state, budgets={})


def outlook(nodes, state):
    days = model_days(nodes, LOAD)
    return Outlook(Machine(nodes), Policy.EASY, state, Prospects(nodes, {}, days), seed="bench")


def deep(state, number):
    """The state with so many more jobs that wait."""
    arrivals = (job for day in range(100) for job in daily_jobs(8, day, BOOSTER, LOAD))
    more = tuple(
        Job(10**6 + place, state.now - number + place, job.nodes, job.limit, job.runtime)
        for place, job in zip(range(number), arrivals, strict=False)
    )
    return replace(state, waiting=(*state.waiting, *more))


def cases():
    small, booster = live_state(SMALLER), live_state(BOOSTER)
    yield Case("4 weeks of about 5,000 jobs", outlook(SMALLER, small), [NEVER])
    yield Case("until all who wait have started", outlook(BOOSTER, booster), ids(booster))
    yield Case("the same behind 10,000 jobs", outlook(BOOSTER, deep(booster, 10_000)), [10**6])
    yield Case("4 weeks of the Booster", outlook(BOOSTER, booster), [NEVER])


def ids(state: State):
    return [job.id for job in state.waiting]


def run(numbers, *, case):
    """Make the replications; say how many seconds of CPU time that took."""
    begun = time.process_time()
    for number in numbers:
        case.outlook.replicate(number, case.watched)
    return time.process_time() - begun


def main():
    print(f"{'200 replications':<36}{'wall s':>8}{'CPU s':>8}{'arrivals':>10}{'MB':>6}")
    for case in cases():
        chunks = [range(first, REPLICATIONS, PROCESSES) for first in range(PROCESSES)]
        begun = time.monotonic()
        with ProcessPoolExecutor(PROCESSES) as pool:
            cpu = sum(pool.map(partial(run, case=case), chunks))
        wall = time.monotonic() - begun
        days = case.outlook.prospects.days
        arrivals = 4 * sum(sum(map(len, days[weekday][0])) for weekday in range(7))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"{case.name:<36}{wall:>8.1f}{cpu:>8.1f}{arrivals:>10,}{memory:>6}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
