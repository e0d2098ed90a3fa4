"""Clients of the REST interface: by token, by session, and by nobody."""

from rest_framework.test import APIClient

from jaif_portal.flows.tokens import issue_token
from jaif_portal.models import Scope


class JSONClient(APIClient):
    default_format = "json"


def bearer(user, *scopes):
    """A program with a token of ``user`` for ``scopes``; for all of them if none is named."""
    _token, secret = issue_token(user, name="tests", scopes=scopes or Scope.values, days=1)
    return JSONClient(headers={"Authorization": f"Bearer {secret}"})


def signed_in(user):
    """A browser with a session of ``user``, whose CSRF token is checked as a real one's is."""
    client = JSONClient(enforce_csrf_checks=True)
    client.force_login(user)
    return client
