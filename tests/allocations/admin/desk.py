"""Members of staff at the administration's pages; a superuser would see no missing rule."""

from django.urls import reverse

from onboarding.models import Role
from tests.onboarding.factories import UserFactory

READERS = [
    Role.ACCESS_OFFICER,
    Role.TECHNICAL_REVIEWER,
    Role.TECHNICAL_LEAD,
    Role.PANEL_CHAIR,
    Role.PUBLISHER,
    Role.ONBOARDING_OFFICER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
]
EVERYBODY = [*READERS, Role.PEER_REVIEWER]


def address(model, page, *args):
    return reverse(f"admin:allocations_{model}_{page}", args=args)


def sign_in(client, role):
    user = UserFactory(role=role)
    client.force_login(user)
    return user


def offered_acts(client, row):
    """``{act: why not}`` as the row's page offers them; empty where it is possible."""
    page = client.get(address(row._meta.model_name, "change", row.pk))
    return {item["act"].name: item["hindrance"] for item in page.context["acts"]}


def perform(client, row, name, **answers):
    """Post an act and follow to where it leads."""
    url = address(row._meta.model_name, "act", row.pk, name)
    return client.post(url, answers, follow=True)


def perform_in_bulk(client, model, name, rows):
    data = {"action": name, "_selected_action": [row.pk for row in rows]}
    return client.post(address(model, "changelist"), data, follow=True)


def errors(page):
    return {field: list(map(str, found)) for field, found in page.context["form"].errors.items()}


def messages(page):
    return [str(message) for message in page.context["messages"]]
