"""Ticks with more to write than usual take no more than 25 queries either.

SQLite takes 999 values in a statement, so that there many jobs need several.
"""

import datetime as dt

import pytest

from allocations.flows import closures
from allocations.flows.jobs import submit_job
from allocations.flows.ticks import tick
from allocations.models import Job, LedgerAccount, Partition
from jaif_portal.models import Mail
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.quotas import quiet_machine
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
HOUR = 3600


@pytest.fixture
def projects():
    """With 20 node-hours and three members each."""
    quiet_machine()

    def projects(count):
        team = ["ben@example.org", "cy@example.org"]
        rows = [factories.active(team=team) for _ in range(count)]
        LedgerAccount.objects.filter(allocation__in=rows).update(credited=20 * HOUR)
        return rows

    return projects


def submit(allocation):
    person = allocation.project.proposal.applicant
    shape = {"nodes": 4, "time_limit": HOUR, "runtime": HOUR}
    submit_job(allocation, by=person, name="job", array="1-5", **shape)


@pytest.mark.parametrize("count", [1, 3])
def test_when_projects_are_told_of_hours_used(
    projects, travel, django_assert_max_num_queries, count
):
    """The jobs cross the marks at 50, 75, 90 and 100 % in one step."""
    rows = projects(count)
    for row in rows:
        submit(row)
    tick(rows[0].partition_id, until=travel(dt.timedelta(minutes=10)), steps=1)
    until = travel(dt.timedelta(hours=2))

    with django_assert_max_num_queries(25):
        tick(rows[0].partition_id, until=until, steps=1)

    assert Mail.objects.filter(key__contains=":used:").count() == 4 * 3 * count


@pytest.mark.parametrize("count", [1, 3])
def test_when_nodes_fail_under_the_jobs_of_projects(
    projects, travel, django_assert_max_num_queries, count
):
    rows = projects(count)
    for row in rows:
        submit(row)
    tick(rows[0].partition_id, until=travel(dt.timedelta(minutes=10)), steps=1)
    operator = UserFactory(role=Role.ADMINISTRATOR)
    closures.fail_nodes(rows[0].partition, by=operator, nodes="ALL", reason="Power cut")
    until = travel(dt.timedelta(minutes=1))

    with django_assert_max_num_queries(25):
        tick(rows[0].partition_id, until=until, steps=1)

    assert Mail.objects.filter(key__contains=":nodes_failed:").count() == 3 * count


@pytest.mark.services
def test_the_first_of_a_partition_and_of_a_day(monday, travel, django_assert_max_num_queries):
    booster = factories.booster()
    Partition.objects.update(advanced_until=None)

    moments = [monday, travel(dt.timedelta(hours=8)), travel(dt.timedelta(hours=12))]
    for until in [*moments, travel(dt.timedelta(minutes=1))]:
        with django_assert_max_num_queries(25):
            tick(booster.pk, until=until, steps=1)

    assert Job.objects.filter(background_key__isnull=False).count() > 500
