"""Profiles of several classes of nodes, against counting second by second."""

from random import Random

import pytest

from allocations.scheduler import Job, Machine, Policy, Scheduler, SlurmConfig
from allocations.scheduler.joint_profile import JointProfile, split
from allocations.scheduler.nodes import Layout, numbers
from allocations.scheduler.profile import Profile

SECONDS = 40


@pytest.mark.parametrize(
    ("room", "nodes", "counts"),
    [
        ([3, 5, 9], 3, [3, 0, 0]),
        ([3, 5, 9], 4, [0, 4, 0]),
        ([3, 5, 9], 9, [0, 0, 9]),
        ([3, 5, 9], 10, [3, 5, 2]),
        ([0, 2], 1, [0, 1]),
        ([2], 2, [2]),
    ],
)
def test_nodes_come_from_the_first_class_that_has_enough_else_from_one_after_the_other(
    room, nodes, counts
):
    assert split(room, nodes) == counts


def drawn(dice):
    """Two profiles, and how many nodes each has free in each second."""
    parts, seconds = [], []
    for _ in range(2):
        size = dice.randrange(1, 6)
        part, free = Profile(size), [size] * SECONDS
        for _ in range(dice.randrange(4)):
            start = dice.randrange(SECONDS - 1)
            end = dice.randrange(start + 1, SECONDS)
            count = dice.randrange(min(free[start:end]) + 1)
            part.take(start, end, count)
            free[start:end] = [left - count for left in free[start:end]]
        if dice.random() < 0.5:
            start = dice.randrange(SECONDS - 1)
            part.close(start, start + 4)
            free[start : start + 4] = [0] * len(free[start : start + 4])
        parts.append(part)
        seconds.append(free + [size] * SECONDS)
    return parts, seconds


def test_slots_are_the_first_in_which_the_classes_together_have_the_nodes_all_the_time():
    dice = Random(3)
    for _ in range(500):
        parts, seconds = drawn(dice)
        nodes, length = dice.randrange(1, 12), dice.randrange(1, 12)
        profile = JointProfile(parts, 0)

        fits = [
            sum(min(free[start : start + length]) for free in seconds) >= nodes
            for start in range(SECONDS + 1)
        ]
        first = fits.index(True, 1) if True in fits[1:] else None

        assert profile.fits_from_now(length, nodes) == fits[0]
        assert profile.first(nodes, length, after=1, before=SECONDS + 1) == first


def test_nodes_are_taken_of_each_class_until_it_closes():
    open_, closing = Profile(4), Profile(4)
    closing.close(10, 20)
    profile = JointProfile([closing, open_], 0)

    profile.take_of_each(0, 8, [3, 1], rounded=12)

    assert (profile.room(0, 8), profile.room(8, 12)) == ([1, 3], [0, 3])
    assert profile.first(4, 5, after=8, before=100) == 12


def test_a_job_that_is_over_before_a_reservation_leaves_the_other_nodes_to_longer_ones():
    layout = Layout("n", racks=(4,), racks_per_cell=1)
    scheduler = Scheduler(Machine.of(layout), Policy.SLURM, slurm=SlurmConfig())
    scheduler.reserve("course", "n-001-[03-04]", start=100, end=200, users=["ada"])
    scheduler.submit(
        [
            Job(1, submit=0, nodes=2, limit=50, runtime=50),
            Job(2, submit=0, nodes=2, limit=500, runtime=500),
        ]
    )

    scheduler.advance(until=0)

    assert {job: numbers(on) for job, on in scheduler.nodes_of.items()} == {1: [2, 3], 2: [0, 1]}
