import datetime as dt
from unittest.mock import Mock

import pytest
import time_machine
from django.utils import timezone

from jaif_portal.flows.idempotency import KEPT_FOR, KeyReused, forget_expired_keys, once
from jaif_portal.models import IdempotencyRecord
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def act():
    return Mock(side_effect=[(201, {"id": 1}), (201, {"id": 2})])


def test_the_same_request_is_done_once_and_answered_alike(user, act):
    answers = [once(act, user=user, key="k", request_digest="a") for _time in range(3)]

    assert answers == [(201, {"id": 1})] * 3
    assert act.call_count == 1


def test_a_key_belongs_to_its_person(user, act):
    for person in (user, UserFactory()):
        once(act, user=person, key="k", request_digest="a")

    assert act.call_count == 2


def test_a_key_that_comes_with_another_request_is_refused(user, act):
    once(act, user=user, key="k", request_digest="a")

    with pytest.raises(KeyReused) as refusal:
        once(act, user=user, key="k", request_digest="b")

    assert refusal.value.code == "idempotency_key_reused"
    assert str(refusal.value) == (
        "This Idempotency-Key was already used for a different request. Choose a new one."
    )
    assert act.call_count == 1


def test_a_request_that_failed_leaves_its_key_free(user, act):
    with pytest.raises(ConnectionError):
        once(Mock(side_effect=ConnectionError), user=user, key="k", request_digest="a")

    assert not IdempotencyRecord.objects.exists()
    assert once(act, user=user, key="k", request_digest="b") == (201, {"id": 1})


def test_answers_are_forgotten_after_a_week(user, act):
    once(act, user=user, key="k", request_digest="a")
    second = dt.timedelta(seconds=1)
    kept = []

    for later in (KEPT_FOR - second, KEPT_FOR + second):
        with time_machine.travel(timezone.now() + later):
            forget_expired_keys()
        kept.append(IdempotencyRecord.objects.count())

    assert kept == [1, 0]
