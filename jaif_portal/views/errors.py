"""Error pages; the REST interface answers with problem details instead."""

from django.utils.translation import gettext as _
from django.views import defaults

from ..api.problems import problem


def server_error(request):
    """An error that nobody foresaw. Its trace is in the log."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return problem(
        500,
        code="server_error",
        detail=_("Something went wrong in the portal. Try again later."),
    )
