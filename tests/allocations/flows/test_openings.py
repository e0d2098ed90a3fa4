"""Whether calls take proposals, until when, and what to use instead."""

import datetime as dt

import pytest

from allocations.flows.openings import opening_of
from allocations.models import Call, Partition, System

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY = dt.timedelta(days=1)


@pytest.fixture
def call():
    return Call.objects.get(mode__code="DEV")


def add_offer(call, **fields):
    """Another system of the same call."""
    first = call.offers.get()
    partition = Partition.objects.get()
    partition.pk, partition.system = None, System.objects.create(name="JUWELS")
    partition.save()
    return call.offers.create(partition=partition, share=first.share, **fields)


@pytest.mark.parametrize(
    ("state", "system", "standing"),
    [
        ("open", "open", "open"),
        ("open", "paused", "paused"),
        ("open", "full", "full"),
        ("open", "closed", "closed"),
        ("paused", "open", "paused"),
        ("paused", "full", "paused"),
        ("closed", "open", "closed"),
        ("draft", "open", "upcoming"),
    ],
)
def test_a_call_stands_as_itself_and_its_system_allow(call, monday, state, system, standing):
    call.state = state
    call.offers.update(availability=system)

    opening = opening_of(call, at=monday)

    assert opening.availability == standing
    assert [row.availability for row in opening.offers] == [standing]
    assert opening.offers[0].instead == ("" if standing == "open" else "LUMI-G")


@pytest.mark.parametrize(
    ("code", "standing", "cut_off"),
    [
        ("PG", "open", None),
        ("FL", "open", None),
        ("LS", "open", "2026-11-30 09:00"),
        ("SC", "open", "2026-12-11 09:00"),
        ("BEN", "open", "2026-12-01 09:00"),
        ("DEV", "open", "2026-12-01 09:00"),
        ("REG", "closed", None),
        ("EXT", "closed", None),
    ],
)
def test_each_mode_names_its_next_cut_off(monday, code, standing, cut_off):
    opening = opening_of(Call.objects.get(mode__code=code), at=monday)

    moment = opening.next_cut_off and f"{opening.next_cut_off:%Y-%m-%d %H:%M}"
    assert (opening.availability, moment) == (standing, cut_off)


@pytest.mark.parametrize(
    ("moment", "cut_off"),
    [
        ("2026-11-30 08:59:59", "2026-11-30 09:00"),
        ("2026-11-30 09:00:00", "2026-12-15 09:00"),
        ("2027-01-04 08:59:59", "2027-01-04 09:00"),
        ("2027-01-04 09:00:00", None),
    ],
)
def test_a_cut_off_is_at_ten_in_brussels_to_the_second(moment, cut_off):
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)

    opening = opening_of(Call.objects.get(mode__code="LS"), at=at)

    following = opening.next_cut_off and f"{opening.next_cut_off:%Y-%m-%d %H:%M}"
    assert (following, opening.is_open) == (cut_off, cut_off is not None)


def test_a_full_system_points_to_an_open_one_of_the_same_call(call, monday):
    call.offers.update(availability="full")
    add_offer(call)

    opening = opening_of(call, at=monday)

    assert opening.availability == "open"
    assert [(str(row.availability), row.instead) for row in opening.offers] == [
        ("full", "JUWELS booster"),
        ("open", ""),
    ]


def test_a_call_without_a_round_left_is_closed(call, monday):
    call.rounds.all().delete()

    assert (opening_of(call, at=monday).availability, call.is_open(at=monday)) == ("closed", False)
