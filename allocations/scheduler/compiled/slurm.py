"""Multifactor priority with fair share and EASY backfill, compiled to machine code.

The schedules are those of ``multifactor``, which says what the passes do, with one slot in the
plan (``bf_job_part_count_reserve=1``) and without limits; ``kernel`` is the way in. With one slot,
what is free in the plan only grows from now on, but for the second in which the slot begins.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..fairshare import Usage
from ..priorities import Priorities
from ..priority import HIGHEST, LOWEST
from ..terms import Rules
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
    new_running,
)
from .fairness import (
    CALCULATED,
    PERIOD,
    Fairness,
    calculate,
    change_rate,
    new_fairness,
    share,
)
from .line import WAITING, Line, close_gap, enqueue, job_at, key, least, leave, new_line, sort

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..configuration import SlurmConfig
    from ..jobs import Job

NODES, ARRIVED, DUE, INSTANTS, BACKFILLED = range(5)


class Requests(NamedTuple):
    """By job; ``points`` do not change with time, ``place`` and ``rate`` say who is charged."""

    submit: Array
    nodes: Array
    limit: Array
    elapsed: Array
    low: Array
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


def simulate(machine: int, config: "SlurmConfig", jobs: "Sequence[Job]") -> tuple[Array, int, int]:
    """Start times, instants and backfilled jobs; see ``kernel.simulate_slurm``."""
    rules = Rules(config.partitions, config.qos, config.associations)
    usage = Usage(0, (), period=config.priority_calc_period, half_life=None, now=0)
    priorities = Priorities(config, rules, usage, machine)
    rows = []
    for job in jobs:
        terms, points = rules.terms(job), priorities.waiting(job, job.submit).points
        rows.append(
            (
                job.submit,
                job.nodes,
                job.limit,
                job.elapsed,
                job.low,
                points,
                terms.place,
                job.nodes * terms.rate,
            )
        )
    table = np.array(rows, np.int64).reshape(len(rows), len(Requests._fields))
    if (table[1:, 0] < table[:-1, 0]).any():
        raise ValueError("jobs are not in the order of their submission")
    requests = Requests(*np.ascontiguousarray(table.T))
    desk = Desk(
        jobs=requests,
        running=new_running(machine, requests.nodes, np.empty(0, np.int64)),
        fair=new_fairness(rules.tree, config),
        settings=_settings(config),
        line=new_line(machine, len(rows)),
        starts=np.full(len(rows), -1, np.int64),
        numbers=np.array([machine, 0, 0, 0, 0], np.int64),
    )
    run(desk)
    return desk.starts, int(desk.numbers[INSTANTS]), int(desk.numbers[BACKFILLED])


def _settings(config: "SlurmConfig") -> Settings:
    return Settings(
        age_weight=config.weights.age,
        fairshare_weight=config.weights.fairshare,
        max_age=config.priority_max_age,
        interval=config.bf_interval,
        resolution=config.bf_resolution,
        window=NEVER if config.bf_window is None else config.bf_window,
        depth=NEVER if config.bf_max_job_test is None else config.bf_max_job_test,
    )


@cached
def run(desk: Desk) -> None:
    """Let everything happen; ``desk.starts`` are then the starts (-1: never)."""
    running, jobs, numbers = desk.running, desk.jobs, desk.numbers
    at = _next_instant(desk, 0)
    while at < NEVER:
        numbers[INSTANTS] += 1
        changed = _renew(desk, at)
        while running.numbers[RUNNING] and running.end_time[0] <= at:
            job = running.end_job[0]
            end_next(running)
            change_rate(desk.fair, jobs.place[job], -jobs.rate[job], at)
            changed = 1
        while numbers[ARRIVED] < len(jobs.submit) and jobs.submit[numbers[ARRIVED]] <= at:
            job = numbers[ARRIVED]
            if jobs.nodes[job] <= numbers[NODES]:
                enqueue(desk.line, key(jobs.low[job], _priority(desk, job), job), jobs.nodes[job])
            numbers[ARRIVED] += 1
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
def _next_instant(desk: Desk, now: int) -> int:
    """The next second in which a job ends or comes, or in which one may start without that."""
    numbers, running, submit = desk.numbers, desk.running, desk.jobs.submit
    at = submit[numbers[ARRIVED]] if numbers[ARRIVED] < len(submit) else NEVER
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
    age = min(fair.numbers[CALCULATED] - jobs.submit[job], settings.max_age)
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
