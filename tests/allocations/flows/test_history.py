import datetime as dt

import pytest
from django.db.models import F

from allocations import tasks
from allocations.flows import history
from allocations.flows.history import fold_jobs, total_day
from allocations.flows.past import pasts
from allocations.flows.queue import advance_partition
from allocations.models import DayTotal, Job, JobRun, JobState, LedgerEntry, Partition
from tests.allocations import factories
from tests.allocations.quotas import submit
from tests.allocations.records import broken_invariants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
MIDNIGHT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


@pytest.fixture
def booster(monday):
    """A machine of 100 nodes that keeps jobs for two days, with nobody on it yet."""
    Partition.objects.update(
        background_load=0, nodes=100, keep_jobs_days=2, advanced_until=MIDNIGHT + 10 * DAY
    )
    return factories.booster()


def ran(partition, number, *, start, hours, nodes=10, waited=HOUR, **changes):
    """A job of others that began at ``start`` and took so many hours."""
    fields = {
        "share": partition.shares.get(code="eurohpc", starts_at__year=2026),
        "background_key": f"test:{number}",
        "state": JobState.COMPLETED,
        "submitted_at": start - waited,
        "started_at": start,
        "ended_at": start + hours * HOUR,
    }
    shape = {"nodes": nodes, "time_limit": 86_400, "runtime": 86_400}
    return Job.objects.create(partition=partition, **(shape | fields | changes))


def totals(*fields):
    return list(DayTotal.objects.order_by("day", "size_class").values_list("day__day", *fields))


def test_a_day_is_totalled_by_size_class(booster):
    ran(booster, 1, start=MIDNIGHT + HOUR, hours=2, nodes=10)
    ran(booster, 2, start=MIDNIGHT + HOUR, hours=3, nodes=12, waited=3 * HOUR)
    ran(booster, 3, start=MIDNIGHT + HOUR, hours=1, nodes=50)

    total_day(booster, MIDNIGHT.date())

    assert totals("size_class", "started", "ended", "wait_seconds", "node_seconds") == [
        (23, "large", 1, 1, 3600, 50 * 3600),
        (23, "medium", 2, 2, 4 * 3600, (20 + 36) * 3600),
    ]


def test_a_job_across_midnight_counts_for_each_day_with_its_part(booster):
    ran(booster, 1, start=MIDNIGHT + 22 * HOUR, hours=5)

    fold_jobs(booster)

    assert totals("started", "ended", "node_seconds") == [
        (23, 1, 0, 10 * 2 * 3600),
        (24, 0, 1, 10 * 3 * 3600),
    ]


def test_a_job_that_still_runs_counts_until_midnight(booster):
    start = MIDNIGHT + 20 * HOUR
    ran(booster, 1, start=start, hours=0, state=JobState.RUNNING, ended_at=None)

    total_day(booster, MIDNIGHT.date())

    assert totals("started", "ended", "node_seconds") == [(23, 1, 0, 10 * 4 * 3600)]


def test_an_earlier_run_of_a_job_that_was_put_back_counts_too(monday):
    Partition.objects.update(background_load=0, advanced_until=MIDNIGHT + 2 * DAY)
    job = submit(factories.active(), nodes=100, node_seconds=100 * 3600)
    JobRun.objects.create(
        job=job,
        number=0,
        nodes=100,
        time_limit=3600,
        started_at=MIDNIGHT + 12 * HOUR,
        ended_at=MIDNIGHT + 13 * HOUR,
    )

    total_day(job.partition, MIDNIGHT.date())

    assert totals("started", "ended", "node_seconds") == [(23, 1, 1, 100 * 3600)]


def test_the_day_that_the_queue_is_in_is_not_totalled(booster):
    booster.advanced_until = MIDNIGHT + 3 * DAY - HOUR
    booster.save()
    for number in range(4):
        ran(booster, number, start=MIDNIGHT + number * DAY, hours=1)

    fold_jobs(booster)

    assert [row[0] for row in totals()] == [23, 24]
    assert booster.totalled_day == (MIDNIGHT + DAY).date()


def test_jobs_of_others_are_dropped_some_days_after_their_total(booster):
    for number in range(9):
        ran(booster, number, start=MIDNIGHT + number * DAY, hours=1)

    dropped = fold_jobs(booster)

    assert dropped == 8  # of ten days the last two are kept
    assert [job.background_key for job in Job.objects.all()] == ["test:8"]
    assert [row[0] for row in totals()] == [23, 24, 25, 26, 27, 28, 29, 30, 1]


def test_doing_it_again_changes_nothing(booster):
    for number in range(9):
        ran(booster, number, start=MIDNIGHT + number * DAY, hours=1)
    fold_jobs(booster)
    once = totals("node_seconds")

    assert fold_jobs(booster) == 0
    assert totals("node_seconds") == once


def test_a_task_that_comes_late_does_not_total_a_day_whose_jobs_are_gone(booster):
    late = Partition.objects.get(pk=booster.pk)
    for number in range(9):
        ran(booster, number, start=MIDNIGHT + number * DAY, hours=1)
    fold_jobs(booster)
    once = totals("node_seconds")

    fold_jobs(late)
    total_day(late, MIDNIGHT.date())

    assert totals("node_seconds") == once
    assert late.totalled_day == booster.totalled_day


