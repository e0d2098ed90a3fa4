import datetime as dt

import pytest
import time_machine

from jaif_portal import clock
from jaif_portal.exceptions import ClockOnlyMovesForward, NotPermitted
from jaif_portal.flows.clock import pause_clock, resume_clock, set_clock, start_clock
from jaif_portal.models import ClockChange, PortalClock
from onboarding.models import Role
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def wall():
    with time_machine.travel(NOON, tick=False) as wall:
        yield wall


@pytest.fixture
def administrator():
    return UserFactory(role=Role.ADMINISTRATOR)


def changes():
    rows = ClockChange.objects.order_by("pk")
    return list(rows.values_list("by", "old_time", "new_time", "old_rate", "new_rate"))


def test_a_new_rate_counts_from_now_on(wall, administrator):
    set_clock(by=administrator, rate=60)
    before = clock.now()
    wall.shift(HOUR)

    assert (before, clock.now()) == (NOON, NOON + 60 * HOUR)
    assert changes() == [(administrator.pk, NOON, NOON, 1, 60)]


def test_a_second_rate_keeps_the_time_that_has_passed(wall):
    set_clock(by=None, rate=60)
    wall.shift(HOUR)
    set_clock(by=None, rate=1)
    wall.shift(HOUR)

    assert clock.now() == NOON + 61 * HOUR


def test_a_jump_keeps_the_rate(wall, administrator):
    set_clock(by=None, rate=60)
    set_clock(by=administrator, to=NOON + 9 * HOUR)
    wall.shift(HOUR)

    assert clock.now() == NOON + 69 * HOUR
    assert changes()[1] == (administrator.pk, NOON, NOON + 9 * HOUR, 60, 60)


def test_portal_time_never_moves_back(wall, administrator):
    set_clock(by=None, to=NOON + HOUR)

    with pytest.raises(ClockOnlyMovesForward) as refusal:
        set_clock(by=administrator, to=NOON + HOUR - dt.timedelta(microseconds=1))

    assert refusal.value.code == "clock_only_moves_forward"
    assert str(refusal.value) == "Portal time only moves forward."
    assert (clock.now(), len(changes())) == (NOON + HOUR, 1)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_set_the_clock(wall, role):
    with pytest.raises(NotPermitted):
        set_clock(by=UserFactory(role=role), to=NOON + HOUR)

    assert not PortalClock.objects.exists()


def test_starting_again_leaves_a_running_clock_alone(wall):
    start_clock(rate=60)
    wall.shift(HOUR)

    again = start_clock(rate=5)

    assert (again.rate, clock.now()) == (60, NOON + 60 * HOUR)
    assert len(changes()) == 1


def test_portal_time_stands_still_while_the_portal_is_down(wall):
    start_clock(rate=60)
    for _time in range(2):
        pause_clock()
    wall.shift(9 * HOUR)
    for _time in range(2):
        resume_clock()
    wall.shift(HOUR)

    assert clock.now() == NOON + 60 * HOUR


def test_a_pause_that_a_person_made_outlives_a_restart(wall, administrator):
    start_clock(rate=60)
    set_clock(by=administrator, rate=0)
    pause_clock()
    resume_clock()
    wall.shift(HOUR)

    assert clock.now() == NOON
