"""What was known of a job at its submission, and nothing that came later."""

from dataclasses import replace

import pytest

from allocations.scheduler import Job
from allocations.scheduler.hindsight import submissions

PROCESSORS = 10


def job(number, submit, nodes, limit, runtime=None):
    return Job(number, submit, nodes, limit, runtime or limit)


LOG = [
    (job(1, 0, 8, 100, 50), 0),
    (job(2, 10, 6, 200, 200), 45),
    (job(3, 20, 4, 80, 80), 200),
    (job(4, 30, 2, 60, 60), 0),
    (job(5, 60, 4, 100, 10), 5),
]


def seen(log, processors=PROCESSORS):
    waits = {entry.id: wait for entry, wait in log}
    return list(submissions([entry for entry, _ in log], waits, processors=processors))


def test_a_job_is_seen_with_the_queue_that_it_found():
    found = [(one.at, one.easy_wait, one.work_ahead, one.wait) for one in seen(LOG)]

    assert found == [
        (0, 0, 0, 0),
        (10, 90, 0, 45),  # job 1 has the nodes until second 100, as far as anybody knows
        (20, 80, 1200, 200),  # beside job 2
        (30, 0, 1520, 0),  # beside job 1, in time for job 2
        (60, 110, 320, 5),  # after job 3, which follows job 4
    ]


def test_classes_are_parts_of_the_machine():
    assert [one.size for one in seen(LOG, processors=256)] == ["small"] * 5


@pytest.mark.parametrize("place", range(len(LOG)))
def test_what_comes_later_changes_nothing_before(place):
    entry, wait = LOG[place]
    other = [*LOG[:place], (replace(entry, runtime=1), wait + 500), *LOG[place + 1 :]]

    before = [replace(one, wait=0) for one in seen(LOG)[: place + 1]]

    assert [replace(one, wait=0) for one in seen(other)[: place + 1]] == before


def test_jobs_without_a_recorded_wait_are_left_out():
    log = [(entry, -1 if entry.id == 3 else wait) for entry, wait in LOG]

    assert [one.at for one in seen(log)] == [0, 10, 30, 60]


def test_a_job_beyond_its_limit_is_expected_to_end_within_a_minute():
    log = [(job(1, 0, 10, 100, 1000), 0), (job(2, 500, 1, 60), 500)]

    assert seen(log)[1].easy_wait == 60


def test_a_log_with_more_jobs_than_processors_is_no_obstacle():
    log = [(job(1, 0, 10, 100), 0), (job(2, 1, 10, 300), 0), (job(3, 2, 10, 60), 0)]

    assert [one.easy_wait for one in seen(log)] == [0, 99, 299]
