"""Conservative backfilling by hand, and its plan of free nodes against plain counting.

The jobs are ``Job(id, submit, nodes, limit, runtime)``.
"""

from random import Random

import pytest

from allocations.scheduler import Budget, Job, Machine, Policy, Reason, Scheduler, State
from allocations.scheduler.profile import Profile

from .schedules import run, start_times, starts


def conservative(jobs, *, nodes, until, state=None):
    scheduler = Scheduler(Machine(nodes), Policy.CONSERVATIVE, state)
    scheduler.submit(jobs)
    scheduler.advance(until=until)
    return scheduler


def test_a_job_goes_ahead_only_if_it_delays_nobody_who_waits():
    """Job 4 does not delay job 2, the head; EASY lets it go and so delays job 3."""
    jobs = [
        Job(1, 0, 2, 10, 10),
        Job(2, 1, 3, 10, 10),
        Job(3, 1, 4, 5, 5),
        Job(4, 2, 1, 20, 20),
    ]

    assert start_times(jobs, nodes=4, policy="easy") == {1: 0, 2: 10, 3: 22, 4: 2}
    assert start_times(jobs, nodes=4, policy="conservative") == {1: 0, 2: 10, 3: 20, 4: 25}


def test_reservations_move_forward_when_a_job_ends_early():
    jobs = [
        Job(1, 0, 4, 20, 6),
        Job(2, 1, 3, 10, 10),
        Job(3, 2, 2, 10, 10),
        Job(4, 3, 1, 10, 10),
    ]
    scheduler = conservative(jobs, nodes=4, until=5)
    before = scheduler.reservations

    scheduler.advance(until=6)

    assert before == {2: 20, 3: 30, 4: 20}
    assert scheduler.reservations == {3: 16}
    assert [entry.job.id for entry in scheduler.state.running] == [2, 4]


def test_a_job_moves_again_when_one_behind_it_has_moved_out_of_its_way():
    """Job 4 leaves 10 to 60 for now, so that job 3 need not wait for its end at 60."""
    jobs = [
        Job(1, 0, 2, 10, 10),
        Job(2, 0, 2, 100, 5),
        Job(3, 1, 3, 30, 30),
        Job(4, 1, 2, 50, 50),
    ]
    scheduler = conservative(jobs, nodes=4, until=4)
    before = scheduler.reservations

    scheduler.advance(until=5)

    assert before == {3: 100, 4: 10}
    assert scheduler.reservations == {3: 55}


def test_a_cancelled_reservation_is_given_to_those_behind():
    jobs = [Job(1, 0, 4, 10, 10), Job(2, 1, 4, 10, 10), Job(3, 1, 4, 10, 10)]
    scheduler = conservative(jobs, nodes=4, until=2)

    scheduler.cancel(2, at=3)
    scheduler.advance(until=3)

    assert scheduler.reservations == {3: 10}


def test_jobs_claim_their_budget_in_the_order_of_the_queue():
    jobs = [
        Job(1, 0, 4, 10, 10),
        Job(2, 1, 4, 10, 10, account=1),
        Job(3, 1, 2, 10, 10, account=1),
        Job(4, 2, 4, 10, 10),
    ]
    scheduler = conservative(jobs, nodes=4, until=2, state=State(budgets={1: Budget(59)}))

    assert scheduler.reservations == {2: 10, 4: 20}
    assert scheduler.reasons() == {
        2: Reason.RESOURCES,
        3: Reason.ASSOC_GRP_NODE_MINUTES,
        4: Reason.PRIORITY,
    }
    scheduler.set_budget(1, Budget(60))
    scheduler.advance(until=2)
    assert scheduler.reservations == {2: 10, 3: 30, 4: 20}


def test_a_job_that_loses_its_budget_loses_its_reservation():
    jobs = [Job(1, 0, 4, 10, 10), Job(2, 1, 4, 10, 10, account=1), Job(3, 2, 4, 10, 10)]
    scheduler = conservative(jobs, nodes=4, until=2, state=State(budgets={1: Budget(40)}))

    scheduler.set_budget(1, Budget(0))
    scheduler.advance(until=2)

    assert scheduler.reservations == {3: 10}
    assert scheduler.reservation == (jobs[2], 10)


def test_a_reservation_that_does_not_fit_is_made_anew():
    jobs = (Job(2, 0, 4, 10, 10), Job(3, 0, 4, 10, 10))
    state = State(now=5, waiting=jobs, reservations=((2, 20), (3, 25)))

    scheduler = Scheduler(Machine(4), Policy.CONSERVATIVE, state)
    scheduler.advance(until=5)

    assert scheduler.reservations == {3: 15}


@pytest.mark.parametrize("seed", range(40))
def test_a_profile_counts_as_one_counts_second_by_second(seed):
    rng = Random(f"profile {seed}")
    profile, plain = Profile(8), [8] * 60
    taken = []
    for now in range(0, 40, 2):
        profile.forget_before(now)
        taken = [entry for entry in taken if entry[1] > now]
        nodes, seconds = rng.randint(1, 8), rng.randint(1, 10)
        start = profile.earliest(nodes, seconds, after=now)
        counted = next(
            s for s in range(now, 999) if min(plain[s : s + seconds], default=8) >= nodes
        )
        assert start == counted
        assert profile.fits(start, start + seconds, nodes)
        plain += [8] * (start + seconds - len(plain))
        profile.take(start, start + seconds, nodes)
        plain[start : start + seconds] = [free - nodes for free in plain[start : start + seconds]]
        taken.append((start, start + seconds, nodes))
        if rng.random() < 0.4:
            start, end, nodes = taken.pop(rng.randrange(len(taken)))
            start = max(start, now)
            profile.give(start, end, nodes)
            plain[start:end] = [free + nodes for free in plain[start:end]]
        assert profile.most_free(now, now + 5) == max(plain[now : now + 5])
        steps = profile.steps()
        for second in range(now, len(plain)):
            assert [free for at, free in steps if at <= second][-1] == plain[second]


def test_a_profile_never_promises_more_nodes_than_there_are():
    with pytest.raises(ValueError, match="never 9 nodes"):
        Profile(8).earliest(9, 1, after=0)


@pytest.mark.parametrize(("promised", "expected"), [(10, {1: 10, 2: 20}), (11, {2: 10, 1: 20})])
def test_of_the_promises_in_a_stored_state_those_that_lie_ahead_are_kept(promised, expected):
    jobs = Job(1, 1, 4, 10, 10), Job(2, 2, 4, 10, 10)
    state = State(now=10, waiting=jobs, reservations=((2, promised),))

    assert starts(run([], nodes=4, policy="conservative", state=state)[1]) == expected
