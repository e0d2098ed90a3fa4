import pytest
from django.test import Client
from django.urls import reverse
from django.views import defaults

from jaif_portal.flows.clock import set_clock
from tests.onboarding.factories import UserFactory


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["help", "simulated", "account_login", "account_signup"])
def test_public_pages_answer_within_the_content_security_policy(client, name):
    response = client.get(reverse(name))

    html = response.content.decode()
    assert response.status_code == 200
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    assert " style=" not in html
    assert " onclick=" not in html
    assert "<script>" not in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["account_email", "account_change_password", "mfa_index", "account_logout"],
)
def test_account_pages_stand_in_the_portals_frame(client, name):
    client.force_login(UserFactory(name="Ada Lindqvist"))

    html = client.get(reverse(name)).content.decode()

    assert "site-header" in html
    assert "Ada Lindqvist" in html


@pytest.mark.django_db
def test_header_shows_portal_time_only_where_it_differs(client):
    assert "Portal time" not in client.get("/simulated/").content.decode().split("<main")[0]

    set_clock(by=None, rate=60)

    assert "60 times real time" in client.get("/simulated/").content.decode()


@pytest.mark.django_db
def test_a_page_that_does_not_exist_offers_to_sign_in(client):
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert f"{reverse('account_login')}?next=/no-such-page/" in response.content.decode()


@pytest.mark.django_db
def test_a_form_that_is_too_old_says_so():
    response = Client(enforce_csrf_checks=True).post(reverse("set_language"))

    assert response.status_code == 403
    assert "Please send it again" in response.content.decode()


@pytest.mark.django_db
def test_the_administration_is_closed_to_others(client):
    client.force_login(UserFactory())

    response = client.get(reverse("admin:index"), follow=True)

    assert response.status_code == 403
    assert "You may not do this" in response.content.decode()


@pytest.mark.django_db
def test_the_administration_asks_the_portal_to_sign_people_in(client):
    response = client.get(reverse("admin:index"), follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_the_error_page_needs_no_database(rf):
    response = defaults.server_error(rf.get("/"))

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()


def test_the_page_for_bad_requests_needs_no_database(rf):
    response = defaults.bad_request(rf.get("/"), None)

    assert response.status_code == 400
    assert "We could not read this request" in response.content.decode()
