"""Who asks: the bearer of a personal access token, or somebody signed in with a browser."""

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions

from ..flows.tokens import find_token


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer jaif_...``; the token becomes ``request.auth``."""

    def authenticate(self, request):
        scheme, _space, secret = authentication.get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = find_token(secret.strip().decode("latin-1"))
        if token is None:
            raise exceptions.AuthenticationFailed(
                _("This token is unknown, revoked or expired. Create a new one in the portal."),
                code="invalid_token",
            )
        return token.user, token

    def authenticate_header(self, request):
        """The challenge of a 401 answer (RFC 6750): an error only where a token was shown."""
        if authentication.get_authorization_header(request):
            return 'Bearer realm="jaif", error="invalid_token"'
        return 'Bearer realm="jaif"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session. Whatever writes needs the CSRF token, too."""

    def enforce_csrf(self, request):
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as refusal:
            raise exceptions.PermissionDenied(
                _("Send the CSRF token of your session in the header X-CSRFToken."),
                code="csrf_failed",
            ) from refusal
