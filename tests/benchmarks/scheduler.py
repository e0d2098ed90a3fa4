# ruff: noqa: T201 - it prints a table
"""How fast the scheduler is: ``nice python -m tests.benchmarks.scheduler [--quick] [ROW ...]``.

Prints a row for each load, each measured in a process of its own: jobs per second of CPU time
(the best of some runs) and what was asked for (``!`` where it is missed), the longest
queue, the peak of memory in MiB and bytes per job (jobs, events and engine), how the time grew
with twice the jobs at the same load, and the same from the compiled kernel. The last column is
the brute-force reference on the first jobs of the same load. ``--quick`` takes a tenth of the
jobs of each synthetic load, once, so that all rows are done in a minute or two.
"""

import gzip
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from time import process_time

from allocations.scheduler import (
    Association,
    Job,
    Layout,
    Machine,
    Partition,
    Policy,
    QoS,
    Scheduler,
    SlurmConfig,
    Started,
    Submitted,
    kernel,
    priority,
    swf,
)
from allocations.scheduler.workload import daily_jobs
from tests.allocations.scheduler import reference

TRACES = Path(os.environ.get("JAIF_TRACES", Path(__file__).parents[3] / "shared" / "traces"))
RUNS = 3
QUICK = "--quick"
LAYOUT = Layout("node", racks=(48,) * 125, racks_per_cell=5)  # 6,000 nodes
REFERENCE_JOBS = 1_000
HEAD = (
    f"{'load':<24}{'policy':<14}{'jobs':>9}{'CPU s':>8}{'jobs/s':>10}{'target':>9}{'queue':>8}"
    f"{'MiB':>6}{'B/job':>7}{'x2':>6}{'kernel/s':>12}{'x2':>6}{'reference/s':>13}"
)


