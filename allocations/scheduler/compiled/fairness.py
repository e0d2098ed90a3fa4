"""Fair share for compiled simulations: usage that is forgotten, and ranks in the fair tree.

The numbers are those of ``fairshare``, which says what they mean. Products are longer than 64
bits there; here they are sums of two floating-point numbers (Dekker, "A floating-point technique
for extending the available precision", Numerische Mathematik 18, 1971), so that levels are
rounded once, as a division of whole numbers is.
"""

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..fairshare import weights as decay_weights
from .arena import Array, compiled

if TYPE_CHECKING:
    from ..configuration import SlurmConfig
    from ..fairshare import FairTree

Levels: TypeAlias = NDArray[np.float64]
PERIOD, HALF_LIFE, WEIGHT, HALVED, CALCULATED, STALE = range(6)
SPLITTER = 134_217_729.0  # 2**27 + 1
LOW_BITS = 31
AHEAD = -2


class Fairness(NamedTuple):
    """By place: ``parent``, ``shares``, whether it is an account, what has been used, ``points``.

    ``paths`` are the places from the top down to each user, -1 beyond; ``turn`` is the order of
    users. ``weights`` and ``clocks`` are those of ``Usage``. ``points`` for the rank are
    ``STALE`` when usage has been calculated since.
    """

    parent: Array
    shares: Array
    siblings_shares: Array
    accounts: Array
    paths: Array
    turn: Array
    points: Array
    rates: Array
    offsets: Array
    totals: Array
    siblings_used: Array
    levels: Levels
    weights: Array
    clocks: Array
    numbers: Array


def new_fairness(tree: "FairTree", config: "SlurmConfig") -> Fairness:
    """A tree in which nothing has been used."""
    size, half_life = len(tree), config.priority_decay_half_life or 0
    period = config.priority_calc_period
    paths = [tree.path(place)[-2::-1] for place in range(size)]
    parent = np.array([(*tree.path(place), 0)[1] for place in range(size)], np.int64)
    accounts = np.isin(np.arange(size), parent[1:])
    by_key = {(one.account, one.user): one.shares for one in config.associations}
    shares = np.array([by_key.get(key, 0) for key in tree.keys], np.int64)
    siblings_shares = np.zeros(size, np.int64)
    np.add.at(siblings_shares, parent[1:], shares[1:])
    depth = max(map(len, paths)) + 1
    weights = decay_weights(period, half_life)
    clocks = np.concatenate(([0], np.cumsum(period * np.array(weights, np.int64))))
    numbers = np.array([period, half_life, config.weights.fairshare, 0, -1, 1], np.int64)
    return Fairness(
        parent=parent,
        shares=shares,
        siblings_shares=siblings_shares,
        accounts=accounts.astype(np.int64),
        paths=np.array([path + [-1] * (depth - len(path)) for path in paths], np.int64),
        turn=np.flatnonzero(~accounts[1:]).astype(np.int64) + 1,
        points=np.zeros(size, np.int64),
        rates=np.zeros(size, np.int64),
        offsets=np.zeros(size, np.int64),
        totals=np.zeros(size, np.int64),
        siblings_used=np.zeros(size, np.int64),
        levels=np.zeros(size, np.float64),
        weights=np.array(weights, np.int64),
        clocks=clocks.astype(np.int64),
        numbers=numbers,
    )


@compiled
def clock(fair: Fairness, at: int) -> int:
    """What all seconds up to ``at`` count that have not been halved."""
    half_life, period = fair.numbers[HALF_LIFE], fair.numbers[PERIOD]
    while fair.numbers[HALVED] < at // half_life:
        fair.numbers[HALVED] += 1
        whole = fair.clocks[len(fair.clocks) - 1]
        for place in range(len(fair.rates)):
            fair.offsets[place] = (fair.rates[place] * whole + fair.offsets[place]) >> 1
    number, seconds = at % half_life // period, at % half_life % period
    return int(fair.clocks[number] + seconds * fair.weights[number])


@compiled
def change_rate(fair: Fairness, place: int, rate: int, at: int) -> None:
    """Let ``place`` use ``rate`` thousandths of a node more from ``at`` on."""
    past = clock(fair, at)
    fair.rates[place] += rate
    fair.offsets[place] -= rate * past


