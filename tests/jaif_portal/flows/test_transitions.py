import datetime as dt

import pytest

from allocations.models import Call, CallState
from jaif_portal.exceptions import TransitionNotAllowed
from jaif_portal.flows.transitions import move, plan, record_birth
from jaif_portal.models import Transition
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture
def call():
    call = Call.objects.get(mode__code="PG")
    call.title_en = "Not saved"
    return call


def history(subject):
    return [
        (step.from_state, step.to_state, step.by, step.at, step.note)
        for step in Transition.objects.of(subject)
    ]


def test_a_move_writes_the_state_and_who_when_why(call):
    person = UserFactory()

    move(call, to=CallState.PAUSED, by=person, at=NOON, note="Too many proposals.")

    assert history(call) == [("open", "paused", person, NOON, "Too many proposals.")]
    call.refresh_from_db()
    assert (call.state, call.title_en) == ("paused", "Playground access 2026")


def test_a_rule_moves_without_a_person(call):
    step = move(call, to=CallState.CLOSED, by=None, at=NOON)

    assert (step.by, step.note) == (None, "")


def test_a_step_that_the_table_does_not_have_is_refused_and_changes_nothing(call):
    with pytest.raises(TransitionNotAllowed) as refusal:
        move(call, to=CallState.DRAFT, by=None, at=NOON)

    assert refusal.value.code == "transition_not_allowed"
    assert str(refusal.value) == "This cannot go from “Open” to “Draft”."
    assert (call.state, history(call)) == ("open", [])


def test_staying_is_no_step(call):
    with pytest.raises(TransitionNotAllowed):
        move(call, to=CallState.OPEN, by=None, at=NOON)


def test_a_plan_saves_nothing(call):
    step = plan(call, to=CallState.PAUSED, by=None, at=NOON)

    assert (call.state, step.from_state, step.to_state) == ("paused", "open", "paused")
    assert step.pk is None
    assert Call.objects.get(mode__code="PG").state == "open"


def test_a_history_begins_with_the_birth_and_stays_in_order(call):
    record_birth(call, by=None, at=NOON, note="Loaded")
    move(call, to=CallState.PAUSED, by=None, at=NOON)
    move(call, to=CallState.OPEN, by=None, at=NOON)

    steps = [(step[0], step[1]) for step in history(call)]
    assert steps == [("", "open"), ("open", "paused"), ("paused", "open")]


def test_subjects_of_other_kinds_have_their_own_history(call):
    person = UserFactory(pk=call.pk)

    move(call, to=CallState.PAUSED, by=None, at=NOON)

    assert history(person) == []
