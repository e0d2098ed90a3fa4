import pytest
from django.urls import reverse

from jaif_portal import clock
from onboarding.flows.agreements import current_terms
from onboarding.models import Acceptance, Terms
from tests.onboarding.factories import UserFactory, next_terms, sign_agreement

pytestmark = pytest.mark.django_db

USAGE = reverse("onboarding:terms", args=["usage"])
AWARD = reverse("onboarding:terms", args=["award"])


def current(kind=Terms.Kind.USAGE):
    return current_terms(kind, at=clock.now())


@pytest.mark.parametrize("url", [USAGE, AWARD])
def test_everybody_may_read_the_terms(client, url):
    assert client.get(url).status_code == 200


def test_terms_of_another_kind_do_not_exist(client):
    assert client.get(reverse("onboarding:terms", args=["cookies"])).status_code == 404


def test_the_text_is_in_the_language_of_the_page(client):
    german = client.get(USAGE, headers={"Accept-Language": "de"})

    assert "Ihr Zugang ist persönlich." in german.text


def test_signing_needs_an_account(client):
    response = client.post(USAGE, {"terms": current().pk, "agree": "on"})

    assert response["Location"] == f"/accounts/login/?next={USAGE}"
    assert not Acceptance.objects.exists()


def test_signing_records_the_signature_and_goes_back(client):
    ada = UserFactory()
    client.force_login(ada)

    response = client.post(USAGE, {"terms": current().pk, "agree": "on", "next": "/onboarding/7/"})

    assert response["Location"] == "/onboarding/7/"
    assert ada.acceptances.get().terms == current()


def test_signing_stays_on_the_page_where_no_other_is_named(client):
    client.force_login(UserFactory())

    response = client.post(USAGE, {"terms": current().pk, "agree": "on"}, follow=True)

    assert "You signed this version on" in response.text


def test_signing_without_agreeing_is_refused(client):
    client.force_login(UserFactory())

    response = client.post(USAGE, {"terms": current().pk})

    assert response.context["form"].errors == {"agree": ["This field is required."]}
    assert not Acceptance.objects.exists()


def test_a_text_that_changed_while_it_was_read_is_not_signed(client):
    client.force_login(UserFactory())
    read = current()
    next_terms()

    response = client.post(USAGE, {"terms": read.pk, "agree": "on"})

    assert response.context["form"].non_field_errors() == [
        "There is a newer version of these terms. Read and sign that one."
    ]
    assert not Acceptance.objects.exists()
    assert f'name="terms" value="{current().pk}"' in response.text
    assert "checked" not in response.text


@pytest.mark.parametrize("kind", ["award", None])
def test_only_terms_of_the_kind_of_the_page_are_signed(client, kind):
    client.force_login(UserFactory())
    pk = current(kind).pk if kind else 0

    assert client.post(USAGE, {"terms": pk, "agree": "on"}).status_code == 404


def test_the_terms_of_an_award_are_signed_elsewhere(client):
    client.force_login(UserFactory())

    text = client.get(AWARD).text

    assert "These terms are signed on the page on which an award is accepted." in text
    assert 'name="agree"' not in text


def test_who_signed_an_older_version_is_asked_again(client):
    ada = UserFactory()
    sign_agreement(ada)
    next_terms()
    client.force_login(ada)

    text = client.get(USAGE).text

    assert "You signed this version on" not in text
    assert 'name="agree"' in text
