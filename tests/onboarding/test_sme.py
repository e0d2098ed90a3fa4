"""The SME test of Recommendation 2003/361/EC, case by case."""

from fractions import Fraction

import pytest

from onboarding.sme import (
    Figures,
    Firm,
    Relation,
    Size,
    aggregate,
    size_of,
    size_over_years,
    status,
)

MICRO, SMALL, MEDIUM, MID_CAP, LARGE = Size

TINY = (5, 1_000_000, 1_000_000)
OWN = (100, 20_000_000, 15_000_000)
OTHER = (200, 40_000_000, 30_000_000)


def figures(values):
    return Figures.of(*values)


def firm(values, *relations):
    return Firm(figures(values), relations)


def related(percent, values, *relations, **marks):
    return Relation(Fraction(percent), firm(values, *relations), **marks)


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ((9, 2_000_000, 2_000_000), MICRO),
        ((9, 2_000_000, 99_000_000), MICRO),  # one of the two amounts is enough
        ((9, 99_000_000, 2_000_000), MICRO),
        ((9.9, 0, 0), MICRO),
        ((10, 0, 0), SMALL),
        ((9, 2_000_001, 2_000_001), SMALL),
        ((49, 10_000_000, 10_000_000), SMALL),
        ((49, 10_000_001, 10_000_001), MEDIUM),
        ((50, 0, 0), MEDIUM),
        ((249, 50_000_000, 99_000_000), MEDIUM),
        ((249, 99_000_000, 43_000_000), MEDIUM),
        ((249.5, 50_000_000, 43_000_000), MEDIUM),
        ((249, 50_000_001, 43_000_001), MID_CAP),
        ((250, 1_000_000, 1_000_000), MID_CAP),
        ((749, 150_000_000, 999_000_000), MID_CAP),
        ((749, 999_000_000, 129_000_000), MID_CAP),
        ((749, 150_000_001, 129_000_001), LARGE),
        ((750, 0, 0), LARGE),
    ],
)
def test_one_period_shows_a_size(values, size):
    assert size_of(figures(values)) is size


@pytest.mark.parametrize(
    ("relation", "total"),
    [
        (related(24, OTHER), (100, 20_000_000, 15_000_000)),
        (related("24.99", OTHER), (100, 20_000_000, 15_000_000)),
        (related(25, OTHER), (150, 30_000_000, 22_500_000)),
        (related(50, OTHER), (200, 40_000_000, 30_000_000)),
        (related("50.01", OTHER), (300, 60_000_000, 45_000_000)),
        (related(100, OTHER), (300, 60_000_000, 45_000_000)),
        (related(10, OTHER, is_controlled=True), (300, 60_000_000, 45_000_000)),
        (related(30, OTHER, is_exempt_investor=True), (100, 20_000_000, 15_000_000)),
        (related(50, OTHER, is_exempt_investor=True), (100, 20_000_000, 15_000_000)),
        (related(51, OTHER, is_exempt_investor=True), (300, 60_000_000, 45_000_000)),
        # A partner brings what is linked to it, but not its own partners.
        (related(25, OTHER, related(60, OTHER)), (200, 40_000_000, 30_000_000)),
        (related(25, OTHER, related(40, OTHER)), (150, 30_000_000, 22_500_000)),
        # A linked firm brings both.
        (related(60, OTHER, related(60, OTHER)), (500, 100_000_000, 75_000_000)),
        (related(60, OTHER, related(25, OTHER)), (350, 70_000_000, 52_500_000)),
    ],
)
def test_partners_count_pro_rata_and_linked_firms_in_full(relation, total):
    assert aggregate(firm(OWN, relation)) == figures(total)


def test_several_firms_are_added_up():
    mother, sister, fund = related(60, OTHER), related(25, OWN), related(30, OWN)

    assert aggregate(firm(TINY, mother, sister, fund)) == figures(
        (5 + 200 + 25 + 30, 52_000_000, 39_250_000)
    )


def test_a_small_firm_with_a_large_mother_is_no_sme():
    own = aggregate(firm(TINY, related(51, (5000, 900_000_000, 900_000_000))))

    assert size_of(own) is LARGE
    assert not size_of(own).is_sme


BY_SIZE = {
    MICRO: figures((5, 0, 0)),
    SMALL: figures((20, 0, 0)),
    MEDIUM: figures((100, 0, 0)),
    MID_CAP: figures((300, 0, 0)),
    LARGE: figures((900, 0, 0)),
}


@pytest.mark.parametrize(
    ("shown", "size"),
    [
        ([MEDIUM], MEDIUM),
        ([MEDIUM, MID_CAP], MEDIUM),  # one year beyond changes nothing
        ([MEDIUM, MID_CAP, MID_CAP], MID_CAP),
        ([MEDIUM, MID_CAP, MEDIUM, MID_CAP], MEDIUM),  # not in a row
        ([LARGE, MEDIUM], LARGE),
        ([LARGE, MEDIUM, MEDIUM], MEDIUM),
        ([SMALL, MEDIUM, LARGE], MEDIUM),  # both years lie above small, one above medium
        ([LARGE, MEDIUM, SMALL], MEDIUM),
        ([MICRO, SMALL, MICRO], MICRO),
        ([SMALL, SMALL, SMALL], SMALL),
    ],
)
def test_a_size_changes_after_two_years_in_a_row(shown, size):
    assert size_over_years([BY_SIZE[year] for year in shown]) is size


def test_a_takeover_changes_the_size_at_once():
    years = [BY_SIZE[MEDIUM], BY_SIZE[LARGE]]

    assert size_over_years(years, ownership_changed=True) is LARGE


@pytest.mark.parametrize(
    ("percent", "size"),
    [(0, SMALL), (24, SMALL), ("24.99", SMALL), (25, LARGE), (50, LARGE), (100, LARGE)],
)
def test_a_quarter_in_public_hands_is_too_much(percent, size):
    assert status([BY_SIZE[SMALL]], public_percent=Fraction(percent)) is size
