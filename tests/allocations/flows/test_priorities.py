import datetime as dt

import pytest

from allocations.flows.lifecycle import keep_deadlines
from allocations.flows.standing import balance, enforcement
from allocations.models import Enforcement, Job
from jaif_portal.models import Mail
from tests.allocations.quotas import MONTH, account_of, monthly, pass_time, submit, table
from tests.allocations.records import broken_invariants

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD, END = (
    dt.datetime(year, month, 23, 9, tzinfo=dt.UTC)
    for year, month in [(2026, 11), (2026, 12), (2027, 1), (2027, 2)]
)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def allocation(monday):
    return monthly(policy="low_priority")


def low(allocation):
    jobs = Job.objects.filter(allocation=allocation).order_by("pk")
    return list(jobs.values_list("low_priority", flat=True))


def test_a_job_beyond_the_advance_goes_last(allocation, travel):
    for _job in range(3):
        submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(FIRST + DAY))

    account = account_of(allocation)
    assert low(allocation) == [False, False, True]
    assert (account.charged, balance(account)) == (3 * MONTH, -2 * MONTH)
    assert broken_invariants() == []


def test_what_running_jobs_only_hold_makes_no_job_go_last(allocation, travel):
    submit(allocation, node_seconds=2 * MONTH, nodes=500, runtime=60)
    submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(FIRST + DAY))

    assert low(allocation) == [False, False]
    assert account_of(allocation).charged == MONTH + 500 * 60


def test_enforcement_is_low_priority_beyond_the_advance(allocation, travel):
    for node_seconds in (MONTH, MONTH):
        submit(allocation, node_seconds=node_seconds)
    pass_time(allocation, until=travel(FIRST + DAY))

    assert enforcement(account_of(allocation)) == Enforcement.LOW_PRIORITY


def test_new_quota_does_not_lift_a_job_that_goes_last(allocation, travel):
    """It waits behind a full machine until the month has changed."""
    partition = allocation.partition
    for _job in range(2):
        submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(SECOND - 8 * HOUR))
    partition.refresh_from_db()
    Job.objects.create(
        partition=partition,
        share=allocation.share,
        background_key="full",
        name="full",
        nodes=partition.nodes,
        time_limit=12 * 3600,
        runtime=12 * 3600,
        submitted_at=partition.advanced_until,
    )
    pass_time(allocation, until=travel(HOUR))
    job = submit(allocation, node_seconds=400_000)
    pass_time(allocation, until=travel(SECOND + HOUR))
    job.refresh_from_db()
    assert (job.low_priority, job.started_at) == (True, None)

    mail = Mail.objects.get(key__contains="month:2:refilled")
    assert "resubmit queued jobs" in mail.body
    pass_time(allocation, until=travel(SECOND + DAY))
    job.refresh_from_db()
    assert (job.low_priority, job.ended_at is not None) == (True, True)


def test_the_refill_mail_is_written_once(allocation, travel):
    for _job in range(2):
        submit(allocation, node_seconds=MONTH)
    for moment in (SECOND + DAY, SECOND + 2 * DAY):
        pass_time(allocation, until=travel(moment))
        keep_deadlines(until=moment)

    mail = Mail.objects.get(key__contains=":refilled")
    assert mail.key.startswith(f"allocation:{allocation.pk}:month:2:refilled:")
    assert "resubmit" not in mail.body


def test_overdraft_below_the_floor_is_forgiven(allocation, travel):
    """A month opens at -101 % of its quota or above; the whole grant is never exceeded."""
    for _job in range(3):
        submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(SECOND + DAY))

    assert table(allocation) == [(MONTH, 0, 3 * MONTH, 0)]
    account = account_of(allocation)
    assert balance(account) == -MONTH
    assert (account.left, enforcement(account)) == (0, Enforcement.BLOCKED)
    assert broken_invariants() == []


def other_users_job(allocation, *, at, hours, key):
    return Job.objects.create(
        partition=allocation.partition,
        share=allocation.share,
        background_key=key,
        nodes=allocation.partition.nodes,
        time_limit=hours * 3600,
        runtime=hours * 3600,
        submitted_at=at,
    )


def test_a_job_of_the_lowest_priority_starts_after_all_that_came_later(allocation, travel):
    """Also after those that come while it waits already."""
    for _job in range(2):
        submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(FIRST + DAY))
    now = FIRST + DAY
    other_users_job(allocation, at=now, hours=12, key="first")
    pass_time(allocation, until=travel(HOUR))
    job = submit(allocation, node_seconds=400_000)
    pass_time(allocation, until=travel(HOUR))
    later = other_users_job(allocation, at=now + 10 * HOUR, hours=6, key="later")
    pass_time(allocation, until=travel(DAY))

    job.refresh_from_db(), later.refresh_from_db()
    assert job.low_priority
    assert later.started_at == now + 12 * HOUR + dt.timedelta(seconds=1)
    assert job.started_at == later.ended_at


@pytest.mark.parametrize("step", [HOUR, 5 * HOUR, 92 * DAY])
def test_which_job_goes_last_does_not_depend_on_the_steps_of_the_queue(allocation, travel, step):
    shapes = [(MONTH, 7000), (MONTH, 3000), (400_000, 4000), (1_200_000, None), (MONTH, 100)]
    for node_seconds, runtime in shapes:
        submit(allocation, node_seconds=node_seconds, runtime=runtime)
    submit(allocation, node_seconds=1_400_000, nodes=400)
    at = FIRST
    while at < FIRST + DAY:
        at = min(at + step, END + DAY)
        pass_time(allocation, until=travel(at))

    starts = Job.objects.filter(allocation=allocation).order_by("pk")
    assert [
        (job.low_priority, int((job.started_at - FIRST).total_seconds())) for job in starts
    ] == [
        (False, 0),
        (False, 0),
        (False, 3000),  # into the hours that the second job has given back
        (False, 7000),
        (True, 19_001),  # what is left at full priority no longer covers it
        (True, 19_101),
    ]