@compiled
def calculate(fair: Fairness, at: int) -> int:
    """Note what has been used up to the last multiple of the period, if that is a new one."""
    multiple = at - at % fair.numbers[PERIOD]
    if multiple == fair.numbers[CALCULATED]:
        return 0
    fair.numbers[CALCULATED] = multiple
    fair.numbers[STALE] = 1
    past = clock(fair, multiple)
    for place in range(len(fair.rates)):
        fair.totals[place] = fair.rates[place] * past + fair.offsets[place]
    return 1


@compiled
def share(fair: Fairness, place: int) -> int:
    """The points of a user by what had been used at the last calculation; 0 for anybody else."""
    if fair.numbers[STALE]:
        fair.numbers[STALE] = 0
        _rank_all(fair)
    return int(fair.points[place])


@compiled
def _rank_all(fair: Fairness) -> None:
    _find_levels(fair)
    turn = fair.turn
    for i in range(1, len(turn)):
        user, place = turn[i], i
        while place > 0 and _compare(fair, user, turn[place - 1]) < 0:
            turn[place] = turn[place - 1]
            place -= 1
        turn[place] = user
    current = len(turn)
    for i in range(len(turn)):
        if i > 0 and _compare(fair, turn[i - 1], turn[i]) == AHEAD:
            current = len(turn) - i
        fair.points[turn[i]] = fair.numbers[WEIGHT] * current // len(turn)


@compiled
def _find_levels(fair: Fairness) -> None:
    """``LF = S / U`` of each place; usage is that of the place and of all below it."""
    totals, used, parent = fair.totals, fair.siblings_used, fair.parent
    for place in range(len(totals)):
        used[place] = 0
    for place in range(len(totals) - 1, 0, -1):
        totals[parent[place]] += totals[place]
        used[parent[place]] += totals[place]
    for place in range(1, len(totals)):
        above = parent[place]
        if fair.shares[place] == 0:
            fair.levels[place] = 0.0
        elif totals[place] == 0:
            fair.levels[place] = np.inf
        else:
            fair.levels[place] = _quotient(
                fair.shares[place], used[above], fair.siblings_shares[above], totals[place]
            )


@compiled
def _compare(fair: Fairness, user: int, other: int) -> int:
    """``AHEAD`` if ``user`` is ranked before ``other``, -1 if before it with the same rank.

    0 if they are alike, and more if ``user`` comes after.
    """
    for depth in range(fair.paths.shape[1]):
        one, two = fair.paths[user, depth], fair.paths[other, depth]
        if one == two:
            continue
        if fair.levels[one] != fair.levels[two]:
            return AHEAD if fair.levels[one] > fair.levels[two] else 1
        if fair.accounts[one] != fair.accounts[two]:
            return -1 if fair.accounts[one] < fair.accounts[two] else 1
        if not fair.accounts[one]:
            return 0
    return 0


@compiled
def _quotient(shares: int, used: int, all_shares: int, own: int) -> float:
    """``shares * used / (all_shares * own)``, rounded once."""
    high, low = _product(shares, used)
    divisor, rest = _product(all_shares, own)
    first = high / divisor
    product, error = _exact_product(first, divisor)
    left = ((high - product) - error) + low - first * rest
    return float(first + left / divisor)


@compiled
def _product(factor: int, number: int) -> tuple[float, float]:
    """The product of a number below ``2**31`` and one below ``2**62``, as a sum."""
    above = factor * (number >> LOW_BITS)
    below = factor * (number & ((1 << LOW_BITS) - 1))
    carry = above + (below >> LOW_BITS)
    high = float(carry)
    rest = float(carry - int(high)) * 2.0**LOW_BITS
    high *= 2.0**LOW_BITS
    low = rest + float(below & ((1 << LOW_BITS) - 1))
    total = high + low
    return total, low - (total - high)


@compiled
def _exact_product(a: float, b: float) -> tuple[float, float]:
    """The product and what rounding took from it."""
    product = a * b
    a_high = SPLITTER * a - (SPLITTER * a - a)
    b_high = SPLITTER * b - (SPLITTER * b - b)
    a_low, b_low = a - a_high, b - b_high
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error
