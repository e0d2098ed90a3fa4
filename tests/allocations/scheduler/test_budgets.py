import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocations.scheduler import (
    Budget,
    Ended,
    Job,
    Machine,
    Reason,
    Scheduler,
    State,
    backfill,
)

from . import generated
from .schedules import outcomes, run, starts


def with_budget(available, *, ends_at=None, nodes=4):
    return Scheduler(Machine(nodes), state=State(budgets={1: Budget(available, ends_at)}))


def test_a_job_starts_only_if_its_budget_covers_all_it_may_use():
    scheduler = with_budget(40)
    scheduler.submit([Job(1, 0, 4, 10, 1, account=1), Job(2, 0, 4, 11, 1, account=1)])

    assert starts(scheduler.run()) == {1: 0}


def test_what_a_job_may_use_is_set_aside_and_the_unused_part_comes_back():
    scheduler = with_budget(50)
    scheduler.submit([Job(1, 0, 4, 10, 3, account=1)])

    scheduler.advance(until=0)
    assert scheduler.state.budgets == {1: Budget(10)}
    scheduler.advance(until=3)
    assert scheduler.state.budgets == {1: Budget(38)}


def test_what_a_cancelled_job_did_not_use_comes_back():
    scheduler = with_budget(50)
    scheduler.submit([Job(1, 3, 4, 10, 10, account=1)])
    scheduler.cancel(1, at=5)
    scheduler.advance(until=5)

    assert scheduler.state.budgets == {1: Budget(42)}


def test_a_job_starts_when_an_earlier_one_gives_back_what_it_lacked():
    scheduler = with_budget(40, ends_at=99)
    scheduler.submit([Job(1, 0, 2, 20, 5, account=1), Job(2, 0, 2, 15, 15, account=1)])

    assert starts(scheduler.run()) == {1: 0, 2: 5}


def test_a_job_without_budget_blocks_nobody_behind_it():
    scheduler = with_budget(0)
    scheduler.submit([Job(1, 0, 3, 10, 10), Job(2, 1, 4, 10, 10, account=1), Job(3, 2, 1, 99, 99)])

    assert starts(scheduler.run()) == {1: 0, 3: 2}


def test_no_job_starts_when_or_after_its_budget_ends():
    scheduler = with_budget(1000, ends_at=10)
    scheduler.submit([Job(1, 0, 4, 10, 10), Job(2, 0, 1, 10, 10, account=1), Job(3, 9, 1, 1, 1)])

    assert starts(scheduler.run()) == {1: 0, 3: 10}
    assert scheduler.reasons() == {2: Reason.INVALID_ACCOUNT}


def test_a_job_may_run_on_after_its_budget_has_ended():
    scheduler = with_budget(1000, ends_at=10)
    scheduler.submit([Job(1, 9, 4, 10, 10, account=1)])

    assert outcomes(scheduler.run()) == {1: (9, 19, "COMPLETED")}


def test_jobs_behind_a_head_whose_budget_ends_move_up_in_that_second():
    scheduler = with_budget(1000, ends_at=5)
    scheduler.submit([Job(1, 0, 3, 10, 10), Job(2, 0, 4, 10, 10, account=1), Job(3, 0, 1, 99, 99)])
    scheduler.cancel(3, at=50)  # which is no reason to sleep until then

    assert starts(scheduler.run()) == {1: 0, 3: 5}


def test_a_job_of_an_unknown_account_waits():
    scheduler = with_budget(1000)
    scheduler.submit([Job(1, 0, 1, 1, 1, account=2)])

    assert scheduler.run()[1:] == []
    assert scheduler.reasons() == {1: Reason.INVALID_ACCOUNT}


def test_a_budget_topped_up_between_two_advances_lets_its_jobs_start():
    scheduler = with_budget(0)
    scheduler.submit([Job(1, 0, 4, 10, 10, account=1)])
    scheduler.advance(until=7)

    scheduler.set_budget(1, Budget(40))

    assert starts(scheduler.advance(until=20)) == {1: 7}


def test_a_budget_topped_up_in_a_stored_state_lets_its_jobs_start():
    state = State(now=7, waiting=(Job(1, 0, 4, 10, 10, account=1),), budgets={1: Budget(40)})

    assert starts(Scheduler(Machine(4), state=state).advance(until=20)) == {1: 7}


def test_a_budget_cut_between_two_advances_takes_the_head_its_place():
    scheduler = with_budget(40)
    scheduler.submit([Job(1, 0, 3, 10, 10), Job(2, 0, 4, 10, 10, account=1), Job(3, 0, 1, 99, 99)])
    scheduler.advance(until=7)

    scheduler.set_budget(1, Budget(39))

    assert starts(scheduler.advance(until=20)) == {3: 7}


