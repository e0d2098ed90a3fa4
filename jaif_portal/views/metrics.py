"""Figures for a monitoring system, in Prometheus' text format or OpenMetrics."""

import secrets

from django.conf import settings
from django.http import HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder


class Reports:
    """What the apps report, collected anew each time: no figure lives in a process."""

    def collect(self):
        for name in settings.METRICS_REPORTS:
            yield from import_string(name)()


@never_cache
@require_safe
def metrics(request):
    """For whoever knows the token of the monitoring, and for staff who are signed in."""
    if not (_knows_token(request) or request.user.is_staff):
        answer = HttpResponse(
            _("Send the monitoring’s token, or sign in as staff."), "text/plain", status=401
        )
        answer.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return answer
    registry = CollectorRegistry()
    registry.register(Reports())
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type)


def _knows_token(request):
    """Whether the request carries the token; without one in the settings nobody does."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    known = settings.METRICS_TOKEN
    return (
        bool(known)
        and scheme.lower() == "bearer"
        and secrets.compare_digest(token.strip().encode(), known.encode())
    )
