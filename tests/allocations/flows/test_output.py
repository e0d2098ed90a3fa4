import datetime as dt

import pytest

from allocations.flows.output import LINES, read_log, seconds_so_far
from allocations.models import Job, JobState
from tests.allocations import factories

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def job(monday):
    """On two nodes for an hour; unsaved: its lines depend on nothing else."""
    partition = factories.booster()
    return Job(
        pk=4711, partition=partition, nodes=2, time_limit=7200, state="running", started_at=monday
    )


def end(job, state, *, after=HOUR, exit_code=0):
    job.state, job.exit_code, job.ended_at = state, exit_code, job.started_at + after
    return read_log(job, at=job.ended_at + HOUR)


def test_a_job_that_has_not_started_has_written_nothing(job, monday):
    job.started_at = None

    assert read_log(job, at=monday) == []


def test_a_job_reports_steps_a_falling_loss_and_checkpoints(job, monday):
    lines = read_log(job, at=monday + HOUR)

    losses = [float(line.split()[-1]) for line in lines if "loss" in line]
    assert lines[0] == "2026-11-23 10:00:00 job 4711 on booster: nodes=2 gpus=8, first start"
    assert lines[1].startswith("2026-11-23 10:03:00 step     50  loss ")
    assert sum("checkpoint written" in line for line in lines) == 4
    assert len(losses) == 20
    assert losses[-1] < losses[0] / 3


def test_the_lines_of_a_job_only_become_more(job, monday):
    early, late = (read_log(job, at=monday + HOUR / part) for part in (2, 1))

    assert late[: len(early)] == early
    assert early != late


def test_a_job_has_written_no_more_than_the_queue_has_computed(job, monday):
    half = read_log(job, at=monday + HOUR / 2)
    job.partition.advanced_until = monday + HOUR / 2

    assert read_log(job, at=monday + HOUR) == half
    assert seconds_so_far(job, at=monday + HOUR) == 1800


def test_nothing_tells_how_a_job_will_end(job, monday):
    soon, late = Job(pk=4711, runtime=1), Job(pk=4711, runtime=7000, exit_code=1)
    for other in (soon, late):
        other.partition, other.nodes, other.time_limit = job.partition, 2, 7200
        other.state, other.started_at = "running", monday

    assert read_log(soon, at=monday + HOUR) == read_log(late, at=monday + HOUR)


def test_the_longest_log_is_short(job):
    lines = end(job, JobState.TIMEOUT, after=2 * HOUR)

    assert len(lines) < 2 * LINES


@pytest.mark.parametrize(
    ("state", "exit_code", "last"),
    [
        (JobState.COMPLETED, 0, "finished after 1000 steps"),
        (JobState.FAILED, 1, "srun: error: task 0: Exited with exit code 1"),
        (JobState.FAILED, 2, "srun: error: task 0: Exited with exit code 2"),
        (JobState.FAILED, 137, "srun: error: task 0: Out Of Memory"),
        (JobState.FAILED, 139, "srun: error: task 0: Segmentation fault (core dumped)"),
        (JobState.FAILED, 77, "srun: error: task 0: Exited with exit code 77"),
        (
            JobState.TIMEOUT,
            0,
            "slurmstepd: error: *** JOB 4711 CANCELLED AT 2026-11-23T11:00:00 "
            "DUE TO TIME LIMIT ***",
        ),
        (
            JobState.CANCELLED,
            0,
            "slurmstepd: error: *** JOB 4711 CANCELLED AT 2026-11-23T11:00:00 ***",
        ),
    ],
)
def test_the_last_line_says_how_the_job_has_ended(job, state, exit_code, last):
    lines = end(job, state, exit_code=exit_code)

    assert lines[-1] == f"2026-11-23 11:00:00 {last}"


def test_a_restart_says_so_and_goes_another_way(job, monday):
    first = read_log(job, at=monday + HOUR)
    job.restarts = 1
    again = read_log(job, at=monday + HOUR)

    assert again[0].endswith("restart 1, from the last checkpoint")
    assert again[1] != first[1]
