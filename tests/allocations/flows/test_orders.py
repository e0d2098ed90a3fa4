"""Cancel, hold, release, requeue and change, by whom and when."""

import datetime as dt

import pytest

from allocations.exceptions import (
    JobEnded,
    JobHeldByAdmin,
    JobNotPossible,
    JobNotRunning,
    JobNotWaiting,
    RequeueNotAllowed,
)
from allocations.flows import orders
from allocations.flows.jobs import submit_job
from allocations.models import Job, JobHold, JobState, LedgerEntry
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.quotas import pass_time, quiet_machine
from tests.allocations.records import broken_invariants, history
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
MINUTE, SECOND = dt.timedelta(minutes=1), dt.timedelta(seconds=1)
ORDERS = [
    orders.cancel_job,
    orders.hold_job,
    orders.release_job,
    orders.requeue_job,
    orders.modify_job,
]


@pytest.fixture
def allocation(monday):
    quiet_machine()
    return factories.active(team=["ben@example.org"])


@pytest.fixture
def founder(allocation):
    return allocation.project.proposal.applicant


@pytest.fixture
def submit(allocation, founder):
    def submit(**wishes):
        wishes = {"name": "train", "nodes": 2, "time_limit": 3600, "runtime": 600} | wishes
        return submit_job(allocation, by=founder, **wishes)

    return submit


@pytest.fixture
def run(allocation, travel):
    """Let time and the queue go on."""
    return lambda by: pass_time(allocation, until=travel(by))


@pytest.fixture
def admin():
    return UserFactory(role=Role.ADMINISTRATOR)


def now_is(job):
    job.refresh_from_db()
    return job.state, job.reason


def notes(job):
    return [(step[0], step[1], step[2], step[4]) for step in history(job)]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("role", [None, *(role for role in Role if role != Role.ADMINISTRATOR)])
def test_others_order_nothing(submit, order, role):
    job = submit()

    with pytest.raises(NotPermitted):
        order(job, by=UserFactory(role=role))

    assert len(history(job)) == 1


@pytest.mark.parametrize("order", ORDERS)
def test_a_member_orders_nothing_about_the_jobs_of_others(submit, order):
    ben = UserFactory(email="ben@example.org")

    with pytest.raises(NotPermitted):
        order(submit(), by=ben)


@pytest.mark.parametrize("order", ORDERS)
def test_a_job_that_has_ended_takes_no_orders(submit, run, founder, order):
    job = submit()
    run(dt.timedelta(hours=1))

    with pytest.raises(JobNotRunning if order is orders.requeue_job else JobEnded):
        order(job, by=founder)


@pytest.mark.parametrize("order", [orders.hold_job, orders.release_job, orders.modify_job])
def test_a_job_that_runs_is_neither_held_nor_changed(submit, run, founder, order):
    job = submit()
    run(MINUTE)

    with pytest.raises(JobNotWaiting):
        order(job, by=founder)


def test_a_held_job_waits_and_keeps_its_place(submit, run, founder, allocation):
    job = submit()
    orders.hold_job(job, by=founder)
    orders.hold_job(job, by=founder)  # twice is once
    run(MINUTE)
    held = now_is(job)

    orders.release_job(job, by=founder)
    run(MINUTE)

    assert held == (JobState.PENDING, "JobHeldUser")
    assert now_is(job)[0] == JobState.RUNNING
    assert job.eligible_at == job.submitted_at
    assert notes(job)[1:] == [
        ("pending", "pending", founder, "Put on hold."),
        ("pending", "pending", founder, "Released."),
        ("pending", "running", None, ""),
    ]


def test_a_job_can_be_submitted_on_hold(submit, run, founder):
    job = submit(hold=True)
    run(MINUTE)

    assert now_is(job) == (JobState.PENDING, "JobHeldUser")


def test_a_user_does_not_release_what_an_administrator_holds(submit, run, founder, admin):
    job = submit()
    orders.hold_job(job, by=founder)
    orders.hold_job(job, by=admin)
    run(MINUTE)
    assert now_is(job) == (JobState.PENDING, "JobHeldAdmin")

    with pytest.raises(JobHeldByAdmin):
        orders.release_job(job, by=founder)
    orders.hold_job(job, by=founder)  # does not make it the user's

    job.refresh_from_db()
    assert job.hold == JobHold.ADMIN
    orders.release_job(job, by=admin)
    run(MINUTE)
    assert now_is(job)[0] == JobState.RUNNING


def test_an_administrator_releases_what_a_user_holds(submit, founder, admin):
    job = submit(hold=True)

    orders.release_job(job, by=admin)

    job.refresh_from_db()
    assert job.hold == JobHold.NOBODY


def test_an_administrator_is_a_user_like_any_other_in_the_own_project(monday):
    quiet_machine()
    ada = UserFactory(role=Role.ADMINISTRATOR)
    allocation = factories.active(by=ada)
    job = submit_job(allocation, by=ada, name="own", nodes=1, time_limit=60)

    orders.hold_job(job, by=ada)

    job.refresh_from_db()
    assert job.hold == JobHold.USER


