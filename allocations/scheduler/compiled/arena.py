"""Running jobs for compiled simulations: a heap of true ends and a list of expected ones."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeAlias, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.int64]
P = ParamSpec("P")
R = TypeVar("R")

NEVER = 2**62
FREE, RUNNING, SHADOW, SPARE, EXACT = range(5)


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile as a part of whatever calls it.

    Without ``_nrt`` nothing can be allocated, and no references to arrays are counted: that
    would take nine tenths of the time, since each count is an atomic operation.
    """
    jitted: Callable[P, R] = numba.njit(nogil=True, _nrt=False)(function)  # type: ignore[call-overload]
    return jitted


def cached(function: Callable[P, R]) -> Callable[P, R]:
    """Compile on the first call, once for all processes, and run without the interpreter's lock.

    Numba would look for changes in the function's own file alone; what is compiled here is old
    as soon as any file of this folder has changed. Where nothing can be written each process
    compiles anew.
    """
    compile_ = partial(numba.njit, nogil=True, _nrt=False)
    try:
        jitted: Any = compile_(cache=True)(function)
    except RuntimeError:  # there is no folder for the cache
        return cast("Callable[P, R]", compile_()(function))
    sources = sorted(Path(__file__).parent.glob("*.py"))
    stamp = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    jitted._cache._cache_file._source_stamp = stamp
    return cast("Callable[P, R]", jitted)


class Running(NamedTuple):
    """Who runs; those who ran at the beginning are numbered after all others.

    ``expected_time`` and ``expected_job`` are in order of the expected end, ``end_time`` and
    ``end_job`` a heap by the true one. ``nodes`` and ``expected`` are by job. ``numbers`` are
    free nodes, running jobs, and the reservation of the head, while it is ``EXACT``.
    """

    nodes: Array
    expected: Array
    expected_time: Array
    expected_job: Array
    end_time: Array
    end_job: Array
    numbers: Array


def new_running(machine: int, job_nodes: Array, before: Array) -> Running:
    """An empty machine with room for jobs, and for those ``before`` them, by their nodes."""
    jobs = len(job_nodes) + len(before)
    room = min(len(job_nodes), machine) + len(before)
    running = Running(
        nodes=np.concatenate((job_nodes, before)),
        expected=np.empty(jobs, np.int64),
        expected_time=np.empty(room, np.int64),
        expected_job=np.empty(room, np.int64),
        end_time=np.empty(room, np.int64),
        end_job=np.empty(room, np.int64),
        numbers=np.zeros(5, np.int64),
    )
    running.numbers[FREE] = machine
    return running


@compiled
def begin(running: Running, job: int, expected: int, end: int) -> None:
    """Let ``job`` have its nodes until ``end``, which is expected to be later."""
    count = running.numbers[RUNNING]
    running.numbers[FREE] -= running.nodes[job]
    running.numbers[RUNNING] = count + 1
    running.expected[job] = expected
    times, jobs = running.expected_time, running.expected_job
    place = count
    while place > 0 and times[place - 1] > expected:
        times[place], jobs[place] = times[place - 1], jobs[place - 1]
        place -= 1
    times[place], jobs[place] = expected, job
    times, jobs = running.end_time, running.end_job
    place = count
    while place > 0 and times[(place - 1) >> 1] > end:
        above = (place - 1) >> 1
        times[place], jobs[place] = times[above], jobs[above]
        place = above
    times[place], jobs[place] = end, job


@compiled
def end_next(running: Running) -> None:
    """Free the nodes of the job that ends first."""
    times, jobs = running.end_time, running.end_job
    job = jobs[0]
    count = running.numbers[RUNNING] - 1
    running.numbers[RUNNING] = count
    running.numbers[FREE] += running.nodes[job]
    end, last = times[count], jobs[count]
    place = 0
    while 2 * place + 1 < count:
        below = 2 * place + 1
        if below + 1 < count and times[below + 1] < times[below]:
            below += 1
        if times[below] >= end:
            break
        times[place], jobs[place] = times[below], jobs[below]
        place = below
    times[place], jobs[place] = end, last
    _forget_expected(running, job, count)


@compiled
def _forget_expected(running: Running, job: int, count: int) -> None:
    """Close the gap that ``job`` leaves among the expected ends, of which ``count`` are left."""
    times, jobs = running.expected_time, running.expected_job
    place, end = 0, count + 1
    while place < end:
        middle = (place + end) >> 1
        if times[middle] < running.expected[job]:
            place = middle + 1
        else:
            end = middle
    while jobs[place] != job:
        place += 1
    while place < count:
        times[place], jobs[place] = times[place + 1], jobs[place + 1]
        place += 1


@compiled
def reserve(running: Running, nodes: int) -> None:
    """Find out when ``nodes`` nodes will be free, and how many more then, unless that is known."""
    numbers, times = running.numbers, running.expected_time
    if numbers[EXACT]:
        return
    free, place, count = numbers[FREE], 0, numbers[RUNNING]
    while place < count and free < nodes:
        free += running.nodes[running.expected_job[place]]
        place += 1
    numbers[SHADOW] = times[place - 1] if free >= nodes else NEVER
    while place < count and times[place] == numbers[SHADOW]:
        free += running.nodes[running.expected_job[place]]
        place += 1
    numbers[SPARE] = free - nodes
    numbers[EXACT] = 1
