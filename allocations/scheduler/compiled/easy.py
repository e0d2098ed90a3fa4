"""First come first served and EASY on columns of integers, compiled to machine code.

Needs numba. The schedules are those of the engine, which is the oracle; ``kernel`` is the way
in. All arrays are of 64-bit integers. A job is its place in the columns, which are in the order
of submission; its *rank* is its place in the queue, where jobs of the lowest priority come last.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .arena import (
    EXACT,
    FREE,
    NEVER,
    RUNNING,
    SHADOW,
    SPARE,
    Array,
    Running,
    begin,
    cached,
    compiled,
    end_next,
    new_running,
    reserve,
)
from .classes import (
    Waiting,
    enqueue,
    first_fitting,
    least,
    new_waiting,
    next_fitting,
    rank,
    take,
    waits,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..kernel import Busy, Columns

NODES, HEAD, ARRIVED, FIRST, FIRST_LOW, INSTANTS, BACKFILLS, BACKFILLED = range(8)


class Jobs(NamedTuple):
    """What is known of each job; ``elapsed`` is the time from start to end."""

    submit: Array
    nodes: Array
    limit: Array
    elapsed: Array
    low: Array


class Desk(NamedTuple):
    """The queue of a simulation, its machine, and numbers that change (``HEAD`` ... )."""

    jobs: Jobs
    running: Running
    waiting: Waiting
    starts: Array
    numbers: Array


def simulate(
    machine: int, columns: "Columns", now: int, busy: "Busy", *, backfills: bool
) -> tuple[Array, int, int]:
    """Start times, instants and backfilled jobs; see ``kernel.schedule``."""
    submit, nodes, limit, runtime = (_array(column) for column in columns[:4])
    low = _array(columns.low) if len(columns.low) else np.zeros_like(submit)
    if not len(submit) == len(nodes) == len(limit) == len(runtime) == len(low):
        raise ValueError("columns of jobs differ in length")
    if len(submit) == 0:
        return submit, 0, 0
    if min(nodes.min(), limit.min(), runtime.min()) < 1:
        raise ValueError("a job needs at least one node and one second")
    if (submit[1:] < submit[:-1]).any():
        raise ValueError("jobs are not in the order of their submission")
    jobs = Jobs(submit, nodes, limit, np.minimum(limit, runtime), (low != 0).astype(np.int64))
    before, expected, ends = (_array(column) for column in busy)
    desk = new_desk(machine, jobs, before, backfills=backfills)
    run(desk, now, expected, ends)
    return desk.starts, int(desk.numbers[INSTANTS]), int(desk.numbers[BACKFILLED])


def _array(values: "Sequence[int]") -> Array:
    """Integers as the kernel takes them: a copy, so that its type is always the same."""
    return np.array(values, dtype=np.int64)


def new_desk(machine: int, jobs: Jobs, before: Array, *, backfills: bool) -> Desk:
    """A simulation of ``jobs`` in which nothing has happened; see ``run`` for ``before``."""
    desk = Desk(
        jobs=jobs,
        running=new_running(machine, jobs.nodes, before),
        waiting=new_waiting(jobs.limit, jobs.low),
        starts=np.full(len(jobs.submit), -1, np.int64),
        numbers=np.zeros(8, np.int64),
    )
    desk.numbers[HEAD] = -1
    desk.numbers[NODES] = machine
    desk.numbers[BACKFILLS] = backfills
    return desk


@cached
def run(desk: Desk, now: int, expected: Array, ends: Array) -> None:
    """Let everything happen from ``now`` on; ``desk.starts`` are then the starts (-1: never).

    Jobs run at ``now`` that are expected to end, and do end, at the times given; whoever has
    been submitted by then waits. If not ``BACKFILLS``, only heads of the queue start.
    """
    running = desk.running
    for i in range(len(ends)):
        begin(running, len(desk.starts) + i, max(expected[i], now), max(ends[i], now))
    at = _next_instant(desk, now)
    while at < NEVER:
        desk.numbers[INSTANTS] += 1
        changed = 0
        while running.numbers[RUNNING] and running.end_time[0] <= at:
            end_next(running)
            changed = 1
        _arrive(desk, at, changed)
        at = _next_instant(desk, at)


@compiled
def _next_instant(desk: Desk, now: int) -> int:
    running, arrived, submit = desk.running, desk.numbers[ARRIVED], desk.jobs.submit
    at = submit[arrived] if arrived < len(submit) else NEVER
    if running.numbers[RUNNING]:
        at = min(at, running.end_time[0])
    return int(max(at, now))  # what has come late happens now


@compiled
def _arrive(desk: Desk, at: int, changed: int) -> None:
    """Let in all jobs that arrive, and make one pass if that can start more than these."""
    submit, nodes = desk.jobs.submit, desk.jobs.nodes
    first = last = desk.numbers[ARRIVED]
    while last < len(submit) and submit[last] <= at:
        changed |= _out_of_order(desk, last, first)
        last += 1
    desk.numbers[ARRIVED] = last
    for job in range(first, last):
        if nodes[job] > desk.numbers[NODES]:
            continue
        if changed:
            enqueue(desk.waiting, nodes, job)
        else:
            _meet(desk, job, at)
    if changed:
        _pass_over(desk, at)


@compiled
def _out_of_order(desk: Desk, job: int, first: int) -> int:
    """Whether a newcomer has its place before the head or before one that came with it."""
    head, low = desk.numbers[HEAD], desk.jobs.low
    if job > first and low[first] + low[job] > 0:
        return 1
    return int(head >= 0 and low[head] > low[job])


@compiled
def _meet(desk: Desk, job: int, at: int) -> None:
    """Consider a newcomer when nothing else has happened: whoever waits still has to."""
    head, nodes = desk.numbers[HEAD], desk.jobs.nodes
    fits = nodes[job] <= desk.running.numbers[FREE]
    if head >= 0 and fits:
        fits = desk.numbers[BACKFILLS] > 0 and _beside_promise(desk, job, at)
        desk.numbers[BACKFILLED] += fits
    if fits:
        _start(desk, job, at)
        return
    enqueue(desk.waiting, nodes, job)
    if head < 0:
        desk.numbers[HEAD] = job
        desk.running.numbers[EXACT] = 0


@compiled
def _beside_promise(desk: Desk, job: int, at: int) -> bool:
    """Whether ``job``, which fits, leaves the head its reservation; it then uses up its part."""
    numbers = desk.running.numbers
    reserve(desk.running, desk.jobs.nodes[desk.numbers[HEAD]])
    if at + desk.jobs.limit[job] <= numbers[SHADOW]:
        return True
    if desk.jobs.nodes[job] > numbers[SPARE]:
        return False
    numbers[SPARE] -= desk.jobs.nodes[job]
    return True


@compiled
def _pass_over(desk: Desk, at: int) -> None:
    """Start the heads of the queue while they fit, then whoever fits beside the next one."""
    nodes, numbers = desk.jobs.nodes, desk.running.numbers
    head = _first(desk)
    while head >= 0 and nodes[head] <= numbers[FREE]:
        take(desk.waiting, head)
        _start(desk, head, at)
        head = _first(desk)
    desk.numbers[HEAD] = head
    numbers[EXACT] = 0
    if head >= 0 and desk.numbers[BACKFILLS] and least(desk.waiting) <= numbers[FREE]:
        reserve(desk.running, nodes[head])
        _backfill(desk, at)


@compiled
def _backfill(desk: Desk, at: int) -> None:
    """Start whoever fits beside the promise to the head, in the order of the queue."""
    jobs, waiting, numbers = desk.jobs, desk.waiting, desk.running.numbers
    window = numbers[SHADOW] - at
    count = first_fitting(waiting, numbers[FREE], numbers[SPARE], window)
    while count:
        place = 0
        for other in range(1, count):
            if rank(jobs.low, waiting.found[other]) < rank(jobs.low, waiting.found[place]):
                place = other
        job = waiting.found[place]
        if jobs.nodes[job] <= numbers[FREE] and _beside_promise(desk, job, at):
            take(waiting, job)
            desk.numbers[BACKFILLED] += 1
            _start(desk, job, at)
        group, following = waiting.group[job], waiting.slot[job] + 1
        job = next_fitting(waiting, group, following, numbers[FREE], numbers[SPARE], window)
        if job < 0:
            count -= 1
            job = waiting.found[count]
        waiting.found[place] = job


@compiled
def _start(desk: Desk, job: int, at: int) -> None:
    desk.starts[job] = at
    begin(desk.running, job, at + desk.jobs.limit[job], at + desk.jobs.elapsed[job])


@compiled
def _first(desk: Desk) -> int:
    """The first job of the queue, or -1."""
    low, numbers, waiting = desk.jobs.low, desk.numbers, desk.waiting
    for kind in range(2):
        job = numbers[FIRST + kind]
        while job < numbers[ARRIVED] and (low[job] != kind or not waits(waiting, job)):
            job += 1
        numbers[FIRST + kind] = job
        if job < numbers[ARRIVED]:
            return int(job)
    return -1
