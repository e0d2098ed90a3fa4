"""What a monitoring system is told of the queues. Every figure comes from the database."""

from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily

from jaif_portal import clock

from .ticks import last_ticks

COUNTERS = {
    "steps": "Steps of the queue's simulation, each a transaction.",
    "events": "Events of the queue: submissions, starts, ends.",
}


def queues():
    """Metric families with a sample for each partition that has had a tick."""
    row, wall = clock.read(), timezone.now()
    rate = GaugeMetricFamily("jaif_clock_rate", "Portal seconds per second.", value=row.rate)
    ticks = list(last_ticks())
    return [rate, _durations(ticks), *_counters(ticks), *_gauges(ticks, row, wall)]


def _durations(ticks):
    family = SummaryMetricFamily(
        "jaif_tick_duration_seconds", "Wall time that ticks took.", labels=["partition"]
    )
    for tick in ticks:
        total = tick.partition.tick_total
        family.add_metric([str(tick.partition)], total.ticks, total.milliseconds / 1000)
    return family


def _counters(ticks):
    for name, meaning in COUNTERS.items():
        family = CounterMetricFamily(f"jaif_queue_{name}", meaning, labels=["partition"])
        for tick in ticks:
            family.add_metric([str(tick.partition)], getattr(tick.partition.tick_total, name))
        yield family


def _gauges(ticks, row, wall):
    figures = {
        "jaif_tick_last_duration_seconds": (
            "Wall time that the last tick took.",
            lambda tick: tick.milliseconds / 1000,
        ),
        "jaif_tick_last_timestamp_seconds": (
            "When the last tick ended, in wall time.",
            lambda tick: tick.at.timestamp(),
        ),
        "jaif_queue_lag_seconds": (
            "How far the queue is behind portal time, in portal seconds.",
            lambda tick: row.lag(tick.partition.advanced_until, wall=wall).total_seconds(),
        ),
        "jaif_queue_waiting_jobs": ("Jobs that wait.", lambda tick: tick.waiting),
        "jaif_queue_running_jobs": ("Jobs that run.", lambda tick: tick.running),
        "jaif_queue_busy_nodes": ("Nodes at work.", lambda tick: tick.busy),
        "jaif_queue_nodes": ("Nodes of the partition.", lambda tick: tick.partition.nodes),
    }
    for name, (meaning, figure) in figures.items():
        family = GaugeMetricFamily(name, meaning, labels=["partition"])
        for tick in ticks:
            family.add_metric([str(tick.partition)], figure(tick))
        yield family
