import pytest
from django.urls import reverse

from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db


def switch(client, language, to="/help/"):
    return client.post(reverse("set_language"), {"language": language, "next": to})


def test_the_switch_keeps_the_place(client):
    response = switch(client, "de", to="/help/?part=2")

    assert response.url == "/help/?part=2"
    assert '<html lang="de">' in client.get(response.url).content.decode()


def test_the_switch_leads_to_no_other_site(client):
    assert switch(client, "de", to="https://elsewhere.example/").url == "/"


def test_mails_follow_the_language_that_was_chosen(client):
    user = UserFactory(language="en")
    client.force_login(user)

    switch(client, "de")

    user.refresh_from_db()
    assert user.language == "de"


def test_an_unknown_language_changes_nothing(client):
    user = UserFactory(language="en")
    client.force_login(user)

    switch(client, "tlh")

    user.refresh_from_db()
    assert user.language == "en"


def test_a_link_cannot_switch(client):
    assert client.get(reverse("set_language")).status_code == 405
