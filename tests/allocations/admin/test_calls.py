"""Calls, modes and policies at the desk of the access office."""

import pytest
from django.forms.models import model_to_dict

from allocations.models import AccessPolicy, Call, CallState, SystemOffer
from jaif_portal.models import Transition
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.admin.desk import (
    READERS,
    address,
    messages,
    offered_acts,
    perform,
    perform_in_bulk,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

ACTS = ["open", "pause", "close"]
FROM_DRAFT_OR_PAUSED = "Only possible in the state: Draft, Paused."
FROM_OPEN = "Only possible in the state: Open."
FROM_OPEN_OR_PAUSED = "Only possible in the state: Open, Paused."
ROLE = "Your role does not allow this here."


@pytest.fixture
def call():
    return Call.objects.get(mode__code="PG")


def state_of(call):
    return Call.objects.get(pk=call.pk).state


@pytest.mark.parametrize("role", READERS)
def test_only_access_officers_run_calls(client, call, role):
    sign_in(client, role)
    in_charge = role == Role.ACCESS_OFFICER

    offered = offered_acts(client, call)
    statuses = [perform(client, call, act).status_code for act in ("pause", "open", "close")]

    assert [offered[act] == ROLE for act in ACTS] == [not in_charge] * 3
    assert statuses == [200 if in_charge else 403] * 3
    assert state_of(call) == (CallState.CLOSED if in_charge else CallState.OPEN)


@pytest.mark.parametrize(
    ("state", "hindrances"),
    [
        ("draft", ["", FROM_OPEN, FROM_OPEN_OR_PAUSED]),
        ("open", [FROM_DRAFT_OR_PAUSED, "", ""]),
        ("paused", ["", FROM_OPEN, ""]),
        ("closed", [FROM_DRAFT_OR_PAUSED, FROM_OPEN, FROM_OPEN_OR_PAUSED]),
    ],
)
def test_each_act_says_why_it_is_not_possible(client, call, state, hindrances):
    Call.objects.update(state=state)
    sign_in(client, Role.ACCESS_OFFICER)

    assert offered_acts(client, call) == dict(zip(ACTS, hindrances, strict=True))


def test_a_call_without_a_system_is_not_opened(client, call):
    Call.objects.update(state="draft")
    SystemOffer.objects.all().delete()
    sign_in(client, Role.ACCESS_OFFICER)

    page = perform(client, call, "open")

    assert page.context["form"].non_field_errors() == [
        "A call needs a system, a round and a valid policy of its mode before it opens."
    ]
    assert state_of(call) == CallState.DRAFT


def test_pausing_in_bulk_comes_to_the_same_as_one_by_one(client, call):
    other = Call.objects.get(pk=call.pk)
    other.pk = None
    other.save()
    officer = sign_in(client, Role.ACCESS_OFFICER)

    perform(client, call, "pause")
    page = perform_in_bulk(client, "call", "pause", [other])

    steps = [Transition.objects.of(row).last() for row in (call, other)]
    assert [(step.from_state, step.to_state, step.by) for step in steps] == [
        ("open", "paused", officer)
    ] * 2
    assert messages(page) == ["Done: Pause the call (1)."]


def test_closing_is_grave_and_not_done_in_bulk(client, call):
    sign_in(client, Role.ACCESS_OFFICER)

    perform_in_bulk(client, "call", "close", [call])

    assert state_of(call) == CallState.OPEN


def call_form(call, **answers):
    """The answers of the form of a call with its system and its round."""
    data = {
        "mode": call.mode_id,
        "title_en": call.title_en,
        "title_de": call.title_de,
        "opens_at_0": "2026-11-01",
        "opens_at_1": "00:00",
        "closes_at_0": "2027-01-01",
        "closes_at_1": "00:00",
    }
    for prefix, rows in (("offers", call.offers.all()), ("rounds", call.rounds.all())):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(rows)}
        for number, row in enumerate(rows):
            values = {k: v for k, v in model_to_dict(row).items() if v not in (None, False)}
            data |= {f"{prefix}-{number}-{name}": value for name, value in values.items()}
    return data | answers


@pytest.mark.parametrize("role", READERS)
def test_only_access_officers_edit_a_call_and_nobody_its_state(client, call, role):
    sign_in(client, role)
    answers = call_form(call, title_en="Playground 2027", state="closed")

    answer = client.post(address("call", "change", call.pk), answers)

    call.refresh_from_db()
    in_charge = role == Role.ACCESS_OFFICER
    assert answer.status_code == (302 if in_charge else 403)
    assert call.title_en == ("Playground 2027" if in_charge else "Playground access 2026")
    assert call.state == CallState.OPEN


def test_a_period_that_ends_before_it_begins_is_refused(client, call):
    sign_in(client, Role.ACCESS_OFFICER)

    page = client.post(
        address("call", "change", call.pk), call_form(call, closes_at_0="2026-10-01")
    )

    assert page.status_code == 200
    assert page.context["adminform"].form.non_field_errors() == [
        "Constraint “call_period” is violated."
    ]


def test_a_policy_that_proposals_were_begun_under_stays_as_it_is(client, call):
    policy = AccessPolicy.objects.get(mode=call.mode)
    sign_in(client, Role.ACCESS_OFFICER)
    url = address("accesspolicy", "change", policy.pk)
    before = client.get(url).context["has_change_permission"]
    factories.draft()

    after = client.get(url).context["has_change_permission"]
    answer = client.post(url, {"decision_days": 99})

    assert (before, after, answer.status_code) == (True, False, 403)


def test_types_of_organisation_that_do_not_exist_are_refused(client, call):
    policy = AccessPolicy.objects.get(mode=call.mode)
    sign_in(client, Role.ACCESS_OFFICER)
    form = client.get(address("accesspolicy", "change", policy.pk)).context["adminform"].form
    answers = {name: form[name].value() for name in form.fields}
    answers |= {"valid_from_0": "2026-11-01", "valid_from_1": "00:00"}
    answers |= {"organisation_types": '["start_up", "club"]'}

    page = client.post(address("accesspolicy", "change", policy.pk), answers)

    assert page.context["adminform"].form.errors == {"organisation_types": ["club"]}
