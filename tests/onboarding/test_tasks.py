import pytest
from django.conf import settings

from jaif_portal.celery import app
from onboarding.tasks import check_cases
from tests.onboarding.factories import UserFactory, case_of, turn_on_mfa


@pytest.mark.django_db
def test_the_beat_ticks_what_changed_and_again_changes_nothing():
    ada = UserFactory()
    case = case_of(ada)
    turn_on_mfa(ada)

    check_cases()
    first = case.steps.get(kind="mfa").done_at
    check_cases()

    assert first is not None
    assert case.steps.get(kind="mfa").done_at == first


def test_the_beat_knows_the_task():
    name = settings.CELERY_BEAT_SCHEDULE["onboarding.check_cases"]["task"]

    assert app.tasks[name].name == check_cases.name
