"""Forecasts of the live queue: made once per state, stored, scored, and honest under load."""

import datetime as dt
import time

import pytest

from allocations import tasks
from allocations.flows import forecasts
from allocations.flows.forecasts import foresee_queue, is_due
from allocations.flows.jobs import submit_job
from allocations.flows.orders import cancel_job
from allocations.flows.queue import advance_partition
from allocations.flows.scores import forget_forecasts, score_forecasts
from allocations.models import Forecast, Job, JobState, Partition, QueueForecast
from allocations.scheduler.forecast import Shape
from jaif_portal import clock, demo
from jaif_portal.celery import app
from tests.allocations import factories
from tests.allocations.foresight import HOUR, foreseen, others, quiet, running

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
FULL = 600  # seconds: more than these small queues need on any machine


@pytest.fixture
def allocation():
    quiet()
    return factories.active()


@pytest.fixture
def submit(allocation):
    def submit(*, nodes=8, time_limit=3600):
        job = submit_job(
            allocation,
            by=allocation.project.proposal.applicant,
            name="train",
            nodes=nodes,
            time_limit=time_limit,
        )
        advance_partition(job.partition_id, until=clock.now() + dt.timedelta(seconds=1))
        return job

    return submit


@pytest.fixture
def waiting(submit):
    """A job behind one that has the whole machine for up to an hour."""
    running(Partition.objects.get())
    return submit()


def test_a_waiting_job_gets_a_range(waiting):
    answer = foresee_queue(waiting.partition_id, seconds=FULL)

    forecast = Forecast.objects.get(job=waiting)
    assert (answer.replications, forecast.replications) == (200, 200)
    assert forecast.made_at == Partition.objects.get().advanced_until
    assert forecast.made_at <= forecast.p10 < forecast.p50 < forecast.p90
    assert forecast.made_at < forecast.drawn_p10
    assert forecast.drawn_p90 <= forecast.made_at + HOUR
    assert forecast.p10 < forecast.drawn_p10, "widened before anything has been scored"
    assert forecast.p90 > forecast.drawn_p90
    assert (forecast.size_class, forecast.horizon, forecast.outcome) == ("large", "hour", "open")


def test_the_same_state_is_foreseen_once(waiting, monkeypatch):
    first = foresee_queue(waiting.partition_id, seconds=FULL)
    monkeypatch.setattr(forecasts, "_in_time", None)  # nothing is played again

    assert foresee_queue(waiting.partition_id, seconds=FULL) == first
    assert (QueueForecast.objects.count(), Forecast.objects.count()) == (1, 1)


def test_what_only_the_simulation_knows_changes_no_forecast(waiting):
    foresee_queue(waiting.partition_id, seconds=FULL)
    before = list(Forecast.objects.values("job", "p10", "p50", "p90"))
    QueueForecast.objects.all().delete()
    Forecast.objects.all().delete()
    Job.objects.update(runtime=1)
    others(waiting.partition, submitted_at=clock.now() + HOUR, eligible_at=None)

    foresee_queue(waiting.partition_id, seconds=FULL)

    assert list(Forecast.objects.values("job", "p10", "p50", "p90")) == before


def test_without_time_a_single_run_has_to_do(waiting):
    answer = foresee_queue(waiting.partition_id, seconds=0)

    forecast = Forecast.objects.get(job=waiting)
    assert (answer.replications, forecast.replications) == (1, 1)
    assert (forecast.p10, forecast.p90) == (None, None)
    assert forecast.made_at < forecast.p50 <= forecast.made_at + HOUR
    assert [(shape["p10"], shape["p90"]) for shape in answer.shapes] == [(None, None)] * 15


def test_a_better_answer_replaces_a_rough_one_and_not_the_other_way_round(waiting):
    rough = foresee_queue(waiting.partition_id, seconds=0)

    better = foresee_queue(waiting.partition_id, seconds=FULL)

    assert (better.pk, better.replications) == (rough.pk, 200)
    assert foresee_queue(waiting.partition_id, seconds=0).replications == 200
    assert Forecast.objects.get(job=waiting).replications == 200


def test_a_queue_that_moves_while_it_is_read_is_left_to_the_next_beat(waiting, monkeypatch):
    read = forecasts._live_jobs

    def move(partition):
        jobs = read(partition)
        advance_partition(partition.pk, until=clock.now() + HOUR)
        return jobs

    monkeypatch.setattr(forecasts, "_live_jobs", move)

    assert foresee_queue(waiting.partition_id, seconds=FULL) is None
    assert not QueueForecast.objects.exists()


def test_nothing_is_foreseen_before_the_simulation_begins():
    Partition.objects.update(advanced_until=None)

    assert foresee_queue(Partition.objects.get().pk, seconds=0) is None
    tasks.forecast_partitions()
    assert not QueueForecast.objects.exists()


def test_jobs_of_others_are_foreseen_once_for_the_score(waiting):
    other = others(Partition.objects.get())[0]
    foresee_queue(waiting.partition_id, seconds=FULL)
    advance_partition(waiting.partition_id, until=clock.now() + dt.timedelta(seconds=9))
    others(Partition.objects.get())

    foresee_queue(waiting.partition_id, seconds=FULL)

    assert Forecast.objects.filter(job=waiting).count() == 2
    assert Forecast.objects.filter(job=other).count() == 1


def test_a_job_that_hours_keep_waiting_is_not_foreseen(waiting):
    Job.objects.filter(pk=waiting.pk).update(reason="AssocGrpNodeMinutes")

    foresee_queue(waiting.partition_id, seconds=0)

    assert not Forecast.objects.filter(job=waiting).exists()
    assert not is_due(waiting.partition)


