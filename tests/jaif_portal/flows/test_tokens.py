import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from jaif_portal.flows.tokens import digest, find_token, issue_token, revoke_token
from jaif_portal.models import AccessToken
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def user():
    return UserFactory()


def issue(user, **changes):
    return issue_token(user, **{"name": "laptop", "scopes": ["jobs:read"], "days": 30} | changes)


def test_the_secret_is_kept_as_a_digest_alone(user):
    token, secret = issue(user)

    kept = {str(value) for value in AccessToken.objects.values_list().get()}
    assert not any(secret in value for value in kept)
    assert (token.digest, token.hint) == (digest(secret), secret[:10])
    assert secret.startswith("jaif_")
    assert len(secret) >= 48


def test_scopes_are_kept_in_order(user):
    token, _secret = issue(user, scopes={"jobs:write", "jobs:read"})

    assert token.scopes == ["jobs:read", "jobs:write"]


def test_two_tokens_have_two_secrets(user):
    assert issue(user)[1] != issue(user)[1]


def test_a_valid_token_is_found_with_its_person_in_one_query(user, django_assert_num_queries):
    token, secret = issue(user)

    with django_assert_num_queries(1):
        found = find_token(secret)
        assert (found, found.user) == (token, user)


@pytest.mark.parametrize("secret", ["", "jaif_", "jaif_wrong", "nonsense"])
def test_another_secret_finds_nothing(user, secret):
    issue(user)

    assert find_token(secret) is None


def test_a_digest_is_no_secret(user):
    token, _secret = issue(user)

    assert find_token(token.digest) is None


def test_a_token_is_found_until_it_expires(user):
    token, secret = issue(user, days=30)
    second = dt.timedelta(seconds=1)

    with time_machine.travel(token.expires_at - second, tick=False):
        assert find_token(secret) == token
    with time_machine.travel(token.expires_at, tick=False):
        assert find_token(secret) is None


def test_a_revoked_token_is_not_found(user):
    token, secret = issue(user)

    revoke_token(token)

    assert find_token(secret) is None


def test_revoking_again_keeps_the_first_moment(user):
    token, _secret = issue(user)
    revoke_token(token)
    first = AccessToken.objects.get().revoked_at

    with time_machine.travel(timezone.now() + DAY):
        revoke_token(token)

    assert AccessToken.objects.get().revoked_at == first


def test_a_token_of_a_closed_account_is_not_found(user):
    _token, secret = issue(user)
    user.is_active = False
    user.save()

    assert find_token(secret) is None
