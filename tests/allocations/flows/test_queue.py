import datetime as dt
from collections import Counter

import pytest

from allocations import tasks
from allocations.exceptions import AllocationNotActive, JobEnded, JobNotPossible
from allocations.flows import changes
from allocations.flows.audit import check_ledger
from allocations.flows.jobs import submit_job
from allocations.flows.orders import cancel_job
from allocations.flows.queue import advance_partition
from allocations.flows.ticks import tick
from allocations.models import Job, JobState, PendingReason
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted
from jaif_portal.models import Transition
from tests.allocations import factories
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def allocation(frozen_clock):
    """An active allocation on a machine that it has to itself."""
    booster = factories.booster()
    booster.background_load = 0
    booster.advanced_until = clock.now().replace(microsecond=0) - SECOND
    booster.save()
    return factories.active()


@pytest.fixture
def submit(allocation):
    def submit(*, nodes=2, time_limit=3600, runtime=100, **kwargs):
        return submit_job(
            allocation,
            by=allocation.project.proposal.applicant,
            name="train",
            nodes=nodes,
            time_limit=time_limit,
            runtime=runtime,
            **kwargs,
        )

    return submit


def broken_invariants():
    return [invariant.name for invariant, breaches in check_ledger() if breaches]


def test_a_job_runs_and_is_charged_for_what_it_used(submit, allocation, travel):
    job = submit()

    travel(dt.timedelta(minutes=5))
    tasks.advance_partitions()
    tasks.advance_partitions()  # a repeated beat changes nothing

    job.refresh_from_db()
    account = allocation.account
    account.refresh_from_db()
    assert (job.state, job.ended_at - job.started_at) == (JobState.COMPLETED, 100 * SECOND)
    assert (account.debited, account.held) == (2 * 100, 0)
    assert broken_invariants() == []


def test_a_running_job_holds_its_whole_time_limit(submit, allocation, travel):
    submit(runtime=3000)

    travel(dt.timedelta(minutes=5))
    tasks.advance_partitions()

    account = allocation.account
    account.refresh_from_db()
    assert (account.debited, account.held) == (0, 2 * 3600)
    assert broken_invariants() == []


@pytest.mark.parametrize(
    ("runtime", "exit_code", "state", "charged"),
    [
        (600, 0, JobState.COMPLETED, 600),
        (600, 3, JobState.FAILED, 600),
        (9999, 0, JobState.TIMEOUT, 3600),
    ],
)
def test_a_job_ends_as_its_run_time_and_exit_code_say(
    submit, allocation, travel, runtime, exit_code, state, charged
):
    job = submit(nodes=1, runtime=runtime, exit_code=exit_code)

    travel(dt.timedelta(hours=2))
    tasks.advance_partitions()

    job.refresh_from_db()
    account = allocation.account
    account.refresh_from_db()
    assert (job.state, account.debited) == (state, charged)


def test_the_history_of_a_job_tells_its_states(submit, travel):
    job = submit()
    travel(dt.timedelta(minutes=5))
    tasks.advance_partitions()

    states = [step.to_state for step in Transition.objects.of(job)]

    assert states == [JobState.PENDING, JobState.RUNNING, JobState.COMPLETED]


def test_a_job_that_the_budget_cannot_pay_for_now_waits_and_says_why(submit, travel):
    first = submit(nodes=1000, time_limit=3600, runtime=1800)
    second = submit(nodes=1000, time_limit=2000, runtime=60)
    travel(dt.timedelta(minutes=1))
    tasks.advance_partitions()

    second.refresh_from_db()
    assert (second.state, second.reason) == (
        JobState.PENDING,
        PendingReason.ASSOC_GRP_NODE_MINUTES,
    )

    travel(dt.timedelta(hours=1))
    tasks.advance_partitions()
    first.refresh_from_db()
    second.refresh_from_db()
    assert second.started_at == first.ended_at
    assert broken_invariants() == []


def test_jobs_wait_for_resources_and_priority(submit, travel):
    jobs = [
        submit(nodes=5884, time_limit=60, runtime=60),
        submit(nodes=5884, time_limit=60, runtime=60),
        submit(nodes=5884, time_limit=60, runtime=60),
    ]
    travel(dt.timedelta(seconds=30))
    tasks.advance_partitions()

    reasons = [Job.objects.get(pk=job.pk).reason for job in jobs]

    assert reasons == [PendingReason.NONE, PendingReason.RESOURCES, PendingReason.PRIORITY]


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"nodes": 5885}, "JUPITER booster has 5,884 nodes. Ask for 1 to 5,884."),
        ({"nodes": 0}, "JUPITER booster has 5,884 nodes. Ask for 1 to 5,884."),
        (
            {"time_limit": 43_201},
            (
                "The time limit must lie between 1 minute and 12 hours. Split longer work into "
                "jobs that save their state and go on from it."
            ),
        ),
        (
            {"nodes": 1251},
            (
                "This job may use up to 1,251.0 node-hours, and the allocation has 1,250.0 left. "
                "Ask for fewer nodes or a shorter time limit."
            ),
        ),
    ],
)
def test_a_job_that_could_never_start_is_refused_with_the_way_out(submit, shape, message):
    with pytest.raises(JobNotPossible) as refusal:
        submit(**shape)

    assert str(refusal.value) == message
    assert not Job.objects.filter(allocation__isnull=False).exists()


