"""The second gear: whole schedules by a compiled kernel, for forecasts and large replays.

    load = Columns(submit=[0, 60], nodes=[3, 4], limit=[3600, 3600], runtime=[1800, 3600])
    schedule(Machine(nodes=4), Policy.EASY, load).starts  # [0, 1800]

The kernel needs numba and numpy. It takes ``fcfs`` and ``easy`` for jobs that wait for nothing
but nodes, and ``slurm`` as far as ``takes`` says. Where it cannot be used, the engine gives the
same schedule. A call runs without the interpreter's lock, so that threads make use of all cores.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import Any, NamedTuple

from .associations import QoS
from .configuration import SlurmConfig
from .events import Ended, Started
from .jobs import Job, RunningJob
from .machine import Machine
from .policies import Policy
from .scheduler import Scheduler
from .state import State

TAKEN = {Policy.FCFS, Policy.EASY}
NEVER = -1  # the start of a job that is larger than the machine


class KernelUnavailable(RuntimeError):
    """The kernel was asked for, but a library is missing or it does not know the policy."""


class Columns(NamedTuple):
    """Jobs in the order of (submit, id), a sequence of integers or array for each field.

    Those submitted by the beginning wait already. Without ``low`` none is of lowest priority.
    """

    submit: Sequence[int]
    nodes: Sequence[int]
    limit: Sequence[int]
    runtime: Sequence[int]
    low: Sequence[int] = ()

    @classmethod
    def of(cls, jobs: Iterable[Job]) -> "Columns":
        """Put ``jobs``, which come in order, into columns."""
        fields = attrgetter("submit", "nodes", "limit", "runtime", "low")
        columns = list(zip(*map(fields, jobs), strict=True))
        return cls(*columns) if columns else cls((), (), (), ())


class Busy(NamedTuple):
    """Nodes in use at the beginning: how many, until when as is expected, and until when indeed."""

    nodes: Sequence[int] = ()
    expected: Sequence[int] = ()
    ends: Sequence[int] = ()

    @classmethod
    def of(cls, state: State) -> "Busy":
        return cls(
            [entry.job.nodes for entry in state.running],
            [entry.expected_end for entry in state.running],
            [entry.started + entry.job.elapsed for entry in state.running],
        )


NOBODY = Busy()
FRESH = State()


@dataclass(frozen=True, slots=True)
class Schedule:
    """``starts`` in the order of the jobs, ``NEVER`` for those larger than the machine."""

    starts: Sequence[int]
    instants: int
    backfilled: int

    def ended(self, jobs: Sequence[Job]) -> Iterator[Ended]:
        """How the ``jobs`` of this schedule end, as the engine would say it."""
        for job, start in zip(jobs, self.starts, strict=True):
            if start != NEVER:
                yield Ended(job, int(start), int(start) + job.elapsed, job.outcome)


def available() -> bool:
    """Whether the libraries that the kernel needs are installed."""
    return _compiled() is not None


def warm(policy: Policy = Policy.EASY) -> None:
    """Load the kernel, or compile it if nobody has yet: for the start of a worker."""
    if not available():
        return
    if policy is Policy.SLURM:
        simulate_slurm(Machine(1), SlurmConfig(bf_job_part_count_reserve=1), [Job(1, 0, 1, 1, 1)])
    else:
        simulate(Machine(1), policy, Columns([0], [1], [1], [1]))


def schedule(
    machine: Machine, policy: Policy, jobs: Columns, *, now: int = 0, busy: Busy = NOBODY
) -> Schedule:
    """Run until nothing happens any more, by the kernel if it can be used."""
    if available() and policy in TAKEN:
        return simulate(machine, policy, jobs, now=now, busy=busy)
    return _run_engine(machine, policy, jobs, now, busy)


def simulate(
    machine: Machine, policy: Policy, jobs: Columns, *, now: int = 0, busy: Busy = NOBODY
) -> Schedule:
    """Run until nothing happens any more, by the kernel; see ``KernelUnavailable``."""
    kernel = _compiled()
    if kernel is None:
        raise KernelUnavailable("the kernel needs numba and numpy")
    if policy not in TAKEN:
        raise KernelUnavailable(f"the kernel does not know the policy {policy}")
    backfills = policy is Policy.EASY
    return Schedule(*kernel.simulate(machine.nodes, jobs, now, busy, backfills=backfills))


def takes(config: SlurmConfig) -> bool:
    """Whether the kernel knows what ``config`` asks for.

    That is one reservation in the backfill pass, usage that is forgotten, at most one partition,
    and no limits.
    """
    unlimited = (
        all(replace(one, priority=0, usage_factor=1.0) == QoS(one.name) for one in config.qos),
        all(
            (one.max_jobs, one.max_submit, one.max_wall, one.grp_nodes) == (None,) * 4
            for one in config.associations
        ),
        all(
            (one.min_nodes, one.max_nodes, one.max_time, one.qos) == (1, None, None, "")
            for one in config.partitions
        ),
    )
    return (
        all(unlimited)
        and len(config.partitions) <= 1
        and config.bf_job_part_count_reserve == 1
        and config.priority_decay_half_life is not None
    )


def simulate_slurm(
    machine: Machine, config: SlurmConfig, jobs: Sequence[Job], *, state: State = FRESH
) -> Schedule:
    """Run ``jobs``, in the order of (submit, id), under the policy ``slurm`` and by the kernel.

    They wait for nothing but nodes and priority; accounts are those of associations. From a
    ``state``, those who wait there come first, those who arrive after it follow.
    """
    kernel = _compiled("preparation")
    if kernel is None:
        raise KernelUnavailable("the kernel needs numba and numpy")
    if not takes(config):
        raise KernelUnavailable("the kernel does not know what this configuration asks for")
    accounts = {None, *(one.account for one in config.associations)}
    for job in jobs:
        if job.conditions is not None or job.account not in accounts:
            raise KernelUnavailable(f"job {job.id} waits for more than nodes")
    known = State(state.now, state.running, state.waiting, state.arriving, slurm=state.slurm)
    if state != known:
        raise KernelUnavailable("the state has more than jobs that run and wait")
    if {job.id for job in jobs[: len(state.waiting)]} != {job.id for job in state.waiting}:
        raise ValueError("those who wait in the state do not come first")
    return Schedule(*kernel.simulate(machine.nodes, config, jobs, state))


@cache
def _compiled(module: str = "easy") -> Any:
    """A compiled module, if it can be imported."""
    try:
        return import_module(f".compiled.{module}", __package__)
    except ModuleNotFoundError:
        return None


def _run_engine(
    machine: Machine, policy: Policy, columns: Columns, now: int, busy: Busy
) -> Schedule:
    low = columns.low if len(columns.low) else [0] * len(columns.submit)
    rows = zip(*columns[:4], low, strict=True)
    jobs = [
        Job(number, int(submit), int(nodes), int(limit), int(runtime), low=bool(is_low))
        for number, (submit, nodes, limit, runtime, is_low) in enumerate(rows)
    ]
    started = now - 1  # so that whoever runs has a limit and a run time of a second at least
    running = tuple(
        RunningJob(
            Job(len(jobs) + number, started, nodes, expected - started, end - started), started
        )
        for number, (nodes, expected, end) in enumerate(zip(*busy, strict=True))
    )
    waiting = tuple(job for job in jobs if job.submit <= now)
    arriving = tuple(job for job in jobs if job.submit > now)
    state = State(now=now, running=running, waiting=waiting, arriving=arriving)
    scheduler = Scheduler(machine, policy, state)
    starts = [NEVER] * len(jobs)
    for event in scheduler.run():
        if isinstance(event, Started):
            starts[event.job.id] = event.at
    return Schedule(starts, scheduler.instants, scheduler.backfilled)
