import datetime as dt

import pytest

from allocations.exceptions import ForecastNotReady, JobNotPossible
from allocations.flows.shapes import (
    forecast_for,
    foresee_shape,
    foreseen_shapes,
    sooner_shapes,
)
from jaif_portal import clock
from tests.allocations.foresight import answer, quiet, shape_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

MINUTES = [  # of waits by nodes and hours
    (1, 1, 0), (1, 6, 30), (1, 12, 60),
    (4, 1, 60), (4, 6, 300), (4, 12, 300),
    (8, 1, 120), (8, 6, 600), (8, 12, 1200),
]  # fmt: skip


@pytest.fixture
def partition():
    booster = quiet()
    answer(
        booster,
        [shape_row(nodes, hours * 3600, 0, wait * 60, None) for nodes, hours, wait in MINUTES],
    )
    return booster


def named(shapes):
    return [(shape.nodes, shape.time_limit // 3600) for shape in shapes]


@pytest.mark.parametrize(
    ("nodes", "hours", "found"),
    [(1, 1, (1, 1)), (2, 1, (4, 1)), (4, 0.5, (4, 1)), (5, 7, (8, 12)), (8, 12, (8, 12))],
)
def test_a_shape_is_foreseen_as_the_least_that_covers_it(partition, nodes, hours, found):
    shape = foresee_shape(partition, nodes=nodes, time_limit=int(hours * 3600), at=clock.now())

    assert named([shape]) == [found]


def test_waits_count_from_when_the_job_is_submitted(partition, travel):
    travel(dt.timedelta(minutes=5))
    shape = foresee_shape(partition, nodes=4, time_limit=3600, at=clock.now())

    expected = shape.expectation
    assert expected.p10 == clock.now()
    assert expected.p50 == clock.now() + dt.timedelta(hours=1)
    assert expected.p90 is None


def test_what_no_shape_covers_is_refused(partition):
    with pytest.raises(JobNotPossible):
        foresee_shape(partition, nodes=9, time_limit=60, at=clock.now())


def test_before_the_first_forecast_one_has_to_wait():
    booster = quiet()

    assert foreseen_shapes(booster, at=clock.now()) == []
    with pytest.raises(ForecastNotReady):
        foresee_shape(booster, nodes=1, time_limit=60, at=clock.now())


def test_the_latest_forecast_counts(partition):
    later = clock.now() + dt.timedelta(minutes=1)
    answer(partition, [shape_row(1, 60, 1, 2, 3)], fingerprint="g", made_at=later)

    assert [shape.p50 for shape in foreseen_shapes(partition, at=clock.now())] == [2]


def test_shorter_and_smaller_shapes_that_start_much_sooner_are_named_largest_first(partition):
    than = clock.now() + dt.timedelta(hours=20)

    found = sooner_shapes(
        foreseen_shapes(partition, at=clock.now()), nodes=8, time_limit=12 * 3600, than=than
    )

    assert named(found) == [(8, 6), (8, 1), (4, 12), (1, 12)]


def test_a_shape_that_gains_next_to_nothing_is_not_named(partition):
    than = clock.now() + dt.timedelta(minutes=70)

    found = sooner_shapes(
        foreseen_shapes(partition, at=clock.now()), nodes=4, time_limit=3600, than=than
    )

    assert named(found) == [(1, 1)]


def test_nothing_is_sooner_than_at_once(partition):
    shapes = foreseen_shapes(partition, at=clock.now())

    assert sooner_shapes(shapes, nodes=8, time_limit=12 * 3600, than=clock.now()) == []
    assert forecast_for([], nodes=1, time_limit=60) is None
