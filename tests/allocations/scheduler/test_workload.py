from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from itertools import pairwise
from math import exp
from statistics import correlation, mean, pstdev

import pytest

from allocations.scheduler import Ended, Job
from allocations.scheduler.habits import HOURS, PERCENT_OF_LIMIT
from allocations.scheduler.timeline import nodes_in_use
from allocations.scheduler.workload import DAY, HOUR, MINUTE, Arrival, Tenant, daily_jobs

from .schedules import run

JUPITER = 5_884
MONDAY = 20_780  # 23 November 2026
EIGHT_WEEKS = range(MONDAY, MONDAY + 56)


def elapsed(job):
    return min(job.limit, job.runtime)


def work(jobs):
    return sum(job.nodes * elapsed(job) for job in jobs)


def by_user(jobs):
    users = defaultdict(list)
    for job in jobs:
        users[job.user].append(job)
    return users


def rank_correlation(xs, ys):
    """Spearman's, with the mean rank of those that are equal."""
    return correlation(ranks(xs), ranks(ys))


def ranks(values):
    ordered = sorted(values)
    mean_rank = {v: (bisect_left(ordered, v) + bisect_right(ordered, v)) / 2 for v in set(values)}
    return [mean_rank[value] for value in values]


@pytest.fixture(scope="module")
def jobs():
    return [job for day in EIGHT_WEEKS for job in daily_jobs(1, day, JUPITER, 0.9)]


def test_a_seed_gives_these_jobs_on_every_platform():
    assert daily_jobs(7, MONDAY, JUPITER, 0.9)[:3] == [
        Arrival(MONDAY, 0, Tenant.EUROHPC, "eurohpc-81", 1795396848, 1, 1800, 1457, 0),
        Arrival(MONDAY, 1, Tenant.EUROHPC, "eurohpc-81", 1795397233, 1, 1800, 1387, 0),
        Arrival(MONDAY, 2, Tenant.BMFTR, "bmftr-36", 1795399843, 16, 3600, 72, 0),
    ]


def test_a_day_is_the_same_whenever_it_is_drawn_and_differs_from_others():
    day = daily_jobs(7, MONDAY, JUPITER, 0.9)
    daily_jobs(8, MONDAY + 5, 48, 0.5)

    assert daily_jobs(7, MONDAY, JUPITER, 0.9) == day
    assert daily_jobs(8, MONDAY, JUPITER, 0.9) != day
    assert daily_jobs(7, MONDAY + 7, JUPITER, 0.9) != day


def test_jobs_arrive_in_order_within_their_day():
    for day in (0, MONDAY):
        jobs = daily_jobs(7, day, JUPITER, 0.9)

        assert [job.number for job in jobs] == list(range(len(jobs)))
        submits = [job.submit for job in jobs]
        assert submits == sorted(submits)
        assert day * DAY <= submits[0] <= submits[-1] < (day + 1) * DAY


@pytest.mark.parametrize("nodes", [JUPITER, 936, 48])
@pytest.mark.parametrize("target", [0.5, 0.9])
def test_the_offered_load_is_the_target(nodes, target):
    offered = sum(work(daily_jobs(3, day, nodes, target)) for day in EIGHT_WEEKS)

    assert offered / (nodes * DAY * len(EIGHT_WEEKS)) == pytest.approx(target, rel=0.03)


def test_the_machine_is_used_as_the_target_says():
    nodes, days = 936, EIGHT_WEEKS
    arrivals = [job for day in days for job in daily_jobs(3, day, nodes, 0.7)]
    _, events = run([job.as_job(number) for number, job in enumerate(arrivals)], nodes=nodes)

    used = nodes_in_use(event for event in events if isinstance(event, Ended))
    area = sum(
        value * (min(end, days.stop * DAY) - time)
        for time, end, value in zip(used.times, used.times[1:], used.values, strict=False)
        if time < days.stop * DAY
    )

    assert area / (nodes * DAY * len(days)) == pytest.approx(0.7, rel=0.03)


def test_jupiter_gets_some_hundreds_of_jobs_a_day(jobs):
    assert 400 <= len(jobs) / len(EIGHT_WEEKS) <= 650


def test_no_load_is_no_jobs():
    assert daily_jobs(7, MONDAY, JUPITER, 0.0) == []


@pytest.mark.parametrize("nodes", [1, 2, 3, 48, JUPITER])
def test_jobs_fit_the_machine(nodes):
    jobs = [job for day in range(200) for job in daily_jobs(7, day, nodes, 0.9)]

    assert min(job.nodes for job in jobs) >= 1
    assert max(job.nodes for job in jobs) == nodes


def test_sizes_are_those_of_lublin_and_feitelson(jobs):
    serial = sum(job.nodes == 1 for job in jobs)
    powers = sum(job.nodes.bit_count() == 1 for job in jobs)

    assert serial / len(jobs) == pytest.approx(0.244, abs=0.03)
    assert powers / len(jobs) == pytest.approx(0.244 + 0.576, abs=0.03)


