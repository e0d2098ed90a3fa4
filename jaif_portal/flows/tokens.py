"""Personal access tokens: issued once, found by digest, revoked for good."""

import datetime as dt
import hashlib
import secrets

from django.utils import timezone

from ..models import AccessToken

PREFIX = "jaif_"


def issue_token(user, *, name, scopes, days):
    """Create a token and return it with its secret, which is shown this once."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        user=user,
        name=name,
        digest=digest(secret),
        hint=secret[:10],
        scopes=sorted(scopes),
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    return token, secret


def find_token(secret):
    """The valid token with this secret and its active user in one query, or ``None``."""
    return (
        AccessToken.objects.select_related("user")
        .filter(
            digest=digest(secret),
            revoked_at=None,
            expires_at__gt=timezone.now(),
            user__is_active=True,
        )
        .first()
    )


def revoke_token(token):
    AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest()
