"""Pages as people meet them."""

from django.urls import reverse

from onboarding.models import Role
from tests.onboarding.factories import UserFactory

HTMX = {"HX-Request": "true"}


def address(name, *args):
    return reverse(f"allocations:{name}", args=args)


def visit(client, person):
    client.force_login(person)
    return person


def somebody(role=None):
    return UserFactory(role=role)


def auditor():
    return UserFactory(role=Role.AUDITOR)


def errors(page):
    """``{field: [sentence, ...]}`` of the page's form."""
    return {field: list(map(str, found)) for field, found in page.context["form"].errors.items()}


def messages(page):
    return [str(message) for message in page.context["messages"]]
