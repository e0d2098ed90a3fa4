"""Jobs that wait for others, for a time, or for other tasks of their array."""

import datetime as dt

import pytest
from django.db import connection

from allocations.exceptions import DependencyNotPossible, JobNotPossible
from allocations.flows import orders
from allocations.flows.jobs import submit_job, submit_jobs
from allocations.flows.queue import advance_partition
from allocations.flows.specs import JobSpec
from allocations.models import Job, JobState, PendingReason
from allocations.scheduler import Reason
from tests.allocations import factories
from tests.allocations.quotas import pass_time, quiet_machine
from tests.allocations.records import broken_invariants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def allocation(monday):
    quiet_machine()
    return factories.active()


@pytest.fixture
def submit(allocation):
    def submit(**wishes):
        wishes = {"name": "train", "nodes": 2, "time_limit": 3600, "runtime": 120} | wishes
        return submit_job(allocation, by=allocation.project.proposal.applicant, **wishes)

    return submit


@pytest.fixture
def run(allocation, travel):
    return lambda by: pass_time(allocation, until=travel(by))


def now_is(job):
    job.refresh_from_db()
    return job.state, job.reason


def test_every_reason_of_the_engine_has_a_sentence():
    assert {reason.value for reason in Reason} == set(PendingReason.values)


@pytest.mark.parametrize(
    ("kind", "exit_code", "outcome"),
    [
        ("afterok", 0, (JobState.RUNNING, "None")),
        ("afterok", 1, (JobState.PENDING, "DependencyNeverSatisfied")),
        ("afternotok", 0, (JobState.PENDING, "DependencyNeverSatisfied")),
        ("afternotok", 1, (JobState.RUNNING, "None")),
        ("afterany", 0, (JobState.RUNNING, "None")),
        ("afterany", 1, (JobState.RUNNING, "None")),
    ],
)
@pytest.mark.parametrize("already", [False, True], ids=["before", "after its end"])
def test_a_job_waits_for_the_end_of_another(submit, run, kind, exit_code, outcome, already):
    first = submit(exit_code=exit_code)
    if already:
        run(5 * MINUTE)
    second = submit(after=f"{kind}:{first.pk}", runtime=600)
    if not already:
        run(MINUTE)
        assert now_is(second) == (JobState.PENDING, "Dependency")
        run(2 * MINUTE)
    run(MINUTE)

    assert now_is(second) == outcome
    first.refresh_from_db()
    if second.started_at is not None and not already:
        assert second.started_at == first.ended_at


def test_a_job_whose_dependency_is_cancelled_says_that_it_never_starts(submit, run):
    first = submit(hold=True)
    second, third = submit(after=f"afterok:{first.pk}"), submit(after=f"afterany:{first.pk}")
    run(MINUTE)
    orders.cancel_job(first, by=first.submitted_by)
    run(MINUTE)

    assert now_is(second) == (JobState.PENDING, "DependencyNeverSatisfied")
    assert now_is(third)[0] == JobState.RUNNING


def test_all_dependencies_have_to_be_fulfilled(submit, run):
    first, second = submit(runtime=60), submit(runtime=600)
    third = submit(after=f"afterok:{first.pk}:{second.pk}")
    run(5 * MINUTE)
    waits = now_is(third)
    run(10 * MINUTE)

    second.refresh_from_db()
    assert waits == (JobState.PENDING, "Dependency")
    assert now_is(third)[0] == JobState.COMPLETED
    assert third.started_at == second.ended_at


def test_a_dependency_on_an_array_waits_for_all_its_tasks_and_one_on_a_task_for_it(submit, run):
    array = submit(array="3-5%1", runtime=120)
    whole, task = submit(after=f"afterok:{array.pk}"), submit(after=f"afterok:{array.pk}_3")
    run(HOUR)

    first, _second, last = Job.objects.filter(array=array).order_by("task")
    whole.refresh_from_db(), task.refresh_from_db()
    assert (first.pk, task.started_at, whole.started_at) == (
        array.pk,
        first.ended_at,
        last.ended_at,
    )


def test_a_dependency_on_an_array_that_has_ended_counts_its_tasks(submit, run):
    array = submit(array="0-1", exit_code=1)
    run(HOUR)
    after = submit(after=f"afternotok:{array.pk}"), submit(after=f"afterok:{array.pk}")
    run(MINUTE)

    assert [now_is(job)[0] for job in after] == [JobState.RUNNING, JobState.PENDING]


def test_the_tasks_of_an_array_wait_for_those_of_another(submit, run):
    first = submit(array="0-1%1", runtime=120)
    second = submit(array="0-1", after=f"aftercorr:{first.pk}", runtime=60)
    run(HOUR)

    ends = Job.objects.filter(array=first).order_by("task").values_list("ended_at", flat=True)
    starts = Job.objects.filter(array=second).order_by("task").values_list("started_at", flat=True)
    assert list(starts) == list(ends)


