import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from jaif_portal.flows.tokens import find_token
from jaif_portal.models import AccessToken
from jaif_portal.models.tokens import Scope
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_prints_the_secret_of_a_token_for_everything(capsys):
    user = UserFactory()

    call_command("issue_token", user.email.upper())

    token = find_token(capsys.readouterr().out.strip())
    assert token.user == user
    assert token.scopes == sorted(Scope.values)
    assert token.expires_at - timezone.now() < dt.timedelta(days=30)


def test_keeps_to_the_scopes_asked_for(capsys):
    user = UserFactory()

    call_command("issue_token", user.email, "--scope", Scope.JOBS_READ, "--days", "1")

    token = find_token(capsys.readouterr().out.strip())
    assert token.scopes == [Scope.JOBS_READ]
    assert token.expires_at - timezone.now() < dt.timedelta(days=1)


def test_refuses_an_unknown_address():
    with pytest.raises(CommandError, match="no active account with the address nobody@demo"):
        call_command("issue_token", "nobody@demo.example")

    assert AccessToken.objects.count() == 0
