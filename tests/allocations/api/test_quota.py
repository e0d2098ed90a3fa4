import datetime as dt

import pytest

from tests.allocations import factories
from tests.allocations.quotas import MONTH, monthly, pass_time, submit
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

FIRST = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
SECOND = dt.datetime(2026, 12, 23, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
MONTH_CORE_HOURS = 120_000.0  # 1,500,000 node-seconds with 288 cores


@pytest.fixture
def user(monday):
    return UserFactory()


def quota(user, allocation):
    return bearer(user).get(f"/api/v1/projects/{allocation.project_id}/quota/").json()


def status(user, allocation):
    return bearer(user).get(f"/api/v1/allocations/{allocation.pk}/").json()


def test_the_quota_has_the_keys_of_jutil(user, travel):
    allocation = monthly(by=user)
    submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(SECOND + DAY))
    submit(allocation, node_seconds=MONTH // 2)
    pass_time(allocation, until=travel(SECOND + 2 * DAY))

    assert quota(user, allocation) == [
        {
            "project": allocation.project.identifier,
            "budget-account": allocation.project.budget,
            "system": "JUPITER",
            "cont-partition": "booster",
            "acct-mode": "monthly",
            "acct-period-start": "2026-11-23",
            "acct-period-end": "2027-02-23",
            "coreh-quota-total": 3 * MONTH_CORE_HOURS,
            "coreh-consumed-total": 1.5 * MONTH_CORE_HOURS,
            "coreh-consumed-curr-month": 0.5 * MONTH_CORE_HOURS,
            "coreh-consumed-prev-month": MONTH_CORE_HOURS,
            "coreh-avail": 0.5 * MONTH_CORE_HOURS,
            "coreh-avail-percent": 50.0,
            "cont-state": "normal",
            "project-state": "A",
        }
    ]


def test_a_fixed_quota_counts_the_whole_period(user):
    allocation = factories.active(by=user, months=3)

    [row] = quota(user, allocation)

    assert (row["acct-mode"], row["coreh-avail"], row["coreh-avail-percent"]) == (
        "fixed",
        3 * MONTH_CORE_HOURS,
        100.0,
    )


@pytest.mark.parametrize(
    ("policy", "cont_state", "enforcement"),
    [("block", "blocked", "blocked"), ("low_priority", "nocont", "low_priority")],
)
def test_beyond_the_advance_the_state_is_that_of_the_policy(
    user, travel, policy, cont_state, enforcement
):
    allocation = monthly(policy=policy, by=user)
    for _job in range(2):
        submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(FIRST + DAY))

    [row] = quota(user, allocation)

    assert (row["cont-state"], row["coreh-avail-percent"]) == (cont_state, -100.0)
    assert status(user, allocation)["enforcement"] == enforcement


def test_the_quota_takes_the_same_queries_whatever_was_used(
    user, travel, django_assert_num_queries
):
    allocation = monthly(by=user)
    for _job in range(3):
        submit(allocation, node_seconds=6000)
    pass_time(allocation, until=travel(FIRST + DAY))
    client = bearer(user)

    with django_assert_num_queries(6):
        client.get(f"/api/v1/projects/{allocation.project_id}/quota/")


def test_the_quota_of_others_is_not_found(user):
    allocation = factories.active()

    response = bearer(user).get(f"/api/v1/projects/{allocation.project_id}/quota/")

    assert response.status_code == 404


def test_the_status_tells_burn_rate_and_projections_within_four_queries(
    user, travel, django_assert_num_queries
):
    """700,000 of 4,500,000 node-seconds in ten days, all of them in the last week."""
    allocation = monthly(by=user)
    pass_time(allocation, until=travel(FIRST + 5 * DAY))
    submit(allocation, node_seconds=700_000)
    pass_time(allocation, until=travel(FIRST + 10 * DAY))
    client = bearer(user)

    with django_assert_num_queries(4):
        body = client.get(f"/api/v1/allocations/{allocation.pk}/").json()

    assert (body["acct_mode"], body["enforcement"]) == ("monthly", "full")
    assert body["burn_rate"]["last_7_days"]["node_hours"] == round(100_000 / 3600, 4)
    assert body["burn_rate"]["last_30_days"]["node_hours"] == round(70_000 / 3600, 4)
    assert body["projected_exhaustion"] == "2027-01-10T09:00:00Z"
    assert body["projected_forfeiture"]["node_hours"] == 0.0
