"""Who has had least of what is due: Slurm's fair tree, and usage that is forgotten.

https://slurm.schedmd.com/fair_tree.html, and the plugin ``priority/multifactor``.
"""

from collections.abc import Container, Iterable, Sequence
from decimal import Decimal, localcontext
from functools import lru_cache
from itertools import accumulate
from math import inf

from .associations import Association

ROOT = 0  # the place of the root among the associations of a tree
UNIT = 1 << 16  # what a second counts before anything is forgotten


class FairTree:
    """The associations below the root, and who of them is first in turn.

    An association stands at its place in ``keys``. One that has nobody below it is a user
    in the sense of Slurm; that may be an account whose users are not told apart.
    """

    def __init__(self, associations: Iterable[Association]) -> None:
        self.keys: list[tuple[int | None, str]] = [(None, "")]
        self._places = {self.keys[ROOT]: ROOT}
        self._parents = [ROOT]
        self._children: list[list[int]] = [[]]
        self._shares = [1]
        self._shares_below = [0]
        for association in associations:
            self._add(association)
        self.users = sum(not children for children in self._children[1:])

    def __len__(self) -> int:
        return len(self.keys)

    def place(self, account: int | None, user: str) -> int:
        """Where a user of an account stands; the account, or the root, if nobody is listed."""
        for key in ((account, user), (account, "")):
            if key in self._places:
                return self._places[key]
        return ROOT

    def path(self, place: int) -> list[int]:
        """The places from ``place`` up to the root."""
        path = [place]
        while path[-1] != ROOT:
            path.append(self._parents[path[-1]])
        return path

    def ranks(self, usage: Sequence[int]) -> list[int]:
        """The rank of each user, the first in turn with the highest; 0 for everybody else.

        ``usage`` is what jobs have used at each place, not counting places below.
        """
        totals = list(usage[: len(self)])
        for place in range(len(self) - 1, ROOT, -1):
            totals[self._parents[place]] += totals[place]
        turn = _Turn(self._children, self._levels(totals))
        turn.visit(self._children[ROOT], tied=False)
        return turn.ranks

    def _add(self, association: Association) -> None:
        account, user = association.account, association.user
        if (account, user) == (None, ""):
            return
        if (account, user) in self._places:
            raise ValueError(f"there are two associations of account {account}, user {user!r}")
        above = account if user else association.parent
        parent = self._places.get((above, ""))
        if parent is None:
            raise ValueError(f"account {above} has to come before those below it")
        self._places[account, user] = len(self.keys)
        self._children[parent].append(len(self.keys))
        self._children.append([])
        self._parents.append(parent)
        self._shares.append(association.shares)
        self._shares_below.append(0)
        self._shares_below[parent] += association.shares
        self.keys.append((account, user))

    def _levels(self, totals: Sequence[int]) -> list[float]:
        """``LF = S / U`` of each place, where shares and usage are parts of its siblings'.

        One division of whole numbers, so that what is equal comes out equal.
        """
        levels = [inf] * len(self)
        for siblings, whole in zip(self._children, self._shares_below, strict=True):
            used = sum([totals[place] for place in siblings])
            for place in siblings:
                share, total = self._shares[place], totals[place]
                if not share:
                    levels[place] = 0.0
                elif total:
                    levels[place] = share * used / (whole * total)
        return levels


class _Turn:
    """One walk through a tree, deepest first, that gives users their ranks."""

    def __init__(self, children: Sequence[Sequence[int]], levels: Sequence[float]) -> None:
        self._children = children
        self._levels = levels
        self.ranks = [0] * len(levels)
        self._next = sum(not below for below in children[1:])
        self._rank = self._next

    def visit(self, siblings: Iterable[int], *, tied: bool) -> None:
        """Rank the users at and below ``siblings``.

        Users with equal levels are given the same rank. Accounts with equal levels are taken as
        one, and a user beside them the rank of the first of theirs: ``tied`` says that the
        first of ``siblings`` has the rank of whoever came before.
        """
        levels, children = self._levels, self._children
        order = sorted(siblings, key=lambda place: (-levels[place], bool(children[place])))
        merged: list[int] = []  # what is below the accounts at this level
        previous = None
        for turn, place in enumerate(order, start=1):
            level = levels[place]
            if level != previous:
                tied = tied and previous is None
            elif not merged:
                tied = True
            previous = level
            if not children[place]:
                if not tied:
                    self._rank = self._next
                self.ranks[place] = self._rank
                self._next -= 1
                continue
            merged += children[place]
            if turn == len(order) or levels[order[turn]] != level:
                self.visit(merged, tied=tied)
                merged = []