def test_a_task_that_dies_half_way_is_finished_by_the_next_one(booster, monkeypatch):
    for number in range(9):
        ran(booster, number, start=MIDNIGHT + number * DAY, hours=1)

    def die(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(history, "BATCH", 3)
    with monkeypatch.context() as patched:
        patched.setattr(history, "_totals", die)
        with pytest.raises(KeyboardInterrupt):
            fold_jobs(booster)
    with monkeypatch.context() as patched:
        patched.setattr(history, "BATCHES", 1)
        assert fold_jobs(booster) == 3

    assert fold_jobs(booster) == 5
    assert [total for _day, total in totals("node_seconds")] == [36_000] * 9


def test_days_without_jobs_are_passed_in_bounded_calls(booster, monkeypatch):
    monkeypatch.setattr(history, "DAYS", 4)
    ran(booster, 1, start=MIDNIGHT, hours=1)

    reached = []
    for _call in range(4):
        fold_jobs(booster)
        reached.append((booster.totalled_day - MIDNIGHT.date()).days)

    assert reached == [3, 7, 9, 9]


def test_nothing_is_totalled_before_the_first_job_has_started(booster):
    assert fold_jobs(booster) == 0
    assert (booster.totalled_day, DayTotal.objects.count()) == (None, 0)


def node_seconds_until(moment):
    """What all jobs have used, counted job by job."""
    ran = Job.objects.filter(started_at__lt=moment)
    return sum(
        job.nodes * int((min(job.ended_at or moment, moment) - job.started_at).total_seconds())
        for job in ran
    )


def test_nothing_of_the_projects_jobs_is_lost(monday, travel):
    Partition.objects.update(nodes=60, background_load=0.5, keep_jobs_days=2, advanced_until=monday)
    allocation = factories.active()
    ours = {submit(allocation, nodes=3, node_seconds=3 * 7200) for _number in range(4)}
    until = travel(12 * DAY)
    advance_partition(allocation.partition_id, until=until)
    entries = list(LedgerEntry.objects.values_list("key", "node_seconds"))
    used = node_seconds_until(MIDNIGHT + 12 * DAY)

    tasks.fold_jobs()

    assert set(Job.objects.filter(allocation=allocation)) == ours
    assert list(LedgerEntry.objects.values_list("key", "node_seconds")) == entries
    assert broken_invariants() == []
    others = Job.objects.filter(allocation=None, ended_at__isnull=False)
    assert others.exists()
    assert not others.filter(ended_at__lt=MIDNIGHT + 10 * DAY).exists()
    assert sum(total for _day, total in totals("node_seconds")) == used


def test_the_queue_goes_on_as_if_nothing_had_been_dropped(monday, travel):
    schedules = []
    for fold in (False, True):
        Job.objects.all().delete()
        Partition.objects.update(
            nodes=60,
            background_load=0.9,
            background_day=None,
            keep_jobs_days=2,
            advanced_until=monday,
        )
        partition = factories.booster()
        for days in range(1, 7):
            advance_partition(partition.pk, until=monday + days * DAY)
            partition.refresh_from_db()
            if fold:
                fold_jobs(partition)
        live = Job.objects.filter(submitted_at__gte=monday + 4 * DAY)
        schedules.append(set(live.values_list("background_key", "started_at", "ended_at")))

    assert schedules[0] == schedules[1]


def test_the_past_is_told_by_day(booster):
    start = booster.advanced_until - 2 * DAY
    ran(booster, 1, start=start, hours=12, nodes=100)
    ran(booster, 2, start=start + 13 * HOUR, hours=6, nodes=10)
    ran(booster, 3, start=start - 9 * DAY, hours=6, nodes=10)
    fold_jobs(booster)

    ((partition, past),) = pasts([booster])

    assert partition == booster
    assert past.days[-3:] == [
        ((start - DAY).date(), 0),
        (start.date(), 52),
        ((start + DAY).date(), 0),
    ]
    assert (len(past.days), past.average) == (11, 5)


def test_no_more_than_four_weeks_are_told(booster):
    for number, age in enumerate((1, 28, 29, 40)):
        ran(booster, number, start=booster.advanced_until - age * DAY, hours=6)
    fold_jobs(booster)
    fold_jobs(booster)

    ((_partition, past),) = pasts([booster])

    assert len(past.days) == 28


def test_the_past_of_many_partitions_takes_one_query(booster, django_assert_num_queries):
    ran(booster, 1, start=MIDNIGHT, hours=12)
    fold_jobs(booster)
    other = factories.booster()
    other.pk, other.name = None, "other"
    other.save()
    DayTotal.objects.filter(partition=booster).update(node_seconds=F("node_seconds") + 1)

    with django_assert_num_queries(1):
        known = pasts([booster, other])

    assert [partition.pk for partition, _past in known] == [booster.pk]
    assert pasts([]) == []
