"""Whether the portal is up, for supervisors and load balancers."""

import logging

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache

logger = logging.getLogger(__name__)


@never_cache
def health(request):
    """200 where the database answers a query, 503 where it does not.

    What the apps report beside it, such as a broken ledger, calls for people and not for a
    restart: it changes nothing of the status, and neither does a report that fails.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database_unavailable"}, status=503)
    answer = {"status": "ok"}
    for name in settings.HEALTH_REPORTS:
        try:
            answer |= import_string(name)()
        except Exception:
            logger.exception("the health report %s failed", name)
    return JsonResponse(answer)
