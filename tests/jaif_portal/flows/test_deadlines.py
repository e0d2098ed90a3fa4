import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from jaif_portal import clock
from jaif_portal.exceptions import NotYet
from jaif_portal.flows.deadlines import fire_due, meet_deadlines, set_deadline
from jaif_portal.models import Deadline, Holiday
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def subject():
    return UserFactory(name="before")


@pytest.fixture
def fired():
    """What the handler ``note`` was called with."""
    return []


@pytest.fixture
def note(fired):
    return lambda subject, *, at: fired.append((subject, at))


def rename(subject, *, at):
    subject.name = "after"
    subject.save()


def test_a_timer_that_is_set_again_is_the_same(subject):
    first, again = (set_deadline("answer", subject, due_at=NOON) for _time in range(2))

    assert first == again
    assert Deadline.objects.count() == 1


def test_an_extension_is_another_row_and_the_first_stays(subject):
    set_deadline("answer", subject, due_at=NOON)
    set_deadline("answer", subject, due_at=NOON + HOUR)

    assert list(Deadline.objects.values_list("due_at", flat=True)) == [NOON, NOON + HOUR]


def test_meeting_stops_the_timers_of_the_subject_and_the_kinds(subject):
    other = UserFactory()
    for kind in ("answer", "decision", "expiry"):
        set_deadline(kind, subject, due_at=NOON)
    set_deadline("answer", other, due_at=NOON)

    meet_deadlines(subject, "answer", "decision", at=NOON - HOUR)

    running = Deadline.objects.running().order_by("pk")
    assert [(timer.kind, timer.subject) for timer in running] == [
        ("expiry", subject),
        ("answer", other),
    ]
    assert set(Deadline.objects.values_list("due_at", flat=True)) == {NOON}


def test_meeting_again_keeps_the_first_moment(subject):
    set_deadline("answer", subject, due_at=NOON)
    for hours in (1, 2):
        meet_deadlines(subject, "answer", at=NOON + hours * HOUR)

    assert Deadline.objects.get().met_at == NOON + HOUR


def test_timers_fire_once_the_oldest_first_and_up_to_the_target(subject, note, fired):
    for hours in (3, 1, 2, 4):
        set_deadline("answer", subject, due_at=NOON + hours * HOUR)

    counts = [fire_due({"answer": note}, until=NOON + 3 * HOUR) for _beat in range(2)]

    assert counts == [3, 0]
    assert fired == [(subject, NOON + hours * HOUR) for hours in (1, 2, 3)]


def test_a_timer_that_fired_says_when(subject, note, frozen_clock):
    set_deadline("answer", subject, due_at=NOON)

    fire_due({"answer": note}, until=NOON)

    timer = Deadline.objects.get()
    assert (timer.due_at, timer.fired_at, timer.met_at) == (NOON, clock.now(), None)


def test_timers_that_were_met_or_are_of_other_kinds_do_not_fire(subject, note, fired):
    set_deadline("answer", subject, due_at=NOON)
    set_deadline("decision", subject, due_at=NOON)
    meet_deadlines(subject, "answer", at=NOON)

    assert fire_due({"answer": note}, until=NOON + HOUR) == 0
    assert fired == []


def test_a_timer_may_set_further_ones_which_fire_as_if_time_had_passed(subject, note, fired):
    def go_on(subject, *, at):
        set_deadline("second", subject, due_at=at + HOUR)
        set_deadline("third", subject, due_at=at + 9 * HOUR)

    set_deadline("first", subject, due_at=NOON)

    count = fire_due({"first": go_on, "second": note, "third": note}, until=NOON + 2 * HOUR)

    assert count == 2
    assert fired == [(subject, NOON + HOUR)]
    assert Deadline.objects.running().get().kind == "third"


def break_the_row(subject, *, at):
    rename(subject, at=at)
    Holiday.objects.create(day=dt.date(2026, 12, 25), name="A second Christmas")


def break_itself(subject, *, at):
    rename(subject, at=at)
    raise RuntimeError("poison")


@pytest.mark.parametrize(
    ("poison", "failure"), [(break_itself, RuntimeError), (break_the_row, IntegrityError)]
)
def test_a_row_that_fails_holds_up_no_other(subject, note, fired, poison, failure):
    healthy = UserFactory()
    set_deadline("poison", subject, due_at=NOON)
    set_deadline("answer", healthy, due_at=NOON + HOUR)

    count = fire_due({"poison": poison, "answer": note}, until=NOON + HOUR)

    timer = Deadline.objects.running().get()
    assert (count, fired) == (1, [(healthy, NOON + HOUR)])
    assert (timer.kind, timer.failure[: len(failure.__name__)]) == ("poison", failure.__name__)


def test_rows_that_fail_are_each_tried_once_a_sweep():
    calls = []

    def fail(subject, *, at):
        calls.append(subject)
        if len(calls) > 9:
            pytest.fail("the sweep does not end")
        raise RuntimeError

    people = [UserFactory() for _number in range(3)]
    for person in people:
        set_deadline("poison", person, due_at=NOON)

    assert fire_due({"poison": fail}, until=NOON) == 0
    assert calls == people


def test_what_a_failed_timer_had_done_is_undone(subject):
    set_deadline("poison", subject, due_at=NOON)

    fire_due({"poison": break_itself}, until=NOON)

    subject.refresh_from_db()
    assert subject.name == "before"


def test_a_failed_timer_is_tried_again_and_forgets_its_failure(subject):
    set_deadline("poison", subject, due_at=NOON)
    fire_due({"poison": break_itself}, until=NOON)

    assert fire_due({"poison": rename}, until=NOON) == 1
    subject.refresh_from_db()
    assert (subject.name, Deadline.objects.get().failure) == ("after", "")


def test_a_timer_that_has_to_wait_is_asked_again_without_a_failure(subject, note, fired):
    def wait(subject, *, at):
        rename(subject, at=at)
        raise NotYet

    set_deadline("expiry", subject, due_at=NOON)
    set_deadline("answer", subject, due_at=NOON + HOUR)

    count = fire_due({"expiry": wait, "answer": note}, until=NOON + HOUR)

    timer = Deadline.objects.running().get()
    subject.refresh_from_db()
    assert (count, len(fired)) == (1, 1)
    assert (timer.kind, timer.failure, subject.name) == ("expiry", "", "before")
    assert fire_due({"expiry": note}, until=NOON) == 1


def test_a_timer_whose_subject_is_gone_fails_alone(subject, note, fired):
    healthy = UserFactory()
    set_deadline("answer", subject, due_at=NOON)
    set_deadline("answer", healthy, due_at=NOON)
    subject.delete()

    def use(subject, *, at):
        note(subject.get_full_name(), at=at)

    assert fire_due({"answer": use}, until=NOON) == 1
    assert fired == [(healthy.name, NOON)]


def test_a_timer_that_is_rolled_back_was_never_set(subject):
    with transaction.atomic():
        set_deadline("answer", subject, due_at=NOON)
        transaction.set_rollback(True)

    assert not Deadline.objects.exists()