@dataclass(frozen=True)
class Case:
    """``make(number)`` gives that many jobs, or all there are if it is ``None``."""

    name: str
    nodes: int
    make: Callable[[int | None], list[Job]]
    jobs: int | None = None
    doubled: bool = False
    policy: Policy = Policy.EASY
    target: int | None = None  # jobs/s
    runs: int = RUNS
    slurm: SlurmConfig | None = None
    reservation_ahead: bool = False  # all the time, so that nodes are not alike

    def bounded(self):
        """The same in a tenth of the time, where jobs are drawn."""
        return replace(self, jobs=self.jobs and self.jobs // 10, runs=1)


def recorded(file, nodes, number):
    with gzip.open(TRACES / file, "rt") as lines:
        return swf.usable_jobs(swf.read(lines).records, processors=nodes)[:number]


def synthetic(nodes, load, number):
    arrivals = (job for day in count(20_000) for job in daily_jobs(1, day, nodes, load))
    return [job.as_job(job_id) for job_id, job in enumerate(islice(arrivals, number))]


def of_users(nodes, load, number):
    """Jobs of three accounts, in which a few users send most; each fifth is urgent."""
    return [
        replace(
            job,
            account=(1, 1, 2, 3)[job.id % 4],
            user=f"u{job.id * job.id % 20}",
            qos="urgent" if job.id % 5 == 0 else "normal",
        )
        for job in synthetic(nodes, load, number)
    ]


def fair_share(slots):
    """Weights, shares and limits; ``slots`` for the first jobs of a partition, 0 for all."""
    users = [Association(account, f"u{i}") for account in (1, 2, 3) for i in range(20)]
    return SlurmConfig(
        weights=priority.JUPITER,
        bf_job_part_count_reserve=slots,
        partitions=(Partition("booster", max_time=86_400),),
        qos=(
            QoS("normal", priority=1),
            QoS("urgent", priority=10, max_jobs_per_user=20, grp_nodes=3_000),
        ),
        associations=(
            Association(1, shares=50, max_jobs=100, max_submit=1_000),
            Association(2, shares=25, max_jobs=100, max_submit=1_000),
            Association(3, shares=25, max_jobs=100, max_submit=1_000),
            *users,
        ),
    )


def without_limits(config):
    """The same shares and weights."""
    return replace(
        config,
        partitions=(),
        qos=tuple(QoS(one.name, priority=one.priority) for one in config.qos),
        associations=tuple(
            Association(one.account, one.user, shares=one.shares) for one in config.associations
        ),
    )


def all_at_once(nodes, number):
    return [replace(job, submit=0) for job in synthetic(nodes, 0.9, number)]


def recorded_cases():
    if not TRACES.exists():
        print(f"no traces in {TRACES}: set JAIF_TRACES", file=sys.stderr)
        return
    for name, file, nodes, target in (
        ("KTH-SP2", "KTH-SP2-1996-2.1-cln.swf.gz", 100, 120_000),
        ("Gaia", "UniLu-Gaia-2014-1.swf.gz", 2_004, None),
        ("Lublin 256", "lublin_256.swf.gz", 256, None),
        ("Theta", "theta_2022.swf.gz", 4_360, None),
    ):
        yield Case(name, nodes, partial(recorded, file, nodes), target=target)


def slurm_cases():
    users = partial(of_users, 6_000, 0.9)
    case = Case("", 6_000, users, 100_000, policy=Policy.SLURM, target=6_667, runs=1)
    for name, slots in (("one slot", 1), ("slots for all", 0)):
        yield replace(case, name=f"load 0.9, {name}", slurm=fair_share(slots))
    free = without_limits(fair_share(1))
    yield replace(case, name="load 0.9, no limits", slurm=free, target=None)
    ahead = replace(case, jobs=20_000, slurm=fair_share(0), reservation_ahead=True)
    yield replace(ahead, name="load 0.9, reserved ahead")


def cases():
    yield from recorded_cases()
    light, heavy = partial(synthetic, 6_000, 0.9), partial(synthetic, 6_000, 1.2)
    for policy, target in ((Policy.EASY, 100_000), (Policy.EASY_SJBF, None), (Policy.FCFS, None)):
        yield Case("6,000 nodes, load 0.9", 6_000, light, 100_000, True, policy, target)
    yield Case("6,000 nodes, load 0.9", 6_000, light, 5_000, True, Policy.CONSERVATIVE, runs=1)
    yield from slurm_cases()
    yield Case("6,000 nodes, load 1.2", 6_000, heavy, 100_000, True, target=20_000)
    at_once = partial(all_at_once, 6_000)
    yield Case("all jobs at once", 6_000, at_once, 20_000, True, target=20_000)
    jupiter = partial(synthetic, 5_884, 0.85)
    yield Case("JUPITER, load 0.85", 5_884, jupiter, 1_000_000, True, target=33_333, runs=1)


def simulate(case, jobs):
    machine = Machine.of(LAYOUT) if case.reservation_ahead else Machine(case.nodes)
    scheduler = Scheduler(machine, case.policy, slurm=case.slurm)
    if case.reservation_ahead:
        scheduler.reserve("service", "ALL", start=10**11, end=10**11 + 3_600, maintenance=True)
    scheduler.submit(jobs)
    return scheduler.advance(until=10**10)


def cpu_seconds(work, runs):
    times = []
    for _ in range(runs):
        begin = process_time()
        work()
        times.append(process_time() - begin)
    return min(times)


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def longest_queue(events):
    waiting = longest = 0
    for event in events:
        if isinstance(event, Submitted):
            waiting += 1
        elif isinstance(event, Started):
            longest = max(longest, waiting)
            waiting -= 1
    return longest


def engine_columns(case, jobs, before):
    """CPU seconds, jobs/s, target, queue, memory."""
    queue = longest_queue(simulate(case, jobs))
    peak = peak_bytes()
    taken = cpu_seconds(lambda: simulate(case, jobs), case.runs)
    speed = len(jobs) / taken
    target = "-" if case.target is None else f"{case.target:,}{'' if speed >= case.target else '!'}"
    text = f"{taken:>8.2f}{speed:>10,.0f}{target:>9}{queue:>8,}{peak / 2**20:>6,.0f}"
    return taken, text + f"{(peak - before) / len(jobs):>7,.0f}"


def kernel_seconds(case, jobs):
    """CPU seconds of the kernel, if it takes the case, without those in which it is loaded."""
    machine = Machine(case.nodes)
    if not kernel.available():
        return None
    if case.policy in kernel.TAKEN:
        columns = kernel.Columns.of(jobs)
        work = partial(kernel.simulate, machine, case.policy, columns)
    elif case.slurm and kernel.takes(case.slurm):
        work = partial(kernel.simulate_slurm, machine, case.slurm, jobs)
    else:
        return None
    work()
    return cpu_seconds(work, RUNS)


def reference_speed(case, jobs):
    """Jobs/s; the brute-force versions that count seconds would take hours."""
    if case.policy in {Policy.CONSERVATIVE, Policy.SLURM}:
        return "-"
    few = jobs[:REFERENCE_JOBS]
    work = partial(reference.schedule, few, nodes=case.nodes, policy=case.policy)
    return f"{len(few) / cpu_seconds(work, RUNS):,.0f}"


def grown(doubled, taken):
    return "-" if doubled is None or taken is None else f"{doubled / taken:.2f}"


def row(case):
    before = peak_bytes()
    jobs = case.make(case.jobs)
    taken, text = engine_columns(case, jobs, before)
    by_kernel = kernel_seconds(case, jobs)
    twice = kernel_twice = None
    if case.doubled:
        many = case.make(2 * case.jobs)
        twice = cpu_seconds(lambda: simulate(case, many), case.runs)
        kernel_twice = kernel_seconds(case, many)
    compiled = "-" if by_kernel is None else f"{len(jobs) / by_kernel:,.0f}"
    return (
        f"{case.name:<24}{case.policy:<14}{len(jobs):>9,}{text}{grown(twice, taken):>6}"
        f"{compiled:>12}{grown(kernel_twice, by_kernel):>6}{reference_speed(case, jobs):>13}"
    )


if __name__ == "__main__":
    names = [name for name in sys.argv[1:] if name != QUICK]
    print(HEAD)
    for case in cases():
        if not names or any(name in case.name for name in names):
            chosen = case.bounded() if QUICK in sys.argv else case
            with get_context("fork").Pool(1) as process:
                print(process.apply(row, [chosen]), flush=True)
