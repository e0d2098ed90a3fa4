import pytest

from allocations import tasks
from allocations.flows.waits import sum_up_waits
from allocations.models import TypicalWait
from tests.allocations.machine import advance, empty_booster, submit_other

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def rows():
    return list(
        TypicalWait.objects.values_list("size", "longest_limit", "jobs", "p10", "p50", "p90")
    )


def test_waits_of_the_week_by_shape():
    booster = empty_booster()
    for _number in range(6):  # one after the other, each for an hour
        submit_other(booster, nodes=5884, time_limit=7200, runtime=3600)
    for _number in range(4):  # too few of a shape to tell of
        submit_other(booster, nodes=1, time_limit=60, runtime=60, after=30_000)
    advance(booster, seconds=36_000)

    tasks.sum_up_waits()
    tasks.sum_up_waits()  # a repeated beat changes nothing

    assert rows() == [("large", 4 * 3600, 6, 1800, 9000, 16_200)]


def test_what_is_older_than_a_week_is_forgotten():
    booster = empty_booster()
    for _number in range(6):
        submit_other(booster, nodes=1)
    advance(booster, seconds=3600)
    sum_up_waits(booster)
    before = len(rows())
    advance(booster, seconds=8 * 86_400)

    sum_up_waits(booster)

    assert (before, rows()) == (1, [])


def test_a_partition_that_never_ran_has_none():
    tasks.sum_up_waits()

    assert rows() == []
