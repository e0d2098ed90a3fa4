"""What the engine does around the policy slurm: who is let in, and which orders call for a pass."""

from dataclasses import replace

import pytest

from allocations.scheduler import (
    Association,
    Budget,
    Conditions,
    Dependency,
    DependencyKind,
    EndedJob,
    Hold,
    Job,
    JobState,
    Reason,
    Rejected,
    SlurmConfig,
    SlurmState,
    State,
)

from .schedules import outcomes, scheduler_for, starts

ONE_EACH = SlurmConfig(associations=(Association(7, max_submit=1),), bf_interval=0)


def one(number, submit, nodes=1, **more):
    return Job(number, submit, nodes, 100, 100, account=7, **more)


def after(number):
    return Conditions(after=(Dependency(DependencyKind.AFTER_OK, number),))


@pytest.mark.parametrize(
    ("order", "number"),
    [("cancel", 3), ("cancel", 4), ("cancel", 5), ("requeue", 3), ("requeue", 4), ("requeue", 2)],
)
def test_an_order_that_changes_nothing_calls_for_no_pass(order, number):
    """A pass would make the backfill pass of 90 due, since there is a node for job 6."""
    scheduler = scheduler_for(4, SlurmConfig(bf_interval=30, bf_resolution=1))
    scheduler.submit(
        [
            Job(1, 0, 3, 1000, 1000),
            Job(2, 0, 4, 10, 10),
            Job(3, 0, 1, 35, 35),
            Job(4, 500, 1, 10, 10),
            Job(5, 0, 1, 10, 10, conditions=Conditions(hold=Hold.USER)),
            Job(6, 0, 1, 5000, 5000),
        ]
    )
    getattr(scheduler, order)(number, at=70)
    scheduler.advance(until=69)
    instants = scheduler.instants

    scheduler.advance(until=100)

    assert scheduler.instants == instants + 1
    assert scheduler.state.slurm.backfill_due is False


def test_a_job_that_was_refused_has_not_ended_well():
    scheduler = scheduler_for(4, ONE_EACH)
    scheduler.submit([one(1, 0), one(2, 1), Job(3, 0, 1, 10, 10, conditions=after(2))])

    assert Rejected(one(2, 1), 1, Reason.ASSOC_MAX_SUBMIT_JOBS) in scheduler.advance(until=5)
    assert scheduler.state.ended == (EndedJob(2, JobState.CANCELLED),)
    assert scheduler.reasons() == {3: Reason.DEPENDENCY_NEVER_SATISFIED}


def test_who_arrives_beside_a_job_that_is_refused_arrives_in_the_same_pass():
    config = SlurmConfig(associations=(Association(7, max_wall=99),))
    scheduler = scheduler_for(4, config)
    scheduler.submit([Job(1, 0, 4, 9, 9), one(2, 0), Job(3, 0, 4, 9, 9, site_factor=9)])

    assert starts(scheduler.run()) == {3: 0, 1: 9}


def test_the_number_of_a_job_that_was_refused_is_free():
    scheduler = scheduler_for(4, ONE_EACH)
    scheduler.submit([one(1, 0), one(2, 1)])
    scheduler.advance(until=200)

    scheduler.submit([one(2, 201)])

    assert outcomes(scheduler.run()) == {2: (201, 301, "COMPLETED")}


@pytest.mark.parametrize(("nodes", "started"), [(4, None), (1, 1)])
def test_a_cancelled_job_counts_no_longer_as_submitted(nodes, started):
    scheduler = scheduler_for(4, ONE_EACH)
    scheduler.submit([Job(9, 0, 1, 50, 50), one(1, 1, nodes), one(2, 5)])
    scheduler.cancel(1, at=4)

    events = scheduler.run()

    assert outcomes(events)[1] == (started, 4, "CANCELLED")
    assert starts(events)[2] == 5


def test_a_job_that_is_cancelled_before_it_arrives_has_never_counted_as_submitted():
    scheduler = scheduler_for(4, ONE_EACH)
    scheduler.submit([one(1, 0), one(2, 50), one(3, 10)])
    scheduler.cancel(2, at=5)

    assert outcomes(scheduler.run())[3] == (None, 10, "AssocMaxSubmitJobLimit")


def test_no_job_starts_when_or_after_its_budget_ends():
    config = SlurmConfig(associations=(Association(7),), bf_interval=0)
    scheduler = scheduler_for(4, config, State(budgets={7: Budget(10_000, ends_at=10)}))
    scheduler.submit([one(1, 9), one(2, 10)])

    assert starts(scheduler.run()) == {1: 9}
    assert scheduler.reasons() == {2: Reason.INVALID_ACCOUNT}


def test_a_stored_state_goes_on_with_what_it_knows_of_usage_and_of_passes():
    config = replace(ONE_EACH, priority_decay_half_life=None)
    scheduler = scheduler_for(4, config)
    scheduler.submit([one(1, 0), Job(2, 10, 4, 10, 10), Job(3, 10, 4, 10, 10)])
    scheduler.advance(until=70)

    stored = scheduler.state

    assert [used.used > 0 for used in stored.slurm.usage] == [True]
    assert scheduler_for(4, config, stored).state == stored


def test_a_stored_state_knows_how_jobs_have_ended_and_when_others_may_begin():
    scheduler = scheduler_for(4, ONE_EACH)
    scheduler.submit(
        [
            Job(1, 0, 1, 5, 5),
            Job(2, 0, 4, 30, 30),
            Job(3, 0, 1, 5, 5, conditions=Conditions(begin=50)),
            Job(4, 1, 1, 5, 5, conditions=after(1)),
        ]
    )
    scheduler.advance(until=6)

    scheduler = scheduler_for(4, ONE_EACH, scheduler.state)

    assert starts(scheduler.run()) == {4: 35, 3: 50}


def test_a_stored_state_goes_on_from_the_last_second_that_the_policy_has_seen():
    slurm = SlurmState(eligible=((1, 0),), pass_due=True, at=0)
    state = State(now=600, waiting=(Job(1, 0, 4, 10, 10),), slurm=slurm)

    assert starts(scheduler_for(4, ONE_EACH, state).run()) == {1: 600}