def test_a_job_of_the_same_account_does_not_take_what_the_head_was_promised():
    scheduler = with_budget(45)
    scheduler.submit(
        [
            Job(1, 0, 3, 10, 10),
            Job(2, 0, 4, 10, 10, account=1),
            Job(3, 0, 1, 6, 6, account=1),
            Job(4, 0, 1, 5, 5, account=1),
        ]
    )

    assert starts(scheduler.run()) == {1: 0, 4: 0, 2: 10}


@pytest.mark.parametrize(("available", "start"), [(45, {4: 5, 2: 10, 5: 20}), (44, {5: 5, 2: 10})])
def test_nodes_freed_beside_the_head_go_to_whom_their_budget_lets_start(available, start):
    scheduler = with_budget(available, ends_at=99)
    scheduler.submit(
        [
            Job(1, 0, 3, 10, 10),
            Job(2, 0, 4, 10, 10, account=1),
            Job(3, 0, 1, 5, 5),
            Job(4, 1, 1, 5, 5, account=1),
            Job(5, 1, 1, 5, 5),
        ]
    )

    assert starts(scheduler.run()) == {1: 0, 3: 0, **start}


def test_what_a_cancelled_head_was_promised_is_free_for_its_account():
    scheduler = with_budget(45)
    scheduler.submit(
        [
            Job(1, 0, 3, 10, 10),
            Job(2, 0, 4, 10, 10, account=1),
            Job(3, 0, 1, 6, 6, account=1),
        ]
    )
    scheduler.cancel(2, at=3)

    assert starts(scheduler.run()) == {1: 0, 3: 3}


def test_what_a_head_was_promised_is_free_for_its_account_when_another_goes_before_it():
    scheduler = with_budget(45, ends_at=99)
    scheduler.submit(
        [
            Job(1, 0, 3, 10, 10),
            Job(5, 1, 4, 10, 10, account=1),
            Job(6, 2, 1, 6, 6, account=1),
        ]
    )
    scheduler.advance(until=3)
    scheduler.submit([Job(2, 0, 4, 10, 10)])

    assert starts(scheduler.run()) == {6: 3, 2: 10}


def test_a_refused_job_can_be_cancelled():
    scheduler = with_budget(0)
    scheduler.submit([Job(1, 0, 4, 10, 10, account=1), Job(2, 0, 4, 10, 10, account=1)])
    scheduler.cancel(1, at=3)

    assert outcomes(scheduler.run()) == {1: (None, 3, "CANCELLED")}
    assert scheduler.reasons() == {2: Reason.ASSOC_GRP_NODE_MINUTES}


@pytest.mark.parametrize("long", [0, 600])
def test_a_job_whose_budget_comes_back_goes_before_the_head_and_moves_its_promise(
    long, monkeypatch
):
    """Job 3 may run until 12 once job 1 has given back its part, and so may job 5."""
    monkeypatch.setattr(backfill, "LONG", long)
    scheduler = with_budget(43, nodes=8)
    scheduler.submit(
        [
            Job(1, 0, 7, 5, 3, account=1),
            Job(3, 0, 1, 9, 9, account=1),
            Job(4, 0, 8, 9, 3),
            Job(5, 0, 1, 8, 8),
        ]
    )

    assert starts(scheduler.run()) == {1: 0, 3: 3, 5: 3, 4: 12}


@given(st.integers(0, 10**6), st.sampled_from(["fcfs", "easy"]))
@settings(deadline=None)
def test_budgets_are_never_overdrawn_and_nothing_is_lost(seed, policy):
    nodes, jobs, budgets, cancelled = generated.funded_trace(seed)
    scheduler, _ = run([], nodes=nodes, policy=policy, state=State(budgets=budgets))
    scheduler.submit(jobs)
    for job_id, at in cancelled.items():
        scheduler.cancel(job_id, at=at)
    used = dict.fromkeys(budgets, 0)

    while (at := scheduler.peek()) is not None:
        for event in scheduler.advance(until=at):
            if hasattr(event, "elapsed") and event.job.account in used:
                used[event.job.account] += event.job.nodes * event.elapsed
        state = scheduler.state
        held = dict.fromkeys(budgets, 0)
        for entry in state.running:
            if entry.job.account in held:
                held[entry.job.account] += entry.job.cost
        for account, budget in state.budgets.items():
            assert budget.available >= 0
            assert budget.available + held[account] + used[account] == budgets[account].available


def test_ended_says_how_long_the_job_ran():
    _, events = run([Job(1, 5, 1, 10, 4)], nodes=1)

    assert [event.elapsed for event in events if isinstance(event, Ended)] == [4]
