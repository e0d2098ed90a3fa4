"""The description of the interface, its page, and what is at no address."""

from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView

from .problems import problem


class Schema(SpectacularAPIView):
    """OpenAPI 3.1: YAML, or JSON with ``Accept: application/json``."""


@method_decorator(ensure_csrf_cookie, name="dispatch")
class Docs(TemplateView):
    """Swagger UI from our own files; its requests carry the session and the CSRF token."""

    template_name = "portal/api_docs.html"


@csrf_exempt
def not_found(request):
    return problem(
        404,
        code="not_found",
        detail=_("There is nothing at this address. Addresses end in a slash."),
    )
