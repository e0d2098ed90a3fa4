"""Multifactor priority with fair share and EASY backfill, compiled to machine code.

The schedules are those of ``multifactor``, which says what the passes do, with one slot in the
plan (``bf_job_part_count_reserve=1``) and without limits; ``kernel`` is the way in. With one slot,
what is free in the plan only grows from now on, but for the second in which the slot begins.
"""

from typing import NamedTuple

from ..priority import HIGHEST, LOWEST
from .arena import (
    FREE,
    NEVER,
    RUNNING,
    Array,
    Running,
    begin,
    cached,
    compiled,
    end_next,
)
from .fairness import (
    CALCULATED,
    PERIOD,
    Fairness,
    calculate,
    change_rate,
    share,
)
from .line import WAITING, Line, close_gap, enqueue, job_at, key, least, leave, sort

NODES, ARRIVED, DUE, INSTANTS, BACKFILLED = range(5)


class Requests(NamedTuple):
    """By job; ``points`` do not change with time, the age counts from ``since``.

    ``place`` and ``rate`` say who is charged; this and ``nodes`` also for those who run.
    """

    submit: Array
    nodes: Array
    limit: Array
    elapsed: Array
    low: Array
    since: Array
    points: Array
    place: Array
    rate: Array


class Settings(NamedTuple):
    """As in ``SlurmConfig``; ``NEVER`` for no window or depth."""

    age_weight: int
    fairshare_weight: int
    max_age: int
    interval: int
    resolution: int
    window: int
    depth: int


class Desk(NamedTuple):
    """A simulation: its jobs, machine, accounts and queue, and numbers that change."""

    jobs: Requests
    running: Running
    fair: Fairness
    settings: Settings
    line: Line
    starts: Array
    numbers: Array


@cached
def run(desk: Desk, now: int, expected: Array, ends: Array, waiting: int, pass_due: int) -> None:
    """Let everything happen from ``now`` on; ``desk.starts`` are then the starts (-1: never).

    The jobs numbered after all others run, are expected to end, and do end, at the times given.
    The first ones wait already, so many of them.
    """
    running, jobs, numbers = desk.running, desk.jobs, desk.numbers
    for i in range(len(ends)):
        job = len(desk.starts) + i
        begin(running, job, expected[i], ends[i])
        change_rate(desk.fair, jobs.place[job], jobs.rate[job], now)
    while numbers[ARRIVED] < waiting:
        _admit(desk)
    at = now if pass_due else _next_instant(desk, now)
    while at < NEVER:
        numbers[INSTANTS] += 1
        changed = _renew(desk, at) | pass_due
        pass_due = 0
        while running.numbers[RUNNING] and running.end_time[0] <= at:
            job = running.end_job[0]
            end_next(running)
            change_rate(desk.fair, jobs.place[job], -jobs.rate[job], at)
            changed = 1
        while numbers[ARRIVED] < len(desk.starts) and jobs.submit[numbers[ARRIVED]] <= at:
            _admit(desk)
            changed = 1
        if changed:
            _main_pass(desk, at)
            numbers[DUE] = 1
        interval = desk.settings.interval
        if numbers[DUE] and (interval == 0 or at % interval == 0):
            numbers[DUE] = 0
            _backfill(desk, at)
        at = _next_instant(desk, at)


@compiled
def _admit(desk: Desk) -> None:
    """Let the next job wait at its place, if the machine could run it."""
    job, jobs = desk.numbers[ARRIVED], desk.jobs
    if jobs.nodes[job] <= desk.numbers[NODES]:
        enqueue(desk.line, key(jobs.low[job], _priority(desk, job), job), jobs.nodes[job])
    desk.numbers[ARRIVED] += 1


