"""What jobs wait for besides nodes, by hand; they are ``Job(id, submit, nodes, limit, runtime)``.

The kinds of dependencies and the reasons are those of ``man sbatch`` and ``man squeue``.
"""

import pytest

from allocations.scheduler import (
    Conditions,
    Dependency,
    DependencyKind,
    Ended,
    EndedJob,
    Hold,
    Job,
    JobState,
    Machine,
    Policy,
    Reason,
    Requeued,
    Scheduler,
    State,
)

from .schedules import run, starts

every_policy = pytest.mark.parametrize("policy", Policy)


def scheduled(jobs, *, nodes=4, policy=Policy.EASY, until=0):
    scheduler = Scheduler(Machine(nodes), policy)
    scheduler.submit(jobs)
    events = scheduler.advance(until=until)
    return scheduler, events


def after(kind, *others):
    return Conditions(after=tuple(Dependency(DependencyKind(kind), other) for other in others))


def task(number, *, limit=None, array=100, kind=None, on=0):
    dependencies = () if kind is None else (Dependency(DependencyKind(kind), on),)
    return Conditions(array=array, task=number, task_limit=limit, after=dependencies)


@every_policy
def test_a_job_starts_at_its_begin_time_and_holds_up_nobody_before(policy):
    later = Job(1, 0, 4, 5, 5, conditions=Conditions(begin=20))
    scheduler, _ = scheduled([later, Job(2, 0, 4, 15, 15)], policy=policy)

    assert scheduler.reasons() == {1: Reason.BEGIN_TIME}
    assert scheduler.state.blocked == (later,)
    assert starts(scheduler.run()) == {1: 20}


@every_policy
@pytest.mark.parametrize(
    ("by", "reason"),
    [(Hold.USER, Reason.JOB_HELD_USER), (Hold.ADMIN, Reason.JOB_HELD_ADMIN)],
)
def test_a_held_job_waits_for_its_release_and_keeps_its_place(policy, by, reason):
    jobs = [Job(1, 0, 4, 10, 10), Job(2, 1, 4, 10, 10), Job(3, 2, 4, 10, 10)]
    scheduler, _ = scheduled(jobs, policy=policy, until=3)
    scheduler.hold(2, by=by)
    scheduler.advance(until=12)

    assert scheduler.reasons() == {2: reason}
    scheduler.submit([Job(4, 13, 4, 10, 10)])
    scheduler.advance(until=14)
    scheduler.release(2)
    promised = policy is Policy.CONSERVATIVE  # to job 4, while job 2 was held
    assert starts(scheduler.run()) == ({4: 20, 2: 30} if promised else {2: 20, 4: 30})


@every_policy
def test_a_job_that_is_held_and_released_in_one_second_waits_on(policy):
    jobs = [Job(1, 0, 4, 10, 10), Job(2, 1, 4, 10, 10)]
    scheduler, _ = scheduled(jobs, policy=policy, until=3)

    scheduler.hold(2)
    scheduler.release(2)

    assert starts(scheduler.run()) == {2: 10}


def test_a_job_can_be_held_before_it_arrives():
    scheduler, _ = scheduled([Job(1, 5, 1, 1, 1)])
    scheduler.hold(1)

    scheduler.advance(until=9)

    assert scheduler.reasons() == {1: Reason.JOB_HELD_USER}


def test_only_a_job_that_waits_can_be_held_released_or_modified():
    scheduler, _ = scheduled([Job(1, 0, 1, 9, 9)])

    for order in (scheduler.hold, scheduler.release, scheduler.modify):
        with pytest.raises(ValueError, match="job 1 runs"):
            order(1)
        with pytest.raises(LookupError, match="no job 2 waits"):
            order(2)


@every_policy
def test_a_job_that_asks_for_less_may_start_sooner(policy):
    jobs = [Job(1, 0, 3, 10, 10), Job(2, 1, 4, 10, 10)]
    scheduler, _ = scheduled(jobs, policy=policy, until=2)

    scheduler.modify(2, nodes=1, limit=4)

    assert starts(scheduler.run()) == {2: 2}
    assert scheduler.now == 10