def test_a_short_small_job_would_go_ahead_and_others_would_wait(waiting):
    Job.objects.filter(state=JobState.RUNNING).update(nodes=6)

    answer = foresee_queue(waiting.partition_id, seconds=FULL)

    waits = {(shape["nodes"], shape["time_limit"]): shape["p50"] for shape in answer.shapes}
    assert sorted({nodes for nodes, _limit in waits}) == [1, 4, 8]
    assert sorted({limit for _nodes, limit in waits}) == [1800, 3600, 10800, 21600, 43200]
    assert waits[1, 1800] == 0
    assert min(waits[1, 43200], waits[4, 1800], waits[8, 1800]) > 0


def test_a_shape_that_never_starts_spoils_no_answer(waiting, monkeypatch):
    """Such as the whole machine, while a part of it is out of service."""
    monkeypatch.setattr(forecasts, "shapes_of", lambda partition: [Shape(9, 1800), Shape(1, 1800)])

    answer = foresee_queue(waiting.partition_id, seconds=FULL)

    waits = [(shape["p10"], shape["p50"], shape["p90"]) for shape in answer.shapes]
    assert waits[0] == (None, None, None)
    assert None not in waits[1]
    assert Forecast.objects.get(job=waiting).replications == 200


def test_an_answer_is_due_when_the_last_is_old_or_a_job_has_none(waiting, travel):
    partition = waiting.partition
    assert is_due(partition)

    foresee_queue(partition.pk, seconds=0)
    partition.refresh_from_db()
    assert not is_due(partition)

    partition.advanced_until += dt.timedelta(minutes=10)
    assert is_due(partition)


def test_a_new_job_makes_an_answer_due(waiting, submit):
    foresee_queue(waiting.partition_id, seconds=0)

    submit()

    assert is_due(Partition.objects.get())


def test_what_came_is_written_down_once(waiting):
    forecast = foreseen(waiting, 0, 1, 2)
    score_forecasts()
    forecast.refresh_from_db()
    assert (forecast.outcome, forecast.started_at) == ("open", None)

    started = clock.now() + HOUR
    Job.objects.filter(pk=waiting.pk).update(state=JobState.RUNNING, started_at=started)
    score_forecasts()
    Job.objects.filter(pk=waiting.pk).update(started_at=started + HOUR)  # it was requeued
    score_forecasts()

    forecast.refresh_from_db()
    assert (forecast.outcome, forecast.started_at) == ("started", started)


def test_a_job_taken_back_before_it_starts_is_no_score(waiting):
    forecast = foreseen(waiting, 0, 1, 2)
    cancel_job(waiting, by=waiting.submitted_by)
    advance_partition(waiting.partition_id, until=clock.now() + dt.timedelta(seconds=9))

    score_forecasts()

    forecast.refresh_from_db()
    assert (forecast.outcome, forecast.started_at) == ("withdrawn", None)


def test_the_score_outlives_the_job(waiting):
    other = others(waiting.partition)[0]
    forecast = foreseen(other, 0, 1, 2)
    Job.objects.filter(pk=other.pk).update(state=JobState.RUNNING, started_at=clock.now())
    score_forecasts()

    other.delete()
    score_forecasts()

    forecast.refresh_from_db()
    assert (forecast.job, forecast.outcome) == (None, "started")


def test_the_beat_asks_and_the_task_answers(waiting, monkeypatch):
    monkeypatch.setattr(tasks, "FORECAST_SECONDS", FULL)
    tasks.forecast_partitions()
    tasks.forecast_partitions()

    assert QueueForecast.objects.get().replications == 200


def test_a_task_that_has_waited_for_long_makes_a_single_run(waiting):
    tasks.forecast_partition(waiting.partition_id, time.time() - 30)

    assert QueueForecast.objects.get().replications == 1


def test_old_answers_are_forgotten(waiting):
    now = clock.now()
    answer = foresee_queue(waiting.partition_id, seconds=0)
    old = foreseen(waiting, 0, 1, 2, made_at=now - dt.timedelta(days=366))

    forget_forecasts(at=now)
    assert list(QueueForecast.objects.all()) == [answer]
    assert old not in Forecast.objects.all()

    forget_forecasts(at=now + dt.timedelta(days=2))
    assert not QueueForecast.objects.exists()


def test_run_times_are_learned_from_jobs_of_which_none_runs_any_more(waiting):
    partition = Partition.objects.get()
    now, limit = partition.advanced_until, dt.timedelta(seconds=partition.longest_limit)
    for started, elapsed in ((now - limit, 60), (now - limit + dt.timedelta(seconds=1), 30)):
        end = started + dt.timedelta(seconds=elapsed)
        others(partition, state=JobState.COMPLETED, started_at=started, ended_at=end)

    assert forecasts._ended(partition) == [(8, 3600, 60)]


@pytest.mark.parametrize("task", ["forecast_partitions", "forecast_partition"])
def test_forecasts_have_a_queue_of_their_own_and_the_demo_a_worker_for_it(task, settings, tmp_path):
    settings.DEMO_HOST, settings.DEMO_PORT = "127.0.0.1", "8000"
    settings.BROKER_BINARY, settings.BROKER_DIR = None, tmp_path
    settings.BROKER_SOCKET = tmp_path / "broker.sock"

    queue = app.amqp.router.route({}, f"allocations.{task}")["queue"].name

    workers = {program.name: program.command for program in demo.groups()["portal"]}
    assert queue == "forecasts"
    assert [name for name, command in workers.items() if queue in command] == ["forecaster"]
