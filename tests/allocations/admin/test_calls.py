"""Calls, modes and policies at the desk of the access office."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict

from allocations.models import AccessMode, AccessPolicy, Call, CallState, SystemOffer
from jaif_portal import clock
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

ACTS = ["open", "pause", "close", "add_rounds", "late_code"]
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

    assert [offered[act] == ROLE for act in ACTS] == [not in_charge] * len(ACTS)
    assert statuses == [200 if in_charge else 403] * 3
    assert state_of(call) == (CallState.CLOSED if in_charge else CallState.OPEN)


@pytest.mark.parametrize(
    ("state", "hindrances"),
    [
        ("draft", ["", FROM_OPEN, FROM_OPEN_OR_PAUSED, "", ""]),
        ("open", [FROM_DRAFT_OR_PAUSED, "", "", "", ""]),
        ("paused", ["", FROM_OPEN, "", "", ""]),
        ("closed", [FROM_DRAFT_OR_PAUSED, FROM_OPEN, FROM_OPEN_OR_PAUSED, "", ""]),
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
    answers |= {"organisation_types": ["start_up", "club"]}

    page = client.post(address("accesspolicy", "change", policy.pk), answers)

    assert page.context["adminform"].form.errors == {
        "organisation_types": ["Select a valid choice. club is not one of the available choices."]
    }


def add_rounds(client, call, **answers):
    data = {"first_on": "2026-12-01", "days": "1", "time": "10:00", "every": 1, "count": 12}
    return perform(client, call, "add_rounds", **(data | answers))


def test_the_1st_of_each_month_at_10_twelve_times_is_one_form(client):
    call = Call.objects.get(mode__code="DEV")
    call.rounds.all().delete()
    sign_in(client, Role.ACCESS_OFFICER)

    page = add_rounds(client, call)
    again = add_rounds(client, call)

    cut_offs = list(call.rounds.values_list("cut_off_at", flat=True))
    in_brussels = [moment.astimezone(clock.BRUSSELS) for moment in cut_offs]
    assert [(moment.day, moment.hour, moment.minute) for moment in in_brussels] == [(1, 10, 0)] * 12
    assert [moment.month for moment in in_brussels] == [12, *range(1, 12)]
    assert messages(page) == [f"Done: Add a series of rounds. {call}"]
    assert messages(again) == messages(page)


def test_rounds_outside_the_call_are_refused_with_what_to_do(client):
    call = Call.objects.get(mode__code="DEV")
    sign_in(client, Role.ACCESS_OFFICER)

    page = add_rounds(client, call, count=13)

    assert page.context["form"].non_field_errors() == [
        "The cut-off on 1 December 2027 lies outside the call, which runs from 1 January 2026 to "
        "1 November 2027. Change the call’s dates first, or ask for fewer rounds."
    ]
    assert call.rounds.count() == 12


@pytest.mark.parametrize("days", ["0", "32", "first", "1;2", "-1", "", "²"])
def test_days_that_no_month_has_are_refused(client, days):
    call = Call.objects.get(mode__code="DEV")
    sign_in(client, Role.ACCESS_OFFICER)

    page = add_rounds(client, call, days=days)

    assert list(page.context["form"].errors) == ["days"]


@pytest.mark.parametrize("steps", [["technical"], ["administrative", "peer_review"]])
def test_a_policy_needs_both_checks(client, call, steps):
    policy = AccessPolicy.objects.get(mode=call.mode)
    policy.steps = steps

    with pytest.raises(ValidationError) as refusal:
        policy.clean()

    assert refusal.value.message_dict == {
        "steps": ["The eligibility and the technical check are needed."]
    }


def test_an_officer_adds_a_mode_and_a_policy_without_code(client):
    sign_in(client, Role.ACCESS_OFFICER)
    mode = {"code": "TST", "series": "TST", "letters": "T", "purposes": ["try_out"]}
    texts = {"name_en": "Test", "name_de": "Test", "summary_en": "A test.", "summary_de": "Test."}
    items = {"check_items-TOTAL_FORMS": 0, "check_items-INITIAL_FORMS": 0}
    template = AccessPolicy.objects.first().case_template_id

    added = client.post(address("accessmode", "add"), mode | texts | items)
    policy = {
        "mode": AccessMode.objects.get(code="TST").pk,
        "valid_from_0": "2026-11-01",
        "valid_from_1": "00:00",
        "unit": "node_hours",
        "least_hours": 100,
        "most_hours": 200,
        "months": "3, 1",
        "organisation_types": ["start_up", "research"],
        "eu_project_types": ["start_up"],
        "contract_months": 0,
        "steps": ["technical", "administrative"],
        "decision_days": 5,
        "answer_days": 10,
        "start_within_days": 30,
        "report_months": 3,
        "renewals": 0,
        "extension_months": 0,
        "extension_percent": 0,
        "acct_mode": "fixed",
        "exhaustion_policy": "block",
        "case_template": template,
    }
    form = client.get(address("accesspolicy", "add")).context["adminform"].form
    offered = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    saved = client.post(address("accesspolicy", "add"), offered | policy)

    row = AccessPolicy.objects.get(mode__code="TST")
    assert (added.status_code, saved.status_code) == (302, 302)
    assert (row.months, row.steps) == ([1, 3], ["administrative", "technical"])
    assert row.organisation_types == ["start_up", "research"]
    assert row.eu_project_types == ["start_up"]


def test_a_limit_changes_from_a_date_on(client, call, monday):
    sign_in(client, Role.ACCESS_OFFICER)
    old = AccessPolicy.objects.get(mode=call.mode)
    form = client.get(address("accesspolicy", "change", old.pk)).context["adminform"].form
    answers = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answers |= {"valid_from_0": "2026-12-01", "valid_from_1": "00:00", "most_hours": 8000}
    answers |= {"months": "1, 2, 3", "_saveasnew": "1"}

    client.post(address("accesspolicy", "change", old.pk), answers)

    policies = call.mode.policies
    assert policies.valid(at=monday).first() == old
    later = policies.valid(at=monday + dt.timedelta(days=30)).first()
    assert (later.least_hours, later.most_hours) == (5000, 8000)
