"""The size of an enterprise by Commission Recommendation 2003/361/EC (OJ L 124, 20.5.2003, p. 36).

The articles named here are those of its annex. The ceilings of small mid-caps are those of
Commission Recommendation (EU) 2025/1099. Pure computation: no clock, no database.

Amounts are euros of a closed accounting period, staff is in annual work units (full-time
equivalents over the year), and percentages are the higher of capital and voting rights.
"""

import itertools
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

MILLION = 1_000_000
PARTNER_PERCENT = 25  # from this share on an enterprise is a partner, Art. 3(2)
LINKED_PERCENT = 50  # above this share it is linked, Art. 3(3)
PUBLIC_PERCENT = 25  # from this public share on no enterprise is an SME, Art. 3(4)


class Size(IntEnum):
    """Smaller sizes compare as less."""

    MICRO = 1
    SMALL = 2
    MEDIUM = 3
    SMALL_MID_CAP = 4
    LARGE = 5

    @property
    def is_sme(self) -> bool:
        return self <= Size.MEDIUM


# Size: staff below, and turnover or balance sheet total up to (Art. 2).
CEILINGS = {
    Size.MICRO: (10, 2 * MILLION, 2 * MILLION),
    Size.SMALL: (50, 10 * MILLION, 10 * MILLION),
    Size.MEDIUM: (250, 50 * MILLION, 43 * MILLION),
    Size.SMALL_MID_CAP: (750, 150 * MILLION, 129 * MILLION),
}


@dataclass(frozen=True)
class Figures:
    """Staff, turnover and balance sheet total of one accounting period."""

    staff: Fraction
    turnover_eur: Fraction
    balance_sheet_eur: Fraction

    @classmethod
    def of(cls, staff: float, turnover_eur: int, balance_sheet_eur: int) -> "Figures":
        return cls(Fraction(staff), Fraction(turnover_eur), Fraction(balance_sheet_eur))

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.staff + other.staff,
            self.turnover_eur + other.turnover_eur,
            self.balance_sheet_eur + other.balance_sheet_eur,
        )

    def part(self, percent: Fraction) -> "Figures":
        share = percent / 100
        return Figures(
            self.staff * share, self.turnover_eur * share, self.balance_sheet_eur * share
        )


@dataclass(frozen=True)
class Firm:
    """Own figures and the relations to other firms, up and down."""

    own: Figures
    relations: tuple["Relation", ...] = ()


@dataclass(frozen=True)
class Relation:
    """A share in another firm, or another firm's share in this one.

    ``is_controlled`` marks a firm that is linked by contract or by a right to appoint,
    whatever the share (Art. 3(3) b to d). ``is_exempt_investor`` marks a university, a
    venture-capital company, an institutional investor or a small municipality, which up to
    half the capital leaves the firm autonomous (Art. 3(2), second subparagraph).
    """

    percent: Fraction
    firm: Firm
    is_controlled: bool = False
    is_exempt_investor: bool = False

    @property
    def is_linked(self) -> bool:
        return self.is_controlled or self.percent > LINKED_PERCENT

    @property
    def is_partner(self) -> bool:
        return (
            not self.is_linked and not self.is_exempt_investor and self.percent >= PARTNER_PERCENT
        )


def aggregate(firm: Firm) -> Figures:
    """The figures that count: own, linked firms in full, partners pro rata (Art. 6(2), (3)).

    A linked firm brings its own partners and links; a partner brings the firms linked to it,
    but not its partners.
    """
    total = firm.own
    for relation in firm.relations:
        if relation.is_linked:
            total += aggregate(relation.firm)
        elif relation.is_partner:
            total += _with_links(relation.firm).part(relation.percent)
    return total


def _with_links(firm: Firm) -> Figures:
    total = firm.own
    for relation in firm.relations:
        if relation.is_linked:
            total += _with_links(relation.firm)
    return total


def size_of(figures: Figures) -> Size:
    """The size that figures of one period show: staff, and one of the two amounts (Art. 2)."""
    for size, (staff, turnover, balance_sheet) in CEILINGS.items():
        if figures.staff < staff and (
            figures.turnover_eur <= turnover or figures.balance_sheet_eur <= balance_sheet
        ):
            return size
    return Size.LARGE


def size_over_years(years: list[Figures], *, ownership_changed: bool = False) -> Size:
    """The size after several periods, oldest first: it changes after two in a row (Art. 4(2)).

    The oldest period's size is taken as the one held before. Where a merger or a takeover
    changed the ownership, the newest period decides alone (User guide of 2020).
    """
    shown = [size_of(figures) for figures in years]
    if ownership_changed:
        return shown[-1]
    held = shown[0]
    for before, now in itertools.pairwise(shown):
        if min(before, now) > held:
            held = min(before, now)
        elif max(before, now) < held:
            held = max(before, now)
    return held


def status(
    years: list[Figures], *, public_percent: Fraction, ownership_changed: bool = False
) -> Size:
    """The size, or large where public bodies hold a quarter or more (Art. 3(4)).

    Such an enterprise is no SME; that it may still be a small mid-cap is not provided for.
    """
    if public_percent >= PUBLIC_PERCENT:
        return Size.LARGE
    return size_over_years(years, ownership_changed=ownership_changed)