def test_a_job_is_refused_before_the_allocation_is_active(frozen_clock):
    allocation = factories.awarded()

    with pytest.raises(AllocationNotActive):
        submit_job(
            allocation,
            by=allocation.project.proposal.applicant,
            name="early",
            nodes=1,
            time_limit=60,
        )


def test_a_stranger_cannot_submit(allocation):
    with pytest.raises(NotPermitted):
        submit_job(allocation, by=UserFactory(), name="theirs", nodes=1, time_limit=60)


def test_a_waiting_job_that_is_cancelled_costs_nothing(submit, allocation, travel):
    job = submit()
    cancel_job(job, by=job.submitted_by)
    travel(dt.timedelta(minutes=5))
    tasks.advance_partitions()

    job.refresh_from_db()
    allocation.account.refresh_from_db()
    assert (job.state, allocation.account.debited) == (JobState.CANCELLED, 0)


def test_a_running_job_that_is_cancelled_is_charged_until_then(submit, allocation, travel):
    job = submit(nodes=3, runtime=3000)
    travel(dt.timedelta(seconds=61))
    tasks.advance_partitions()
    cancel_job(job, by=job.submitted_by)
    travel(dt.timedelta(minutes=5))
    tasks.advance_partitions()

    job.refresh_from_db()
    account = allocation.account
    account.refresh_from_db()
    seconds = int((job.ended_at - job.started_at).total_seconds())
    assert (job.state, seconds) == (JobState.CANCELLED, 61)
    assert (account.debited, account.held) == (3 * 61, 0)
    assert broken_invariants() == []


def test_an_ended_job_cannot_be_cancelled(submit, travel):
    job = submit()
    travel(dt.timedelta(hours=1))
    tasks.advance_partitions()

    with pytest.raises(JobEnded):
        cancel_job(job, by=job.submitted_by)


def test_a_job_without_simulated_outcome_gets_a_seeded_one(submit):
    outcomes = {(job.runtime > 0, job.exit_code >= 0) for job in (submit(runtime=None),)}

    assert outcomes == {(True, True)}


def test_the_background_load_is_the_same_however_it_is_advanced(frozen_clock):
    booster = factories.booster()
    start = clock.now().replace(microsecond=0)
    advance_partition(booster.pk, until=start)
    for minutes in (7, 200, 61, 450):
        start += dt.timedelta(minutes=minutes)
        advance_partition(booster.pk, until=start)
    in_steps = list(
        Job.objects.order_by("background_key").values_list("background_key", "started_at")
    )

    Job.objects.all().delete()
    booster.refresh_from_db()
    booster.background_day = None
    booster.advanced_until = start - dt.timedelta(minutes=718)
    booster.save()
    advance_partition(booster.pk, until=start)
    at_once = list(
        Job.objects.order_by("background_key").values_list("background_key", "started_at")
    )

    assert in_steps == at_once
    assert Job.objects.filter(state=JobState.RUNNING).count() > 10


@pytest.mark.parametrize("count", [1, 30])
def test_a_tick_takes_at_most_25_queries_whatever_the_number_of_jobs(
    submit, allocation, travel, django_assert_max_num_queries, count
):
    for _round in range(2):  # a job that ends, and jobs that begin and end within the tick
        travel(dt.timedelta(minutes=1))
        tasks.advance_partitions()
        for _number in range(count):
            submit(nodes=1, runtime=90)
    until = travel(dt.timedelta(minutes=2))

    with django_assert_max_num_queries(25):
        tick(allocation.partition_id, until=until, steps=40)

    states = Counter(Job.objects.values_list("state", flat=True))
    assert states == {JobState.COMPLETED: 2 * count}


def test_a_long_queue_is_given_its_reasons_in_few_statements(allocation, travel, monkeypatch):
    partition = allocation.partition
    for number in range(8):
        Job.objects.create(
            partition=partition,
            share=allocation.share,
            background_key=f"long:{number}",
            nodes=partition.nodes,
            time_limit=3600,
            runtime=3600,
            submitted_at=clock.now(),
            eligible_at=clock.now(),
        )
    monkeypatch.setattr(changes, "MANY", 3)
    monkeypatch.setattr(changes, "AT_ONCE", 4)

    tick(partition.pk, until=travel(dt.timedelta(minutes=1)), steps=1)

    reasons = [str(job.reason) for job in Job.objects.order_by("pk")]
    assert reasons == ["None", "Resources", *["Priority"] * 6]
