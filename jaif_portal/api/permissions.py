"""What a token may be used for."""

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, permissions

from ..models import AccessToken


class HasScope(permissions.BasePermission):
    """Tokens need the scope that the view names; a session may do all that its person may.

    A view declares ``required_scopes = {"read": Scope.JOBS_READ, "write": Scope.JOBS_WRITE}``.
    An access that it leaves out is open to any token; a view without the attribute is
    open to none.
    """

    def has_permission(self, request, view):
        if not isinstance(request.auth, AccessToken):
            return True
        scope = required_scope(view, method=request.method)
        if scope is None or scope in request.auth.scopes:
            return True
        raise exceptions.PermissionDenied(
            _("This token lacks the scope “%(scope)s”.") % {"scope": scope},
            code="missing_scope",
        )


def required_scope(view, *, method):
    """The scope that ``method`` needs on ``view``, or ``None``."""
    access = "read" if method in permissions.SAFE_METHODS else "write"
    scopes = getattr(view, "required_scopes", None)
    return "(none)" if scopes is None else scopes.get(access)
