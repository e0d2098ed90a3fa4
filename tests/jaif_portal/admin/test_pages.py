import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from jaif_portal.apps import PortalConfig
from jaif_portal.flows.clock import set_clock
from jaif_portal.flows.deadlines import set_deadline
from jaif_portal.flows.tokens import issue_token
from jaif_portal.models import AccessToken, Holiday, Mail, Transition
from onboarding.models import Role
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

MODELS = [model for model in admin.site._registry if model._meta.app_label == PortalConfig.name]


def address(model, page, *args):
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_{page}", args=args)


@pytest.fixture
def rows():
    mail = Mail.objects.create(key="1", recipient="ada@example.org", subject="Hello", body="…")
    Transition.objects.create(subject=mail, to_state="sent", at=timezone.now())
    set_deadline("reminder", mail, due_at=timezone.now())
    Holiday.objects.get_or_create(day="2031-01-01", defaults={"name": "New Year"})
    issue_token(UserFactory(), name="laptop", scopes=[], days=1)
    set_clock(by=None, rate=60)


@pytest.mark.parametrize("model", MODELS)
def test_those_who_may_read_find_the_lists_and_the_rows(client, rows, model):
    role = Role.ADMINISTRATOR if model is AccessToken else Role.AUDITOR
    client.force_login(UserFactory(role=role))

    listing = client.get(address(model, "changelist"))
    row = client.get(address(model, "change", model.objects.first().pk))

    assert (listing.status_code, row.status_code) == (200, 200)
    assert " style=" not in row.content.decode().split("<main")[1]


@pytest.mark.parametrize("model", MODELS)
def test_nobody_adds_or_deletes_what_flows_write(client, rows, model):
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))

    pages = [address(model, "add"), address(model, "delete", model.objects.first().pk)]

    answer = 200 if model is Holiday else 403
    assert [client.get(page).status_code for page in pages] == [answer, answer]


@pytest.mark.parametrize("count", [1, 5])
def test_listing_the_history_takes_the_same_queries_for_any_number(
    client, django_assert_num_queries, count
):
    mails = [
        Mail.objects.create(key=key, recipient="a@b.example", subject="…") for key in range(count)
    ]
    officer = UserFactory(role=Role.AUDITOR)
    for mail in mails:
        Transition.objects.create(subject=mail, to_state="sent", at=timezone.now(), by=officer)
    client.force_login(officer)
    client.get(address(Transition, "changelist"))

    with django_assert_num_queries(10):
        client.get(address(Transition, "changelist"))
