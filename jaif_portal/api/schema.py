"""How the OpenAPI description is drawn from the views."""

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import permissions, serializers

from . import idempotency, problems
from .permissions import required_scope


class ProblemSerializer(serializers.Serializer):
    """Problem details (RFC 9457). Programs read ``code``, people read ``detail``."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


class PortalSchema(AutoSchema):
    """Adds what holds everywhere: problems, the idempotency key, the scope of a token."""

    def get_override_parameters(self):
        action = getattr(self.view, getattr(self.view, "action", None) or "", None)
        if not getattr(action, "is_idempotent", False):
            return []
        return [
            OpenApiParameter(
                idempotency.HEADER,
                location=OpenApiParameter.HEADER,
                description="Repeating a request with the same key gives the same answer.",
            )
        ]

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        for code in self._problem_statuses():
            bodies[code] = self._get_response_for_code(
                ProblemSerializer, code, media_types=[problems.MEDIA_TYPE], direction=direction
            )
        return bodies

    def _problem_statuses(self):
        """Those that the kind of operation can end in, apart from what went well."""
        statuses = ["401", "429"]  # a wrong token is refused everywhere
        if not is_public(self.view):
            statuses.append("403")
        if "{" in self.path:
            statuses.append("404")
        if self.method in permissions.SAFE_METHODS:
            return sorted([*statuses, "400"])
        if self.method in {"PATCH", "PUT"}:
            statuses.append("412")
        return sorted([*statuses, "400", "409", "415", "422"])


def is_public(view):
    return permissions.AllowAny in [type(entry) for entry in view.get_permissions()]


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "jaif_portal.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A personal access token: `Authorization: Bearer jaif_...`",
        }

    def get_security_requirement(self, auto_schema):
        view = auto_schema.view
        scope = None if is_public(view) else required_scope(view, method=auto_schema.method)
        return {self.name: [str(scope)] if scope else []}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "jaif_portal.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