def test_singletons_run_one_after_the_other_by_their_name(submit, run):
    first, second, other = (
        submit(after="singleton"),
        submit(after="singleton"),
        submit(name="other", after="singleton"),
    )
    run(HOUR)

    for job in (first, second, other):
        job.refresh_from_db()
    assert second.started_at == first.ended_at
    assert other.started_at == first.started_at


def test_a_job_starts_in_the_second_of_its_begin_time(submit, run, monday):
    job = submit(begin_at=monday + 5 * MINUTE + dt.timedelta(microseconds=7))
    run(MINUTE)
    waits = now_is(job)
    run(HOUR)

    job.refresh_from_db()
    assert waits == (JobState.PENDING, "BeginTime")
    assert job.started_at == monday + 5 * MINUTE


def test_a_begin_time_after_the_end_of_the_allocation_is_refused(submit, allocation):
    with pytest.raises(JobNotPossible):
        submit(begin_at=allocation.ends_at)


def test_of_an_array_as_many_tasks_run_as_it_allows(submit, run):
    array = submit(array="0-9%3")
    run(MINUTE)

    tasks = Job.objects.filter(array=array).order_by("task")
    assert [(task.state, task.reason) for task in tasks] == [("running", "None")] * 3 + [
        ("pending", "JobArrayTaskLimit")
    ] * 7
    assert [task.number for task in tasks][:2] == [f"{array.pk}_0", f"{array.pk}_1"]
    run(HOUR)
    assert {task.state for task in tasks.all()} == {JobState.COMPLETED}
    assert broken_invariants() == []


def test_the_outcomes_of_an_array_are_drawn_one_by_one(submit):
    array = submit(array="0-19", runtime=None)

    assert len(set(Job.objects.filter(array=array).values_list("runtime", flat=True))) > 5


@pytest.mark.parametrize(
    "text",
    ["afterok", "afterok:", "afterok:x", "after:1", "singleton:1", "afterok:1,", ":1", "afterok:٣"],
)
def test_what_is_no_dependency_is_refused_with_an_example(submit, text):
    with pytest.raises(DependencyNotPossible) as refusal:
        submit(after=text)

    assert "afterok:4711" in str(refusal.value)
    assert not Job.objects.exists()


def test_a_job_of_another_project_is_no_dependency(submit, allocation):
    other = factories.active()
    theirs = submit_job(other, by=other.case.owner, name="x", nodes=1, time_limit=60)

    with pytest.raises(DependencyNotPossible) as refusal:
        submit(after=f"afterok:{theirs.pk}")

    assert str(refusal.value) == f"Your project has no job {theirs.pk} on this partition."


def test_task_by_task_is_for_arrays(submit):
    first = submit()

    with pytest.raises(DependencyNotPossible):
        submit(after=f"aftercorr:{first.pk}")
    with pytest.raises(DependencyNotPossible):
        submit(after=f"aftercorr:{first.pk}", array="0-1")


def test_a_job_depends_on_a_bounded_number_of_others(submit):
    with pytest.raises(DependencyNotPossible):
        submit(after="afterok:" + ":".join(str(number) for number in range(1, 22)))


def test_several_jobs_are_submitted_all_or_none(allocation):
    good = JobSpec(name="a", nodes=1, time_limit=60)
    bad = JobSpec(name="b", nodes=5885, time_limit=60)

    with pytest.raises(JobNotPossible):
        submit_jobs(allocation, [good, bad], by=allocation.project.proposal.applicant)

    assert not Job.objects.exists()


def test_a_tick_with_every_condition_takes_few_queries_whatever_the_number_of_jobs(
    submit, allocation, travel, run, django_assert_max_num_queries
):
    """Also when jobs wait for jobs that have ended, and some start again.

    SQLite takes only so many values at once, so that there it is the same up to some 30 rows.
    """
    count = 10 if connection.vendor == "postgresql" else 3
    submit()
    ended = submit(array="0-5")
    run(HOUR)
    again = [submit(runtime=3000) for _number in range(3)]
    run(MINUTE)
    for job in again:
        orders.requeue_job(job, by=job.submitted_by)
    for _number in range(count):
        submit(after=f"afterok:{ended.pk}", array="0-3%2")
        submit(after=f"afternotok:{ended.pk}_1")
        submit(after="singleton")
        submit(hold=True)
    until = travel(2 * MINUTE)

    with django_assert_max_num_queries(25):
        advance_partition(allocation.partition_id, until=until)

    assert Job.objects.filter(restarts=1).count() == 3
    assert Job.objects.filter(reason="DependencyNeverSatisfied").count() == count
