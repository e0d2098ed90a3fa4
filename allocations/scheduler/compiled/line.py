"""A queue in order of priority for compiled simulations.

A job's *key* is one number, whose order is that of the queue: low or not, 32 bits that fall as
the priority rises, and the job's own number.
"""

from typing import NamedTuple

import numpy as np

from ..priority import HIGHEST
from .arena import NEVER, Array, compiled

JOB_BITS = 28
WAITING, LEAST = range(2)


class Line(NamedTuple):
    """``keys`` in order, room to sort them, and how many jobs ask ``by_size`` for how many nodes.

    ``numbers``: jobs that wait, the least nodes that one asks for.
    """

    keys: Array
    room: Array
    by_size: Array
    numbers: Array


def new_line(machine: int, jobs: int) -> Line:
    """An empty queue for at most so many jobs."""
    if jobs >> JOB_BITS:
        raise ValueError(f"the kernel takes fewer than {1 << JOB_BITS} jobs, not {jobs}")
    return Line(
        keys=np.zeros(jobs, np.int64),
        room=np.zeros(jobs, np.int64),
        by_size=np.zeros(machine + 1, np.int64),
        numbers=np.array([0, NEVER], np.int64),
    )


@compiled
def key(low: int, priority: int, job: int) -> int:
    return (low << 32 | HIGHEST - priority) << JOB_BITS | job


@compiled
def job_at(line: Line, place: int) -> int:
    return int(line.keys[place] & ((1 << JOB_BITS) - 1))


@compiled
def least(line: Line) -> int:
    """The least nodes that a waiting job asks for."""
    return int(line.numbers[LEAST])


@compiled
def enqueue(line: Line, new: int, nodes: int) -> None:
    """Let the job of the key ``new`` wait at its place."""
    keys, place = line.keys, line.numbers[WAITING]
    line.numbers[WAITING] += 1
    while place > 0 and keys[place - 1] > new:
        keys[place] = keys[place - 1]
        place -= 1
    keys[place] = new
    line.by_size[nodes] += 1
    line.numbers[LEAST] = min(line.numbers[LEAST], nodes)


@compiled
def leave(line: Line, nodes: int) -> None:
    """Take note that a job of that size is about to leave the queue."""
    by_size, size = line.by_size, nodes
    by_size[nodes] -= 1
    if nodes == line.numbers[LEAST]:
        while size < len(by_size) and by_size[size] == 0:
            size += 1
        line.numbers[LEAST] = size if size < len(by_size) else NEVER


@compiled
def close_gap(line: Line, kept: int, place: int) -> None:
    """Let those from ``place`` on move up behind the first ``kept``."""
    while place < line.numbers[WAITING]:
        line.keys[kept] = line.keys[place]
        kept += 1
        place += 1
    line.numbers[WAITING] = kept


@compiled
def sort(line: Line) -> int:
    """Bring changed keys into order; say if they were not: merge runs that are, two by two.

    Most keys keep their order, so that there are few runs.
    """
    count = line.numbers[WAITING]
    if _end_of_run(line.keys, 0, count) >= count:
        return 0
    runs = 2
    while runs > 1:
        _merge_runs(line.keys, line.room, count)
        runs = _merge_runs(line.room, line.keys, count)
    return 1


@compiled
def _merge_runs(source: Array, target: Array, count: int) -> int:
    """Merge each two runs that follow one another; say how many there are then."""
    begin = runs = 0
    while begin < count:
        middle = _end_of_run(source, begin, count)
        end = _end_of_run(source, middle, count) if middle < count else count
        one, other = begin, middle
        for place in range(begin, end):
            if one < middle and (other == end or source[one] < source[other]):
                target[place] = source[one]
                one += 1
            else:
                target[place] = source[other]
                other += 1
        begin = end
        runs += 1
    return runs


@compiled
def _end_of_run(keys: Array, place: int, count: int) -> int:
    place += 1
    while place < count and keys[place - 1] < keys[place]:
        place += 1
    return place
