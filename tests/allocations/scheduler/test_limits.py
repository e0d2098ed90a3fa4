"""Budgets by themselves; how they act on a queue is in ``test_budgets``.

The jobs are ``Job(id, submit, nodes, limit, runtime)``.
"""

import pytest

from allocations.scheduler import Association, Budget, Job, Partition, QoS, Reason
from allocations.scheduler.limits import Budgets, RuledBudgets
from allocations.scheduler.occupancy import FOREVER
from allocations.scheduler.terms import Rules

FREE = Job(1, 0, 1, 10, 10)
LATER = 50


def job(number, cost, account=1, **more):
    return Job(number, 0, 1, cost, cost, account=account, **more)


def budgets(available, *, ends_at=None, now=0):
    return Budgets({1: Budget(available, ends_at)}, now=now)


def ruled(available, *, factor=1.0, ends_at=None):
    rules = Rules((Partition("a"),), (QoS("normal", usage_factor=factor),), (Association(1),))
    return RuledBudgets({1: Budget(available, ends_at)}, now=0, rules=rules)


@pytest.mark.parametrize(("now", "ahead"), [(0, 5), (4, 5), (5, 9), (9, FOREVER)])
def test_the_next_expiry_is_the_first_that_lies_ahead(now, ahead):
    ends = {1: Budget(1, 9), 2: Budget(1, 5), 3: Budget(1)}

    assert Budgets(ends, now=now).next_expiry == ahead


def test_those_ahead_in_the_queue_have_their_part_first():
    queue = [job(1, 30), FREE, job(2, 30), job(3, 41), job(4, 40), job(5, 1)]

    assert budgets(100).refusals(queue, 0) == {
        3: Reason.ASSOC_GRP_NODE_MINUTES,
        5: Reason.ASSOC_GRP_NODE_MINUTES,
    }


def test_nobody_in_the_queue_has_a_part_of_a_budget_that_has_ended():
    queue = [job(1, 30), job(2, 30)]

    assert budgets(100, ends_at=LATER).refusals(queue, LATER - 1) == {}
    assert budgets(100, ends_at=LATER).refusals(queue, LATER) == {
        1: Reason.INVALID_ACCOUNT,
        2: Reason.INVALID_ACCOUNT,
    }


def test_a_budget_ends_when_it_did_whatever_is_set_aside_from_it():
    own = budgets(100, ends_at=LATER)

    own.hold(job(1, 30))
    own.settle(job(2, 30), 20)

    assert dict(own) == {1: Budget(80, LATER)}


@pytest.mark.parametrize(("elapsed", "changed"), [(10, set()), (9, {1}), (1, {1})])
def test_only_what_comes_back_lets_others_hope(elapsed, changed):
    own = budgets(0)

    own.settle(job(1, 10), elapsed)

    assert own.changed == changed


def test_an_account_that_went_away_takes_nothing_back():
    own = Budgets({}, now=0)

    own.hold(job(1, 10))
    own.settle(job(1, 10), 5)

    assert dict(own) == {}


def test_the_refused_are_let_go_cheapest_first_up_to_what_the_budget_covers():
    own = budgets(0, ends_at=LATER)
    for number, cost in enumerate([30, 10, 21, 20], start=1):
        own.refuse(job(number, cost))

    own[1] = Budget(20, LATER)

    assert [one.id for one in own.reconsidered(0)] == [2, 4]
    assert sorted(one.id for one in own.refused()) == [1, 3]
    assert own.reconsidered(0) == []


def test_nobody_is_let_go_when_the_budget_has_ended():
    own = budgets(0, ends_at=LATER)
    own.refuse(job(1, 10))

    own[1] = Budget(20, LATER)

    assert own.reconsidered(LATER) == []


def test_by_rules_a_budget_covers_a_job_that_costs_all_of_it():
    own = ruled(10)

    assert own.refusal(job(1, 10), 0) is None
    assert own.refusal(job(1, 11), 0) is Reason.ASSOC_GRP_NODE_MINUTES


def test_by_rules_others_have_their_part_first():
    own = ruled(10)

    assert own.refusal(job(1, 6), 0, claimed=4) is None
    assert own.refusal(job(1, 6), 0, claimed=5) is Reason.ASSOC_GRP_NODE_MINUTES
    assert own.refusal(job(1, 6), 0, ahead=job(2, 4)) is None
    assert own.refusal(job(1, 6), 0, ahead=job(2, 5)) is Reason.ASSOC_GRP_NODE_MINUTES


def test_by_rules_a_budget_ends_too():
    own = ruled(10, ends_at=LATER)

    assert own.next_expiry == LATER
    assert own.refusal(job(1, 6), LATER - 1) is None
    assert own.refusal(job(1, 6), LATER) is Reason.INVALID_ACCOUNT


def test_by_rules_a_known_account_needs_no_budget():
    own = RuledBudgets({}, now=0, rules=Rules((Partition("a"),), (), (Association(1),)))

    assert own.refusal(job(1, 6), 0) is None


@pytest.mark.parametrize(("factor", "charge"), [(0.5, 1), (1.0, 3), (1.5, 4)])
def test_a_charge_is_in_whole_node_seconds(factor, charge):
    assert ruled(10, factor=factor).charge(job(1, 3, qos="normal"), 3) == charge