def test_a_job_cannot_ask_for_more():
    scheduler, _ = scheduled([Job(1, 5, 1, 9, 9)])

    for more in ({"nodes": 2}, {"limit": 10}):
        with pytest.raises(ValueError, match="more than before"):
            scheduler.modify(1, **more)


@every_policy
def test_a_job_of_the_lowest_priority_goes_after_those_that_come_later(policy):
    jobs = [Job(1, 0, 4, 10, 10), Job(2, 1, 4, 5, 5, low=True), Job(3, 2, 4, 10, 10)]

    assert starts(run(jobs, nodes=4, policy=policy)[1]) == {1: 0, 3: 10, 2: 20}


@pytest.mark.parametrize("policy", ["easy", "easy-sjbf", "conservative"])
def test_a_job_of_the_lowest_priority_uses_what_nobody_else_can(policy):
    jobs = [
        Job(1, 0, 3, 10, 10),
        Job(2, 1, 4, 10, 10),
        Job(3, 2, 1, 3, 3, low=True),
        Job(4, 2, 1, 4, 4),
    ]

    assert starts(run(jobs, nodes=4, policy=policy)[1]) == {1: 0, 2: 10, 4: 2, 3: 6}


def test_conservative_promises_nothing_to_a_job_of_the_lowest_priority():
    jobs = [Job(1, 0, 4, 10, 10), Job(2, 1, 4, 5, 5, low=True)]
    scheduler, _ = scheduled(jobs, policy=Policy.CONSERVATIVE, until=3)

    assert scheduler.reservations == {}
    assert scheduler.reasons() == {2: Reason.RESOURCES}


@pytest.mark.parametrize(
    ("kind", "exit_code", "reason"),
    [
        ("afterok", 0, None),
        ("afterok", 1, Reason.DEPENDENCY_NEVER_SATISFIED),
        ("afternotok", 0, Reason.DEPENDENCY_NEVER_SATISFIED),
        ("afternotok", 1, None),
        ("afterany", 0, None),
        ("afterany", 1, None),
    ],
)
def test_a_job_waits_for_how_another_ends(kind, exit_code, reason):
    jobs = [Job(1, 0, 1, 9, 9, exit_code=exit_code), Job(2, 0, 1, 9, 9, conditions=after(kind, 1))]
    scheduler, _ = scheduled(jobs, until=8)

    assert scheduler.reasons() == {2: Reason.DEPENDENCY}
    events = scheduler.run()
    assert starts(events) == ({} if reason else {2: 9})
    assert scheduler.reasons() == ({2: reason} if reason else {})


def test_a_cancelled_job_has_not_ended_well():
    jobs = [Job(1, 0, 1, 9, 9), Job(2, 0, 1, 9, 9, conditions=after("afterok", 1))]
    scheduler, _ = scheduled(jobs, until=8)
    scheduler.cancel(1, at=8)

    scheduler.advance(until=8)

    assert scheduler.state.ended == (EndedJob(1, JobState.CANCELLED),)
    assert scheduler.reasons() == {2: Reason.DEPENDENCY_NEVER_SATISFIED}


def test_a_job_waits_for_all_it_depends_on_but_not_for_what_nobody_knows():
    jobs = [
        Job(1, 0, 1, 9, 9),
        Job(2, 0, 1, 5, 5),
        Job(3, 0, 1, 9, 9, conditions=after("afterok", 1, 2, 77)),
    ]

    assert starts(run(jobs, nodes=4)[1]) == {1: 0, 2: 0, 3: 9}


def test_a_job_waits_for_all_tasks_of_an_array():
    tasks = [Job(n, 0, 1, 9, 3 + n, conditions=task(n)) for n in (1, 2)]
    last = Job(3, 0, 1, 9, 9, conditions=after("afterok", 100))

    assert starts(run([*tasks, last], nodes=4)[1]) == {1: 0, 2: 0, 3: 5}