class Usage:
    """What has been used at each of some places, forgotten by and by.

    Slurm multiplies all usage by a decay at each multiple of ``period``. Only the proportions
    matter, so here the past is left as it is and the present weighs more: a second in the
    ``n``-th period since the last multiple of ``half_life`` counts ``UNIT * 2 ** (n * period /
    half_life)``, rounded down, and at each multiple of ``half_life`` everything is halved, rounded
    down. So nothing is done while time just goes by: with the weight of all seconds up to a time
    as its ``clock``, the usage then is ``rate * clock + offset``. All are whole numbers below
    ``2 ** 63``.
    """

    def __init__(
        self, places: int, kept: Container[int], *, period: int, half_life: int | None, now: int
    ) -> None:
        if half_life is not None and half_life % period:
            raise ValueError(f"a half-life of {half_life} s is not a multiple of {period} s")
        self._kept = kept  # places where nothing is forgotten
        self._period = period
        self._half_life = half_life
        self._weights = weights(period, half_life)
        self._clocks = [0, *accumulate(period * weight for weight in self._weights)]
        self._halved = 0 if half_life is None else now // half_life
        self._rates = [0] * places
        self._offsets = [0] * places

    def restore(self, place: int, used: int) -> None:
        """Go on with what was ``used`` at ``place``, while nothing runs."""
        self._offsets[place] = used

    def change_rate(self, place: int, rate: int, *, at: int) -> None:
        """Let ``place`` use ``rate`` thousandths of a node more from ``at`` on."""
        clock = self._clock(place, at)
        self._rates[place] += rate
        self._offsets[place] -= rate * clock

    def used(self, place: int, at: int) -> int:
        """What has been used at ``place`` up to ``at``, in units of the present."""
        return self._rates[place] * self._clock(place, at) + self._offsets[place]

    def used_by_all(self, places: int, at: int) -> list[int]:
        """What has been used at each of the first ``places``, none of which is kept."""
        clock = self._clock(ROOT, at)
        pairs = zip(self._rates[:places], self._offsets, strict=False)
        return [rate * clock + offset for rate, offset in pairs]

    def milli_node_seconds(self, place: int, at: int) -> int:
        """What counts of the usage at ``place``, in thousandths of node-seconds."""
        used = self.used(place, at)
        if self._half_life is None or place in self._kept:
            return used // UNIT
        return used // self._weights[at % self._half_life // self._period]

    def _clock(self, place: int, at: int) -> int:
        """What all seconds up to ``at`` count that have not been halved."""
        if self._half_life is None or place in self._kept:
            return UNIT * at
        while self._halved < at // self._half_life:
            self._halve()
        number, seconds = divmod(at % self._half_life, self._period)
        return self._clocks[number] + seconds * self._weights[number]

    def _halve(self) -> None:
        self._halved += 1
        clock = self._clocks[-1]
        for place, rate in enumerate(self._rates):
            if place not in self._kept:
                self._offsets[place] = (rate * clock + self._offsets[place]) // 2


@lru_cache
def weights(period: int, half_life: int | None) -> tuple[int, ...]:
    """What a second counts in each period of a half-life, the same on every platform."""
    if half_life is None:
        return ()
    with localcontext(prec=40):  # decimal logarithms and powers of e are rounded correctly
        double = Decimal(2).ln()
        times = range(0, half_life, period)
        return tuple(int(UNIT * (double * at / half_life).exp()) for at in times)
