"""Members of staff at the administration's pages."""

from django.urls import reverse

from onboarding.models import Role
from tests.onboarding.factories import UserFactory

STAFF = [
    Role.ACCESS_OFFICER,
    Role.TECHNICAL_REVIEWER,
    Role.PANEL_CHAIR,
    Role.ONBOARDING_OFFICER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
]


def address(model, page, *args):
    return reverse(f"admin:onboarding_{model}_{page}", args=args)


def sign_in(client, role):
    user = UserFactory(role=role)
    client.force_login(user)
    return user