def test_a_task_waits_for_the_task_with_the_same_number():
    first = [Job(n, 0, 1, 9, 3 + n, exit_code=n == 3, conditions=task(n)) for n in (1, 2, 3)]
    second = [
        Job(10 + n, 0, 1, 9, 9, conditions=task(n, array=200, kind="aftercorr", on=100))
        for n in (1, 2, 3, 4)
    ]
    scheduler, _ = run([*first, *second], nodes=9)

    assert starts(run([*first, *second], nodes=9)[1]) == {1: 0, 2: 0, 3: 0, 14: 0, 11: 4, 12: 5}
    assert scheduler.reasons() == {13: Reason.DEPENDENCY_NEVER_SATISFIED}


def test_of_a_singleton_one_runs_at_a_time():
    single = after("singleton", 0)
    jobs = [
        Job(1, 0, 1, 9, 9, user="ada", name="train"),
        Job(2, 1, 1, 9, 9, user="ada", name="train", conditions=single),
        Job(3, 1, 1, 9, 9, user="ada", name="test", conditions=single),
        Job(4, 1, 1, 9, 9, user="bob", name="train", conditions=single),
        Job(5, 1, 1, 9, 9, user="ada", name="train", conditions=single),
    ]

    assert starts(run(jobs, nodes=9)[1]) == {1: 0, 2: 9, 3: 1, 4: 1, 5: 18}


@every_policy
def test_an_array_runs_no_more_tasks_than_it_allows(policy):
    jobs = [Job(n, 0, 1, 9, 3, conditions=task(n, limit=2)) for n in range(1, 6)]
    scheduler, _ = scheduled(jobs, policy=policy, until=1)

    assert scheduler.reasons() == dict.fromkeys((3, 4, 5), Reason.JOB_ARRAY_TASK_LIMIT)
    assert starts(scheduler.run()) == {3: 3, 4: 3, 5: 6}


def test_a_held_task_gives_its_room_to_the_next():
    jobs = [Job(9, 0, 4, 5, 5)] + [Job(n, 1, 1, 9, 3, conditions=task(n, limit=1)) for n in (1, 2)]
    scheduler, _ = scheduled(jobs, until=2)

    scheduler.hold(1)
    scheduler.advance(until=2)

    assert scheduler.reasons() == {2: Reason.RESOURCES, 1: Reason.JOB_HELD_USER}


@pytest.mark.parametrize("wrong", [{"task_limit": 2}, {"array": 1, "task_limit": 0}])
def test_a_task_limit_belongs_to_an_array(wrong):
    with pytest.raises(ValueError, match="task_limit"):
        Conditions(**wrong)


@every_policy
def test_a_requeued_job_waits_again_as_if_it_came_then(policy):
    jobs = [Job(1, 0, 4, 10, 10), Job(2, 1, 4, 10, 10)]
    scheduler, _ = scheduled(jobs, policy=policy)
    scheduler.requeue(1, at=4)

    events = scheduler.run()

    again = Job(1, 4, 4, 10, 10, restarts=1)
    requeued = next(event for event in events if isinstance(event, Requeued))
    assert requeued == Requeued(again, 0, 4)
    assert requeued.elapsed == 4
    assert starts(events) == {2: 4, 1: 14}
    assert events[-1] == Ended(again, 14, 24, JobState.COMPLETED)


def test_a_job_that_does_not_run_is_not_requeued():
    scheduler, _ = scheduled([Job(1, 0, 4, 5, 5), Job(2, 0, 4, 5, 5)])
    scheduler.requeue(2, at=3)
    scheduler.requeue(1, at=5)

    assert not any(isinstance(event, Requeued) for event in scheduler.run())
    with pytest.raises(LookupError, match="no job 1"):
        scheduler.requeue(1, at=9)


def test_how_a_job_has_ended_is_kept_for_as_long_as_others_need_to_know():
    jobs = [
        Job(1, 0, 1, 2, 2, exit_code=1),
        Job(2, 0, 1, 9, 9),
        Job(3, 0, 1, 9, 9, conditions=after("afternotok", 1)),
        Job(4, 0, 1, 9, 9),
    ]
    scheduler, _ = scheduled(jobs, until=3)
    assert [entry.id for entry in scheduler.state.ended] == [1]

    scheduler.run()

    assert scheduler.state == State(now=11)
