import datetime as dt

import pytest
from prometheus_client import CollectorRegistry

from allocations import tasks
from allocations.flows.metrics import queues
from allocations.models import Partition, System, Tick, TickTotal
from jaif_portal import clock
from jaif_portal.views.metrics import Reports
from tests.allocations import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def ticked(monday):
    """The Booster 90 seconds behind, after two ticks."""
    Partition.objects.update(background_load=0, advanced_until=monday)
    booster = factories.booster()
    tasks.advance_partitions()
    tasks.advance_partitions()
    Partition.objects.update(advanced_until=clock.now() - dt.timedelta(seconds=90))
    TickTotal.objects.update(milliseconds=2500, events=7, steps=3)
    Tick.objects.update(milliseconds=1250, waiting=12, running=5, busy=4000)
    return booster


def value(name, partition="JUPITER booster"):
    registry = CollectorRegistry()
    registry.register(Reports())
    labels = {"partition": partition} if partition else {}
    return registry.get_sample_value(name, labels)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("jaif_tick_duration_seconds_count", 2),
        ("jaif_tick_duration_seconds_sum", 2.5),
        ("jaif_tick_last_duration_seconds", 1.25),
        ("jaif_queue_steps_total", 3),
        ("jaif_queue_events_total", 7),
        ("jaif_queue_lag_seconds", 90),
        ("jaif_queue_waiting_jobs", 12),
        ("jaif_queue_running_jobs", 5),
        ("jaif_queue_busy_nodes", 4000),
        ("jaif_queue_nodes", 5884),
    ],
)
def test_each_figure_is_that_of_the_database(ticked, name, expected):
    assert value(name) == expected


def test_the_last_tick_and_the_rate_are_told(ticked):
    assert value("jaif_tick_last_timestamp_seconds") == Tick.objects.first().at.timestamp()
    assert value("jaif_clock_rate", partition=None) == 0


@pytest.mark.parametrize("partitions", [1, 3])
def test_the_figures_take_two_queries_whatever_the_number_of_partitions(
    ticked, django_assert_num_queries, partitions
):
    for number in range(1, partitions):
        ticked.pk, ticked.system = None, System.objects.create(name=f"Machine {number}")
        ticked.save()
    tasks.advance_partitions()

    with django_assert_num_queries(2):
        families = queues()

    assert {len(family.samples) for family in families[2:]} == {partitions}


def test_before_the_first_tick_there_is_the_rate_alone():
    assert [sample.name for family in queues() for sample in family.samples] == ["jaif_clock_rate"]
