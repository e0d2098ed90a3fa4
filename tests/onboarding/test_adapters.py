"""From sign-up to the first page, through allauth."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from onboarding.models import Role, User
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-enough-pass-phrase"
NEW = reverse("onboarding:organisation_new")


def sign_up(client, **changes):
    answers = {
        "email": "Ada@Example.org",
        "name": "Ada Lovelace",
        "language": "de",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    return client.post(reverse("account_signup"), answers | changes)


def confirm(client, mail):
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+/)", mail.body)
    return client.post(link.group(1))


def sign_in(client, user, **more):
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    answers = {"login": user.email, "password": "pass-word-1234", **more}
    return client.post(reverse("account_login"), answers)["Location"]


def test_signing_up_keeps_name_language_and_address_in_lower_case(client):
    sign_up(client)

    ada = User.objects.get()
    assert (ada.email, ada.name, ada.language) == ("ada@example.org", "Ada Lovelace", "de")
    assert (ada.is_staff, ada.check_password(PASSWORD)) == (False, True)


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("language", "fr"), ("password2", "different")]
)
def test_signing_up_with_a_wrong_answer_makes_no_account(client, field, value):
    response = sign_up(client, **{field: value})

    assert field in response.context["form"].errors
    assert not User.objects.exists()


def test_somebody_new_comes_to_the_form_for_their_organisation(client, mailoutbox):
    sign_up(client)
    confirm(client, mailoutbox[0])

    location = client.post(
        reverse("account_login"), {"login": "ada@example.org", "password": PASSWORD}
    )["Location"]

    assert location == NEW


def test_the_form_is_shown_after_the_first_sign_in_only(client):
    ada = UserFactory()
    assert sign_in(client, ada) == NEW
    client.logout()

    assert sign_in(client, ada) == reverse("allocations:home")


def test_who_acts_for_an_organisation_comes_to_the_dashboard(client):
    ada = UserFactory()
    OrganisationFactory(representative=ada)

    assert sign_in(client, ada) == reverse("allocations:home")


def test_staff_come_to_the_dashboard(client):
    assert sign_in(client, UserFactory(role=Role.ACCESS_OFFICER)) == reverse("allocations:home")


def test_a_page_that_asked_to_sign_in_comes_first(client):
    assert sign_in(client, UserFactory(), next="/keys/") == "/keys/"
