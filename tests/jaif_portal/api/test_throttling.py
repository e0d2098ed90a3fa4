import pytest
from django.core.cache import cache

from tests.clients import JSONClient, bearer
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/organisations/"


@pytest.fixture(autouse=True)
def uncounted():
    cache.clear()
    yield
    cache.clear()


def test_an_answer_says_how_many_requests_are_left():
    client = bearer(UserFactory())
    client.get(URL)

    response = client.get(URL)

    assert response["RateLimit-Policy"] == '"user";q=1200;w=60'
    assert response["RateLimit"] == '"user";r=1198;t=60'


def test_somebody_who_is_not_signed_in_has_fewer():
    response = JSONClient().get("/api/schema/")

    assert response["RateLimit"] == '"anon";r=59;t=60'


def test_too_many_requests_are_refused_until_some_time_has_passed(monkeypatch):
    monkeypatch.setattr("jaif_portal.api.throttling.PersonThrottle.rate", "1/min", raising=False)
    client = bearer(UserFactory())
    client.get(URL)

    response = client.get(URL)

    assert (response.status_code, response.json()["code"]) == (429, "throttled")
    assert 1 <= int(response["Retry-After"]) <= 61
    assert response["RateLimit"].startswith('"user";r=0;t=')


def test_pages_are_not_counted(client):
    assert "RateLimit" not in client.get("/health/")
