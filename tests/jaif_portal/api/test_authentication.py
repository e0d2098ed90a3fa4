import datetime as dt

import pytest
from django.utils import timezone

from jaif_portal.flows.tokens import issue_token, revoke_token
from jaif_portal.models import AccessToken, Scope
from tests.clients import JSONClient, bearer, signed_in
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/organisations/"


def ask(secret, **headers):
    return JSONClient().get(URL, headers={"Authorization": f"Bearer {secret}", **headers})


def test_a_token_is_found_in_one_query(django_assert_num_queries):
    client = bearer(UserFactory())

    with django_assert_num_queries(1):
        response = client.get("/api/v1/ssh-keys/", {"colour": "red"})

    assert response.status_code == 400


def test_nobody_is_challenged():
    response = JSONClient().get(URL)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="jaif"'
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("secret", ["", "jaif_wrong", "jaif_\xe4\xf6", "a b c"])
def test_an_unknown_token_is_refused(secret):
    response = ask(secret)

    assert (response.status_code, response.json()["code"]) == (401, "invalid_token")
    assert response["WWW-Authenticate"] == 'Bearer realm="jaif", error="invalid_token"'


def test_an_expired_token_is_refused():
    token, secret = issue_token(UserFactory(), name="old", scopes=Scope.values, days=1)
    past = timezone.now() - dt.timedelta(seconds=1)
    AccessToken.objects.filter(pk=token.pk).update(expires_at=past)

    assert ask(secret).status_code == 401


def test_a_revoked_token_is_refused():
    token, secret = issue_token(UserFactory(), name="lost", scopes=Scope.values, days=1)
    revoke_token(token)

    assert ask(secret).status_code == 401


def test_a_token_of_somebody_who_left_is_refused():
    _token, secret = issue_token(UserFactory(is_active=False), name="x", scopes=[], days=1)

    assert ask(secret).status_code == 401


def test_a_token_that_lacks_the_scope_is_told_which():
    response = bearer(UserFactory(), Scope.JOBS_READ).get(URL)

    assert (response.status_code, response.json()["code"]) == (403, "missing_scope")
    assert response.json()["detail"] == "This token lacks the scope “onboarding:read”."


def test_a_token_for_reading_does_not_write():
    client = bearer(UserFactory(), Scope.ONBOARDING_READ)

    assert client.get(URL).status_code == 200
    assert client.post(URL, {}).json()["detail"] == (
        "This token lacks the scope “onboarding:write”."
    )


def test_a_session_reads_without_a_scope():
    user = UserFactory()
    OrganisationFactory(representative=user)

    assert len(signed_in(user).get(URL).json()["results"]) == 1


def test_a_session_does_not_write_without_its_csrf_token():
    response = signed_in(UserFactory()).post(URL, {})

    assert (response.status_code, response.json()["code"]) == (403, "csrf_failed")


def test_a_session_writes_with_its_csrf_token():
    client = signed_in(UserFactory())
    client.cookies["csrftoken"] = "a" * 32

    response = client.post(URL, {}, headers={"X-CSRFToken": "a" * 32})

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
