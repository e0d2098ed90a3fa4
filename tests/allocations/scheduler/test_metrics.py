import pytest

from allocations.scheduler import Job
from allocations.scheduler.metrics import NOTHING, Metrics, measure, quantile

from .schedules import run


def test_measures_by_hand():
    """Job 1 runs 0-10, job 2 waits 8 s and runs 10-12, job 3 waits 12 s and runs 12-32."""
    jobs = [Job(1, 0, 2, 10, 10), Job(2, 2, 1, 9, 2), Job(3, 0, 2, 20, 20)]

    _, events = run(jobs, nodes=2, policy="fcfs")

    assert measure(events, nodes=2) == Metrics(
        jobs=3,
        mean_wait=(0 + 28 + 10) / 3,
        median_wait=10,
        p95_wait=28,
        max_wait=28,
        zero_wait_share=1 / 3,
        mean_slowdown=pytest.approx((10 / 10 + 30 / 2 + 30 / 20) / 3),
        mean_bounded_slowdown=pytest.approx((1 + 30 / 10 + 30 / 20) / 3),
        utilisation=(2 * 10 + 1 * 2 + 2 * 20) / (2 * 32),
        makespan=32,
    )


def test_a_short_job_without_wait_has_a_bounded_slowdown_of_one():
    _, events = run([Job(1, 0, 1, 3, 3)], nodes=1)

    assert measure(events, nodes=1).mean_bounded_slowdown == 1


def test_a_makespan_starts_with_the_first_arrival():
    _, events = run([Job(1, 100, 1, 3, 3)], nodes=1)

    assert measure(events, nodes=1).makespan == 3


def test_nothing_is_measured_without_jobs():
    assert measure([], nodes=4) == NOTHING


@pytest.mark.parametrize(
    ("count", "percent", "value"),
    [(1, 95, 0), (2, 50, 1), (3, 50, 1), (4, 50, 2), (20, 95, 19), (21, 95, 19), (100, 95, 95)],
)
def test_quantiles_are_values_that_occur(count, percent, value):
    assert quantile(range(count), percent=percent) == value