def test_a_requeued_job_starts_again_and_is_charged_for_both_runs(submit, run, founder, allocation):
    job = submit(nodes=3, runtime=600)
    run(2 * MINUTE)
    orders.requeue_job(job, by=founder)
    run(MINUTE)
    job.refresh_from_db()
    assert (job.state, job.restarts, job.requeue_requested_at) == (JobState.RUNNING, 1, None)
    first = job.runs.get()
    run(20 * MINUTE)

    job.refresh_from_db()
    allocation.account.refresh_from_db()
    ran = int((first.ended_at - first.started_at).total_seconds())
    assert (job.state, job.elapsed, ran) == (JobState.COMPLETED, 600, 121)
    assert job.node_seconds == allocation.account.charged == 3 * (121 + 600)
    assert allocation.account.held == 0
    assert list(LedgerEntry.objects.filter(job=job).values_list("key", flat=True)) == [
        f"job:{job.pk}:hold",
        f"job:{job.pk}:1:hold",
        f"job:{job.pk}:charge",
        f"job:{job.pk}:1:charge",
    ]
    assert broken_invariants() == []


def test_a_requeue_within_one_step_is_the_same(submit, run, founder, allocation, travel):
    job = submit(runtime=600)
    run(SECOND)
    travel(MINUTE)
    orders.requeue_job(job, by=founder)
    orders.requeue_job(job, by=founder)  # twice is once
    run(dt.timedelta(hours=1))

    job.refresh_from_db()
    assert (job.state, job.restarts) == (JobState.COMPLETED, 1)
    assert [step[:4] for step in notes(job)][1:] == [
        ("pending", "running", None, ""),
        ("running", "running", founder, "Asked to start again."),
        ("running", "pending", None, "Put back into the queue."),
        ("pending", "running", None, ""),
        ("running", "completed", None, ""),
    ]
    assert broken_invariants() == []


def test_a_job_submitted_as_not_to_start_again_does_not(submit, run, founder):
    job = submit(may_requeue=False)
    run(MINUTE)

    with pytest.raises(RequeueNotAllowed):
        orders.requeue_job(job, by=founder)


def test_hours_that_a_requeue_gives_back_after_the_end_lapse(submit, run, founder, allocation):
    """The job waits for ever then: its allocation has ended."""
    run(allocation.ends_at - clock.now() - 5 * MINUTE)
    job = submit(runtime=3000)
    run(10 * MINUTE)
    orders.requeue_job(job, by=founder)
    run(10 * MINUTE)

    assert now_is(job) == (JobState.PENDING, "InvalidAccount")
    allocation.account.refresh_from_db()
    assert allocation.account.available == 0
    assert broken_invariants() == []


def test_with_less_a_job_keeps_its_place_and_with_more_it_queues_anew(submit, run, founder):
    submit(nodes=5884, time_limit=600, runtime=300)
    first, second = submit(nodes=5884, time_limit=120), submit(nodes=5884, time_limit=120)
    run(MINUTE)
    orders.modify_job(second, by=founder, time_limit=60)
    orders.modify_job(first, by=founder, nodes=5000, time_limit=180)
    run(MINUTE)
    first.refresh_from_db(), second.refresh_from_db()

    assert (first.nodes, first.time_limit, second.time_limit) == (5000, 180, 60)
    assert second.eligible_at == second.submitted_at
    assert first.eligible_at > first.submitted_at
    assert notes(first)[1] == (
        "pending",
        "pending",
        founder,
        "5884 × 0:02:00 → 5000 × 0:03:00",
    )
    run(dt.timedelta(hours=1))
    first.refresh_from_db(), second.refresh_from_db()
    assert second.started_at < first.started_at


def test_a_change_that_changes_nothing_is_none(submit, founder):
    job = submit()

    orders.modify_job(job, by=founder, nodes=2, time_limit=3600)

    assert len(history(job)) == 1


@pytest.mark.parametrize("change", [{"nodes": 5885}, {"time_limit": 43_201}, {"time_limit": 59}])
def test_a_change_into_what_could_never_start_is_refused(submit, founder, change):
    job = submit()

    with pytest.raises(JobNotPossible):
        orders.modify_job(job, by=founder, **change)

    job.refresh_from_db()
    assert (job.nodes, job.time_limit) == (2, 3600)


def test_an_order_about_an_array_reaches_the_tasks_that_allow_it(submit, run, founder):
    head = submit(array="0-3%2", runtime=300)
    run(MINUTE)
    tasks = Job.objects.filter(array=head).order_by("task")
    assert [task.state for task in tasks] == ["running", "running", "pending", "pending"]

    held = orders.for_all_tasks(orders.hold_job, head, by=founder)

    assert [task.task for task in held] == [2, 3]
    assert [task.hold for task in tasks.all()] == ["", "", "user", "user"]
    orders.for_all_tasks(orders.cancel_job, head, by=founder)
    run(MINUTE)
    assert {task.state for task in tasks.all()} == {"cancelled"}
    with pytest.raises(JobEnded):
        orders.for_all_tasks(orders.cancel_job, head, by=founder)


def test_an_order_about_the_array_of_a_job_without_one_is_about_the_job(submit, founder):
    job, other = submit(), submit()

    assert orders.for_all_tasks(orders.hold_job, job, by=founder) == [job]
    other.refresh_from_db()
    assert other.hold == JobHold.NOBODY