def test_large_jobs_run_longer_as_with_lublin_and_feitelson_and_on_theta(jobs):
    sizes = [job.nodes for job in jobs]
    limits = [job.limit for job in jobs]
    runtimes = [min(job.limit, job.runtime) for job in jobs]

    assert rank_correlation(sizes, runtimes) == pytest.approx(0.21, abs=0.07)
    assert 0.21 <= rank_correlation(sizes, limits) <= 0.39


def test_a_tenth_of_the_jobs_does_most_of_the_work_as_in_all_logs(jobs):
    works = sorted((work([job]) for job in jobs), reverse=True)

    assert 0.77 <= sum(works[: len(works) // 10]) / sum(works) <= 0.93


def test_the_whole_machine_is_rarely_asked_for(jobs):
    assert 0 < sum(job.nodes == JUPITER for job in jobs) / len(jobs) < 0.002


def test_limits_are_round_figures_up_to_twelve_hours(jobs):
    assert max(job.limit for job in jobs) == 12 * 60 * MINUTE
    assert all(job.limit % (5 * MINUTE) == 0 for job in jobs)


def test_jobs_use_as_much_of_their_limit_as_in_the_logs(jobs):
    used = sorted(100 * job.runtime / job.limit for job in jobs)

    quantiles = [used[len(used) * part // 20] for part in range(20)]
    assert quantiles == pytest.approx(PERCENT_OF_LIMIT[:-1], abs=3)
    assert used[-1] < 125
    assert min(job.runtime for job in jobs) >= 1


def test_users_repeat_themselves_as_in_the_logs(jobs):
    pairs = [pair for own in by_user(jobs).values() for pair in pairwise(own)]
    repeated = [(a, b) for a, b in pairs if (a.nodes, a.limit) == (b.nodes, b.limit)]
    alike = [(a, b) for a, b in repeated if 0.5 <= elapsed(b) / elapsed(a) <= 2]
    gaps = sorted(b.submit - a.submit for a, b in repeated if b.submit - a.submit <= HOUR)

    assert 0.47 < len(repeated) / len(pairs) < 0.94
    assert 0.75 < len(alike) / len(repeated) < 0.87
    assert gaps[len(gaps) // 2] == pytest.approx(159, rel=0.15)  # as in KTH-SP2


def test_few_users_submit_much(jobs):
    numbers = sorted((len(own) for own in by_user(jobs).values()), reverse=True)

    assert len(numbers) <= 300
    assert 0.03 < numbers[0] / len(jobs) < 0.08


def test_jobs_come_in_bursts_as_in_the_logs(jobs):
    gaps = [b.submit - a.submit for a, b in pairwise(jobs)]

    assert 2.5 < pstdev(gaps) / mean(gaps) < 5.1


def test_the_hours_are_the_gamma_distribution_of_lublin_and_feitelson():
    shape, scale = 8.1737, 3.9631  # of the half hours from 5:00 on, local time

    def density(half_hours):
        return half_hours ** (shape - 1) * exp(-half_hours / scale)

    weights = [0.0] * 24
    for bucket in range(11, 59):
        points = [bucket - 0.5 + (step + 0.5) / 50 for step in range(50)]
        utc = ((bucket - 1) // 2 - 1) % 24
        weights[utc] += sum(map(density, points))

    thousandths = [1000 * weight / sum(weights) for weight in weights]
    assert thousandths == pytest.approx(HOURS, abs=0.6)


def test_some_jobs_fail(jobs):
    assert sum(job.exit_code != 0 for job in jobs) / len(jobs) == pytest.approx(0.03, abs=0.005)


def test_tenants_have_their_share_by_funding(jobs):
    tenants = Counter(job.tenant for job in jobs)

    assert tenants[Tenant.EUROHPC] / len(jobs) == pytest.approx(0.5, abs=0.02)
    assert tenants[Tenant.BMFTR] / len(jobs) == pytest.approx(0.25, abs=0.02)
    assert tenants[Tenant.MKW_NRW] / len(jobs) == pytest.approx(0.25, abs=0.02)


def test_arrivals_follow_the_hours(jobs):
    hours = Counter(job.submit // HOUR % 24 for job in jobs)

    shares = [1000 * hours[hour] / len(jobs) for hour in range(24)]
    assert shares == pytest.approx(HOURS, abs=10)


def test_the_weekend_has_two_thirds_of_the_work(jobs):
    works = Counter()
    for job in jobs:
        works[(job.day - MONDAY) % 7] += work([job])

    weekend, working_days = (works[5] + works[6]) / 2, sum(works[day] for day in range(5)) / 5
    assert weekend / working_days == pytest.approx(68 / 112.8, rel=0.1)


def test_an_arrival_is_a_job_once_it_has_a_number():
    arrival = Arrival(MONDAY, 0, Tenant.BMFTR, "bmftr-7", 1795392185, 8, 14400, 1590, 1)

    assert arrival.as_job(17, account=3) == Job(
        17, 1795392185, 8, 14400, 1590, exit_code=1, account=3, user="bmftr-7"
    )
