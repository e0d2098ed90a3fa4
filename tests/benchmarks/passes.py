# ruff: noqa: T201 - it prints a table
"""How long one backfill pass of depth 500 takes: ``python -m tests.benchmarks.passes``.

2,000 jobs run on 6,000 nodes and 10,000 wait, of whom the 500 first are all tested: 450 that are
too large and take slots, and 50 that start. Counted, and with maintenance ahead;
the time has the arrival of those who wait in it, too.
"""

import random
from time import process_time

from allocations.scheduler import Job, Machine, Policy, Scheduler, SlurmConfig
from tests.benchmarks.scheduler import LAYOUT

LARGE, SMALL = 450, 50
WAITING = 10_000
NEVER = 10**6


def busy(machine):
    """A scheduler of a machine on which 2,000 jobs run."""
    dice = random.Random(1)
    scheduler = Scheduler(machine, Policy.SLURM, slurm=SlurmConfig())
    if machine.layout is not None:
        scheduler.reserve("service", "ALL", start=10**11, end=10**11 + 3_600, maintenance=True)
    running = (
        Job(i, submit=0, nodes=dice.choice((2, 3)), limit=limit(dice), runtime=NEVER)
        for i in range(2_000)
    )
    scheduler.submit(running)
    scheduler.advance(until=59)
    return scheduler


def limit(dice):
    return dice.randrange(3_600, 80_000, 600)


def waiting(free):
    dice = random.Random(2)
    for number in range(10_000, 10_000 + WAITING):
        if LARGE <= number - 10_000 < LARGE + SMALL:
            yield Job(number, submit=60, nodes=5, limit=60, runtime=NEVER)
        else:
            nodes = free + dice.randrange(1, 400)
            yield Job(number, submit=60, nodes=nodes, limit=limit(dice), runtime=NEVER)


def seconds(machine):
    """CPU seconds of the pass, and how many jobs it has started."""
    scheduler = busy(machine)
    scheduler.submit(waiting(scheduler.free))
    begin = process_time()
    scheduler.advance(until=60)
    return process_time() - begin, scheduler.backfilled


if __name__ == "__main__":
    for name, machine in (("counted", Machine(6_000)), ("ahead", Machine.of(LAYOUT))):
        taken, started = seconds(machine)
        print(f"{name:<14}{taken:>8.3f} s, {started} started")
