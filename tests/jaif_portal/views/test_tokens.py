import datetime as dt

import pytest
from django.utils import timezone

from jaif_portal.flows.tokens import find_token, issue_token
from jaif_portal.models import AccessToken, Scope
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

ANSWERS = {"name": "laptop", "scopes": ["jobs:read", "jobs:write"], "days": 30}


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


def test_nobody_is_asked_to_sign_in(client):
    assert client.get("/tokens/")["Location"] == "/accounts/login/?next=/tokens/"


def test_a_new_token_works_and_its_secret_is_shown_once(client, user):
    response = client.post("/tokens/", ANSWERS)

    secret = response.context["secret"]
    token = find_token(secret)
    assert (token.user, token.name, token.scopes) == (user, "laptop", ANSWERS["scopes"])
    assert dt.timedelta(days=29) < token.expires_at - timezone.now() < dt.timedelta(days=30)
    assert response.content.decode().count(secret) == 1
    assert secret not in client.get("/tokens/").content.decode()


def test_no_cache_keeps_the_page_with_the_secret(client, user):
    assert "no-store" in client.post("/tokens/", ANSWERS)["Cache-Control"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
    ],
)
def test_a_token_is_not_made_from_wrong_answers(client, user, changes, field):
    response = client.post("/tokens/", ANSWERS | changes)

    assert list(response.context["form"].errors) == [field]
    assert not AccessToken.objects.exists()


def test_a_revoked_token_no_longer_works_nor_is_listed(client, user):
    token, secret = issue_token(user, name="lost", scopes=[Scope.JOBS_READ], days=1)

    response = client.post(f"/tokens/{token.pk}/revoke/", follow=True)

    assert find_token(secret) is None
    assert list(response.context["tokens"]) == []
    assert "The token “lost” can no longer be used." in response.content.decode()


def test_a_token_of_somebody_else_is_neither_listed_nor_revoked(client, user):
    token, secret = issue_token(UserFactory(), name="theirs", scopes=[], days=1)

    response = client.post(f"/tokens/{token.pk}/revoke/")

    assert response.status_code == 404
    assert list(client.get("/tokens/").context["tokens"]) == []
    assert find_token(secret) == token
