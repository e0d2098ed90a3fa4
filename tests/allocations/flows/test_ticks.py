import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from allocations import tasks
from allocations.flows.ticks import forget_ticks, health, tick
from allocations.models import Job, Partition, Tick, TickTotal
from jaif_portal import clock
from tests.allocations import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


@pytest.fixture
def booster(monday):
    """Without other users, simulated until now."""
    Partition.objects.update(background_load=0, advanced_until=monday)
    return factories.booster()


def background(partition, number, **shape):
    defaults = {"nodes": 2, "time_limit": 3600, "runtime": 1800, "submitted_at": clock.now()}
    return Job.objects.create(
        partition=partition,
        share=partition.shares.first(),
        background_key=f"test:{number}",
        **(defaults | shape),
    )


def test_a_tick_notes_how_far_it_came_and_what_it_found(booster, monday):
    background(booster, 1, nodes=5000)
    background(booster, 2, nodes=5000)
    background(booster, 3, submitted_at=monday + DAY)

    row = tick(booster.pk, until=monday + HOUR / 4, steps=40)

    assert (row.reached, row.lag, row.steps) == (monday + HOUR / 4, 0, 1)
    assert row.events == 3  # two came, one began
    assert (row.waiting, row.running, row.busy) == (1, 1, 5000)


def test_a_tick_that_does_not_get_there_says_what_is_missing(booster, monday):
    row = tick(booster.pk, until=monday + 3 * DAY, steps=2)

    assert (row.reached, row.lag, row.steps) == (monday + DAY, 2 * 86_400, 2)


def test_totals_grow_by_every_tick(booster, monday):
    background(booster, 1)
    rows = [tick(booster.pk, until=monday + hours * HOUR, steps=40) for hours in (1, 1, 20)]

    total = TickTotal.objects.get()

    assert (total.ticks, total.steps, total.events) == (3, 4, 3)
    assert total.milliseconds == sum(row.milliseconds for row in rows)


def test_a_tick_is_not_noted_where_another_worker_is_at_it(booster, monday, monkeypatch):
    monkeypatch.setattr("allocations.flows.queue._advance_once", lambda *_args, **_options: None)

    assert tick(booster.pk, until=monday + HOUR, steps=40) is None
    assert not Tick.objects.exists()


def test_ticks_are_forgotten_after_a_day_but_for_the_last_one(booster, monday):
    with time_machine.travel(timezone.now() - 2 * DAY):
        tick(booster.pk, until=monday, steps=1)
        last = tick(booster.pk, until=monday, steps=1)

    tasks.forget_ticks()
    assert list(Tick.objects.all()) == [last]

    young = tick(booster.pk, until=monday, steps=1)
    forget_ticks()
    assert list(Tick.objects.all()) == [young]


def states():
    return [(row["state"], row["lag_seconds"]) for row in health()["queues"]]


def test_a_queue_that_keeps_up_is_ok(booster, travel):
    travel(HOUR)
    tasks.advance_partitions()

    (row,) = health()["queues"]

    assert row == {
        "partition": "JUPITER booster",
        "state": "ok",
        "computed_until": clock.now() - tasks.SETTLED,
        "lag_seconds": 1,
    }


def test_a_queue_that_is_behind_is_catching_up(booster, travel, monday):
    travel(3 * DAY)
    tick(booster.pk, until=clock.now(), steps=2)

    assert states() == [("catching_up", 2 * 86_400)]


def test_a_queue_without_ticks_has_stopped(booster, travel):
    assert states() == [("stopped", 0)]

    tasks.advance_partitions()
    assert states() == [("ok", 0)]
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2)):
        assert states() == [("stopped", 0)]


def test_a_queue_that_has_not_begun_has_stopped(booster):
    Partition.objects.update(advanced_until=None)

    assert states() == [("stopped", None)]
