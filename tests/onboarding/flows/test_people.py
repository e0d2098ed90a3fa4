import pytest

from jaif_portal.exceptions import NotPermitted
from onboarding.flows.people import lock_password
from onboarding.models import Role
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_lock_password_makes_the_password_useless(client):
    ada = UserFactory()
    client.force_login(ada)

    lock_password(ada, by=UserFactory(role=Role.ADMINISTRATOR))

    ada.refresh_from_db()
    assert (ada.has_usable_password(), ada.check_password("pass-word-1234")) == (False, False)
    assert client.get("/keys/").status_code == 302  # the session has ended


@pytest.mark.parametrize("role", [None, Role.ACCESS_OFFICER, Role.ONBOARDING_OFFICER])
def test_lock_password_is_for_administrators_alone(role):
    ada = UserFactory()

    with pytest.raises(NotPermitted):
        lock_password(ada, by=UserFactory(role=role))
