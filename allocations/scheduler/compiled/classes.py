"""Waiting jobs for compiled simulations, in a tree of least nodes for each class of limits.

As in the engine's ``LongQueue``, limits within a class differ by an eighth at most, so that all of
a class fit into the window or none does, but for the one class around it. Since all jobs are
known from the beginning each has its slot, and the trees take no more room than the jobs.
"""

from typing import NamedTuple

import numpy as np

from .arena import NEVER, Array, compiled


class Waiting(NamedTuple):
    """By job: ``group`` and ``slot``, its place in the order of the queue within its class.

    By class: ``first``, where its jobs begin in ``members``; ``size``, how many slots its
    tree has; ``root``, where that begins in ``tree``, whose node ``i`` is above ``2 * i`` and
    ``2 * i + 1``; the ``shortest`` and ``longest`` limit; ``found``, room for what a search finds.
    """

    limit: Array
    group: Array
    slot: Array
    members: Array
    first: Array
    size: Array
    root: Array
    shortest: Array
    longest: Array
    tree: Array
    found: Array


def new_waiting(limit: Array, low: Array) -> Waiting:
    """Slots for all jobs, none of which waits yet."""
    group = _classes(limit)
    members = np.argsort((2 * group + low).astype(np.int16), kind="stable")
    counts = np.bincount(group)
    first = np.cumsum(counts) - counts
    size = np.array([1 << int(count - 1).bit_length() for count in counts], np.int64)
    slot = np.empty(len(limit), np.int64)
    slot[members] = np.arange(len(limit)) - first[group[members]]
    return Waiting(
        limit=limit,
        group=group,
        slot=slot,
        members=members,
        first=first,
        size=size,
        root=2 * (np.cumsum(size) - size),
        shortest=np.minimum.reduceat(limit[members], first),
        longest=np.maximum.reduceat(limit[members], first),
        tree=np.full(2 * size.sum(), NEVER, np.int64),
        found=np.empty(len(counts), np.int64),
    )


def _classes(limit: Array) -> Array:
    """The class of each job by the eighth of the octave of its limit, numbered without gaps."""
    mantissa, octave = np.frexp(limit.astype(np.float64))
    eighth = (8 * octave + 16 * mantissa).astype(np.int64)
    taken = np.bincount(eighth) > 0
    numbers: Array = np.cumsum(taken, dtype=np.int64) - 1
    classes: Array = numbers[eighth]
    return classes


@compiled
def rank(low: Array, job: int) -> int:
    """Where a job has its place in the queue."""
    return int(job + low[job] * len(low))


@compiled
def waits(waiting: Waiting, job: int) -> bool:
    group = waiting.group[job]
    leaf = waiting.root[group] + waiting.size[group] + waiting.slot[job]
    return bool(waiting.tree[leaf] != NEVER)


@compiled
def enqueue(waiting: Waiting, nodes: Array, job: int) -> None:
    _set(waiting, job, nodes[job])


@compiled
def take(waiting: Waiting, job: int) -> None:
    _set(waiting, job, NEVER)


@compiled
def _set(waiting: Waiting, job: int, value: int) -> None:
    group, tree = waiting.group[job], waiting.tree
    root, i = waiting.root[group], waiting.size[group] + waiting.slot[job]
    tree[root + i] = value
    while i > 1:
        value = min(tree[root + i], tree[root + (i ^ 1)])
        i >>= 1
        if tree[root + i] == value:
            return
        tree[root + i] = value


@compiled
def least(waiting: Waiting) -> int:
    """The least nodes that a waiting job asks for."""
    nodes = NEVER
    for root in waiting.root:
        nodes = min(nodes, waiting.tree[root + 1])
    return nodes


@compiled
def first_fitting(waiting: Waiting, free: int, spare: int, window: int) -> int:
    """Note in ``found`` the first job of each class that fits into the hole; say how many."""
    count = 0
    for group in range(len(waiting.root)):
        if waiting.tree[waiting.root[group] + 1] <= free:
            job = next_fitting(waiting, group, 0, free, spare, window)
            if job >= 0:
                waiting.found[count] = job
                count += 1
    return count


@compiled
def next_fitting(
    waiting: Waiting, group: int, slot: int, free: int, spare: int, window: int
) -> int:
    """The first job of a class from ``slot`` on that fits into the hole, or -1."""
    most = free if waiting.shortest[group] <= window else min(free, spare)
    all_within = waiting.longest[group] <= window
    root, size, tree = waiting.root[group], waiting.size[group], waiting.tree
    i = size + slot if slot else 1
    while slot < size:
        if tree[root + i] <= most:
            if i < size:
                i *= 2
                continue
            job = waiting.members[waiting.first[group] + i - size]
            if all_within or tree[root + i] <= spare or waiting.limit[job] <= window:
                return int(job)
        while i & 1:
            i >>= 1
        if i == 0:
            return -1
        i += 1
    return -1
