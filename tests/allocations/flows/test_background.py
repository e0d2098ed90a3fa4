import datetime as dt

import pytest
from django.db import transaction

from allocations.flows.background import plan_background
from allocations.models import FundingShare, Job
from jaif_portal import clock
from tests.allocations import factories

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
MIDNIGHT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


@pytest.fixture
def booster(db):
    """A small machine, so that a day has few jobs."""
    booster = factories.booster()
    booster.nodes, booster.advanced_until = 60, MIDNIGHT
    booster.save()
    return booster


def arrivals():
    jobs = Job.objects.order_by("submitted_at", "background_key")
    return list(
        jobs.values_list("background_key", "submitted_at", "nodes", "time_limit", "runtime")
    )


def test_a_day_of_other_users_jobs_is_written_once(booster):
    plan_background(booster, until=MIDNIGHT + DAY / 2)
    once = arrivals()

    plan_background(booster, until=MIDNIGHT + DAY / 2)
    booster.background_day = None
    plan_background(booster, until=MIDNIGHT + DAY / 2)

    assert len(once) > 10
    assert arrivals() == once
    assert {at.date() for _key, at, *_shape in once} == {MIDNIGHT.date()}


def test_days_one_by_one_come_to_the_same_as_three_at_once(booster):
    for days in range(3):
        plan_background(booster, until=MIDNIGHT + days * DAY)
    one_by_one = arrivals()
    Job.objects.all().delete()

    booster.background_day = None
    plan_background(booster, until=MIDNIGHT + 2 * DAY)

    assert arrivals() == one_by_one


def test_jobs_of_the_day_that_arrived_before_the_simulation_began_are_left_out(booster):
    booster.advanced_until = MIDNIGHT + DAY / 2

    plan_background(booster, until=MIDNIGHT + DAY / 2)

    assert Job.objects.exists()
    assert not Job.objects.filter(submitted_at__lte=booster.advanced_until).exists()


def test_a_partition_without_load_has_no_other_users(booster):
    booster.background_load = 0

    plan_background(booster, until=MIDNIGHT + 9 * DAY)

    assert not Job.objects.exists()
    booster.refresh_from_db()
    assert booster.background_day is None


def test_other_seeds_bring_other_jobs(booster):
    plan_background(booster, until=MIDNIGHT)
    first = arrivals()
    Job.objects.all().delete()

    booster.seed, booster.background_day = 7, None
    plan_background(booster, until=MIDNIGHT)

    assert arrivals() != first


def test_jobs_belong_to_the_shares_of_their_day(booster):
    booster.advanced_until = dt.datetime(2026, 12, 31, tzinfo=dt.UTC)

    plan_background(booster, until=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))

    for job in Job.objects.select_related("share"):
        assert job.share.starts_at <= job.submitted_at < job.share.ends_at


def test_a_year_without_funding_shares_has_no_other_users(booster):
    FundingShare.objects.filter(starts_at__year=2026).update(ends_at=MIDNIGHT)

    plan_background(booster, until=MIDNIGHT)

    booster.refresh_from_db()
    assert not Job.objects.exists()
    assert booster.background_day == clock.seconds(MIDNIGHT) // 86_400


def test_a_day_whose_transaction_fails_is_written_by_the_next_one(booster):
    with transaction.atomic():
        plan_background(booster, until=MIDNIGHT)
        transaction.set_rollback(True)
    booster.refresh_from_db()

    plan_background(booster, until=MIDNIGHT)

    assert Job.objects.exists()
