"""Fair-tree ranks and decayed usage, computed by hand.

The rules are those of https://slurm.schedmd.com/fair_tree.html.
"""

import pytest

from allocations.scheduler import Association
from allocations.scheduler.fairshare import UNIT, FairTree, Usage, weights


def ranks(associations, used):
    """``{user, or the account that stands for its users: rank}``."""
    tree = FairTree(associations)
    usage = [used.get(key, 0) for key in tree.keys]
    return dict(zip(tree.keys, tree.ranks(usage), strict=True))


# The tree of SchedMD's own test of the fair tree (testsuite/expect, test24.4), without its
# account whose children share with the parent.
A, AA, AB, B, BA, BB, C, E, F, G, GA = 1, 11, 12, 2, 21, 22, 3, 5, 6, 7, 71
TREE = [
    Association(A, shares=40),
    Association(AA, parent=A, shares=30),
    Association(AA, "uAA1"),
    Association(AB, parent=A, shares=10),
    Association(AB, "uAB1"),
    Association(AB, "uAB2"),
    Association(B, shares=60),
    Association(BA, parent=B, shares=25),
    Association(BA, "uBA1"),
    Association(BB, parent=B, shares=35),
    Association(BB, "uBB1"),
    Association(C, shares=0),
    Association(C, "uC1", shares=0),
    Association(E, shares=10),
    Association(E, "uE1", shares=10),
    Association(E, "uE2", shares=10),
    Association(user="u1", shares=10),
    Association(F, shares=20),
    Association(F, "uF1", shares=10),
    Association(F, "uF2", shares=20),
    Association(G, shares=8),
    Association(G, "uG1", shares=10),
    Association(GA, parent=G, shares=10),
    Association(GA, "uGA1", shares=20),
    Association(GA, "uGA2", shares=20),
    Association(user="u2", shares=10),
]
USED = {
    (AA, "uAA1"): 20,
    (AB, "uAB1"): 25,
    (BA, "uBA1"): 25,
    (C, "uC1"): 30,
    (G, "uG1"): 10,
    (GA, "uGA1"): 4,
    (GA, "uGA2"): 6,
    (None, "u2"): 10,
}


def test_the_fair_tree_of_schedmd_s_own_test_is_ranked_as_by_hand():
    """Of 158 shares and a usage of 130 below the root.

    LF is infinite for u1, E and F; 60/158 : 25/130 = 1.97 for B; 10/158 : 10/130 = 0.82 for u2;
    40/158 : 45/130 = 0.73 for A; 8/158 : 20/130 = 0.33 for G; 0 for C.
    u1 ties with E and F, whose users tie with one another: all five are first of 15.
    In B, BB is infinite. In A, AA has 30/40 : 20/45 = 1.69 and AB 0.45.
    In G, uG1 and GA tie at 1: the first of GA's users, uGA1 with 1/2 : 4/10, has uG1's rank.
    """
    ranked = ranks(TREE, USED)

    assert {user: rank for (_, user), rank in ranked.items() if user} == {
        "u1": 15,
        "uE1": 15,
        "uE2": 15,
        "uF1": 15,
        "uF2": 15,
        "uBB1": 10,
        "uBA1": 9,
        "u2": 8,
        "uAA1": 7,
        "uAB2": 6,
        "uAB1": 5,
        "uG1": 4,
        "uGA1": 4,
        "uGA2": 2,
        "uC1": 1,
    }
    assert {rank for (_, user), rank in ranked.items() if not user} == {0}


def test_users_of_an_account_that_has_had_less_come_before_all_users_of_another():
    accounts = [Association(1), Association(2)]
    users = [Association(account, user) for account in (1, 2) for user in "ab"]

    ranked = ranks([*accounts, *users], {(1, "a"): 30, (1, "b"): 31, (2, "a"): 60, (2, "b"): 2})

    assert ranked == {
        (None, ""): 0,
        (1, ""): 0,
        (2, ""): 0,
        (1, "a"): 4,
        (1, "b"): 3,
        (2, "b"): 2,
        (2, "a"): 1,
    }


def test_accounts_with_equal_levels_are_taken_as_one():
    """Users of both are ranked together by their levels within their own accounts."""
    accounts = [Association(1, shares=1), Association(2, shares=2)]
    users = [Association(account, user) for account in (1, 2) for user in "ab"]

    ranked = ranks([*accounts, *users], {(1, "a"): 1, (1, "b"): 9, (2, "a"): 8, (2, "b"): 12})

    assert [ranked[key] for key in [(1, "a"), (2, "a"), (2, "b"), (1, "b")]] == [4, 3, 2, 1]


def test_an_account_without_users_stands_for_all_of_them():
    ranked = ranks([Association(1, shares=3), Association(2, shares=1)], {(1, ""): 3, (2, ""): 2})

    assert ranked == {(None, ""): 0, (1, ""): 2, (2, ""): 1}


@pytest.mark.parametrize(
    "associations",
    [
        [Association(1), Association(1)],
        [Association(2, parent=1), Association(1)],
        [Association(1, "ada")],
    ],
)
def test_a_tree_needs_each_account_once_and_before_those_below_it(associations):
    with pytest.raises(ValueError, match="account"):
        FairTree(associations)


def test_seconds_weigh_twice_as_much_after_a_half_life():
    """2 ** 16 times 1, 2 ** (1/4), 2 ** (1/2), 2 ** (3/4), rounded down."""
    assert weights(10, 40) == (65_536, 77_935, 92_681, 110_217)


def test_usage_is_halved_at_each_half_life():
    usage = Usage(2, (), period=10, half_life=40, now=0)
    usage.change_rate(0, 1000, at=0)
    usage.change_rate(0, -1000, at=10)  # 10 node-seconds

    assert usage.milli_node_seconds(0, 10) == 10 * 1000 * 65_536 // 77_935
    assert usage.milli_node_seconds(0, 40) == 5_000
    usage.change_rate(1, 1000, at=40)
    usage.change_rate(1, -1000, at=50)
    assert usage.used(1, 50) == 2 * usage.used(0, 50) == 10 * 1000 * UNIT
    assert usage.milli_node_seconds(0, 80) == 2_500


def test_usage_without_a_half_life_stays():
    usage = Usage(1, (), period=10, half_life=None, now=0)
    usage.change_rate(0, 1000, at=7)

    assert usage.milli_node_seconds(0, 10_007) == 10_000_000


def test_what_a_running_job_uses_does_not_depend_on_when_one_looks():
    looked_at, left_alone = (Usage(1, (), period=10, half_life=30, now=0) for _ in range(2))
    for usage in (looked_at, left_alone):
        usage.change_rate(0, 777, at=3)
    for at in range(4, 300, 7):
        looked_at.used(0, at)

    assert looked_at.used(0, 301) == left_alone.used(0, 301)


def test_a_half_life_is_a_number_of_periods():
    with pytest.raises(ValueError, match="multiple"):
        Usage(1, (), period=300, half_life=1000, now=0)
