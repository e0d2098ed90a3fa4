from collections import Counter

import pytest

from allocations.scheduler import Job
from allocations.scheduler.workload import DAY, MINUTE, Arrival, Tenant, daily_jobs

JUPITER = 5_884
MONDAY = 20_780  # 23 November 2026
EIGHT_WEEKS = range(MONDAY, MONDAY + 56)


def work(jobs):
    return sum(job.nodes * min(job.limit, job.runtime) for job in jobs)


@pytest.fixture(scope="module")
def jobs():
    return [job for day in EIGHT_WEEKS for job in daily_jobs(1, day, JUPITER, 0.9)]


def test_a_seed_gives_these_jobs_on_every_platform():
    assert daily_jobs(7, MONDAY, JUPITER, 0.9)[:3] == [
        Arrival(MONDAY, 0, Tenant.EUROHPC, 1795392185, 8, 14400, 1590, 0),
        Arrival(MONDAY, 1, Tenant.EUROHPC, 1795392322, 64, 10800, 8787, 0),
        Arrival(MONDAY, 2, Tenant.EUROHPC, 1795392506, 512, 7200, 52, 0),
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


def test_jupiter_gets_some_hundreds_of_jobs_a_day(jobs):
    assert 600 <= len(jobs) / len(EIGHT_WEEKS) <= 900


def test_no_load_is_no_jobs():
    assert daily_jobs(7, MONDAY, JUPITER, 0.0) == []


@pytest.mark.parametrize("nodes", [1, 2, 3, 48, JUPITER])
def test_jobs_fit_the_machine(nodes):
    jobs = [job for day in range(200) for job in daily_jobs(7, day, nodes, 0.9)]

    assert min(job.nodes for job in jobs) >= 1
    assert max(job.nodes for job in jobs) == nodes


def test_sizes_lean_to_powers_of_two(jobs):
    powers = sum(job.nodes.bit_count() == 1 for job in jobs)

    assert 0.7 < powers / len(jobs) < 0.9


def test_the_whole_machine_is_rarely_asked_for(jobs):
    assert 0 < sum(job.nodes == JUPITER for job in jobs) / len(jobs) < 0.002


def test_limits_are_round_figures_up_to_twelve_hours(jobs):
    assert max(job.limit for job in jobs) == 12 * 60 * MINUTE
    assert all(job.limit % (5 * MINUTE) == 0 for job in jobs)


def test_many_jobs_end_far_before_their_limit_and_some_run_into_it(jobs):
    used = [job.runtime / job.limit for job in jobs]

    assert 0.25 < sum(part < 0.2 for part in used) / len(used) < 0.4
    assert 0.05 < sum(part > 1 for part in used) / len(used) < 0.15
    assert min(job.runtime for job in jobs) >= 1


def test_some_jobs_fail(jobs):
    assert sum(job.exit_code != 0 for job in jobs) / len(jobs) == pytest.approx(0.03, abs=0.005)


def test_tenants_have_their_share_by_funding(jobs):
    tenants = Counter(job.tenant for job in jobs)

    assert tenants[Tenant.EUROHPC] / len(jobs) == pytest.approx(0.5, abs=0.02)
    assert tenants[Tenant.BMFTR] / len(jobs) == pytest.approx(0.25, abs=0.02)
    assert tenants[Tenant.MKW_NRW] / len(jobs) == pytest.approx(0.25, abs=0.02)


def test_less_is_submitted_at_night_and_at_the_weekend(jobs):
    hours = Counter(job.submit // 3600 % 24 for job in jobs)
    weekdays = Counter((job.day - MONDAY) % 7 for job in jobs)

    assert hours[4] < hours[10] / 3
    assert weekdays[6] < weekdays[1] * 0.8


def test_an_arrival_is_a_job_once_it_has_a_number():
    arrival = Arrival(MONDAY, 0, Tenant.BMFTR, 1795392185, 8, 14400, 1590, 1)

    assert arrival.as_job(17, account=3) == Job(17, 1795392185, 8, 14400, 1590, 1, 3)
