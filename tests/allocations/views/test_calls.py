"""Calls as everybody reads them."""

import datetime as dt

import pytest

from allocations.models import AccessPolicy, Call, SystemOffer
from jaif_portal import clock
from tests.allocations.views.pages import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY = dt.timedelta(days=1)


@pytest.fixture
def call():
    return Call.objects.get(mode__code="PG")


def read(client, call):
    return client.get(address("call", call.pk))


def test_an_open_call_says_what_it_gives_and_takes_proposals(client, call):
    page = read(client, call)

    assert "5,000 GPU-hours, a fixed package" in page.text
    assert "Within 2 working days of submission" in page.text
    assert "JUPITER booster: Open" in page.text
    assert f'href="{address("proposal_new", call.pk)}"' in page.text


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "paused"},
        {"state": "closed"},
        {"opens_at": dt.timedelta(days=1)},
        {"closes_at": dt.timedelta(days=0)},
    ],
)
def test_a_call_that_is_not_open_takes_none(client, call, changes):
    for name, value in changes.items():
        setattr(call, name, clock.now() + value if isinstance(value, dt.timedelta) else value)
    call.save()

    page = read(client, call)

    assert page.context["open_now"] is False
    assert "Start a proposal" not in page.text


def test_a_full_system_is_said_to_be_full(client, call):
    SystemOffer.objects.update(availability="full")

    assert "JUPITER booster: Full. Another system: Leonardo." in read(client, call).text


def test_a_call_whose_mode_has_no_policy_yet_can_be_read(client, call):
    AccessPolicy.objects.update(valid_from=clock.now() + DAY)

    assert read(client, call).status_code == 200


def test_a_call_that_is_not_published_is_not_there(client, call):
    Call.objects.update(state="draft")

    assert read(client, call).status_code == 404
    assert list(client.get(address("calls")).context["calls"]) == []


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [
        (-DAY, DAY, "at any time until 24 November 2026"),
        (DAY, 2 * DAY, "from 24 November 2026"),
        (-2 * DAY, -DAY, "ended on 22 November 2026"),
    ],
)
def test_the_list_says_when(client, call, opens, closes, words):
    now = clock.now()
    call.opens_at, call.closes_at = now + opens, now + closes
    call.save()

    assert words in client.get(address("calls")).text