@compiled
def _next_instant(desk: Desk, now: int) -> int:
    """The next second in which a job ends or comes, or in which one may start without that."""
    numbers, running, submit = desk.numbers, desk.running, desk.jobs.submit
    at = submit[numbers[ARRIVED]] if numbers[ARRIVED] < len(desk.starts) else NEVER
    if running.numbers[RUNNING]:
        at = min(at, running.end_time[0])
    if desk.running.numbers[FREE] < least(desk.line):
        return int(at)
    if numbers[DUE]:
        at = min(at, _next_multiple(desk.settings.interval, now))
    if desk.settings.age_weight + desk.settings.fairshare_weight:
        at = min(at, _next_multiple(desk.fair.numbers[PERIOD], now))
    return int(at)


@compiled
def _next_multiple(period: int, after: int) -> int:
    return after - after % period + period


@compiled
def _renew(desk: Desk, at: int) -> int:
    """Give jobs new priorities if it is time for it; say if that has changed their order."""
    settings, line = desk.settings, desk.line
    if not calculate(desk.fair, at) or not settings.age_weight + settings.fairshare_weight:
        return 0
    for place in range(line.numbers[WAITING]):
        job = job_at(line, place)
        line.keys[place] = key(desk.jobs.low[job], _priority(desk, job), job)
    return sort(line)


@compiled
def _priority(desk: Desk, job: int) -> int:
    jobs, settings, fair = desk.jobs, desk.settings, desk.fair
    priority = jobs.points[job]
    age = min(fair.numbers[CALCULATED] - jobs.since[job], settings.max_age)
    if settings.age_weight and age > 0:
        priority += settings.age_weight * age // settings.max_age
    if settings.fairshare_weight:
        priority += share(fair, jobs.place[job])
    return int(min(max(priority, LOWEST), HIGHEST))


@compiled
def _main_pass(desk: Desk, at: int) -> None:
    """Start jobs in order while they fit."""
    line, started = desk.line, 0
    while started < line.numbers[WAITING]:
        job = job_at(line, started)
        if desk.jobs.nodes[job] > desk.running.numbers[FREE]:
            break
        _start(desk, job, at)
        started += 1
    if started:
        close_gap(line, 0, started)


@compiled
def _backfill(desk: Desk, at: int) -> None:
    """Start whoever fits beside the slot of the first job that does not."""
    settings, running, line = desk.settings, desk.running, desk.line
    reserved, slot, spare, kept, place = False, 0, 0, 0, 0
    last = min(line.numbers[WAITING], settings.depth)
    while place < last and running.numbers[FREE] >= least(line):
        job = job_at(line, place)
        nodes, end = desk.jobs.nodes[job], at + desk.jobs.limit[job]
        outlasts = reserved and _round_up(end, settings.resolution) > slot
        if nodes <= running.numbers[FREE] and (not outlasts or nodes <= spare):
            spare -= nodes * outlasts
            desk.numbers[BACKFILLED] += 1
            _start(desk, job, at)
        else:
            line.keys[kept] = line.keys[place]
            kept += 1
            if not reserved:
                slot, spare = _slot(running, nodes, settings.resolution)
                reserved = settings.window == NEVER or slot < at + settings.window
        place += 1
    if kept < place:
        close_gap(line, kept, place)


@compiled
def _slot(running: Running, nodes: int, resolution: int) -> tuple[int, int]:
    """When ``nodes`` nodes are free by the plan, and how many more then."""
    free, place, count = running.numbers[FREE], 0, running.numbers[RUNNING]
    while place < count and free < nodes:
        free += running.nodes[running.expected_job[place]]
        place += 1
    slot = _round_up(running.expected_time[place - 1], resolution)
    while place < count and running.expected_time[place] <= slot:
        free += running.nodes[running.expected_job[place]]
        place += 1
    return slot, free - nodes


@compiled
def _round_up(at: int, resolution: int) -> int:
    return -(-at // resolution) * resolution


@compiled
def _start(desk: Desk, job: int, at: int) -> None:
    jobs = desk.jobs
    desk.starts[job] = at
    begin(desk.running, job, at + jobs.limit[job], at + jobs.elapsed[job])
    leave(desk.line, jobs.nodes[job])
    change_rate(desk.fair, jobs.place[job], jobs.rate[job], at)
