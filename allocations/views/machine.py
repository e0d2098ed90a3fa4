"""The machine as everybody may see it."""

from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_headers
from django.views.generic import TemplateView

from jaif_portal import clock

from ..flows.overview import overviews
from ..flows.past import pasts
from .charts import last_day
from .racks import LEGEND, cells

HOURLY = 6  # samples


@method_decorator(cache_control(private=True, no_cache=True), name="dispatch")
@method_decorator(vary_on_headers("HX-Request", "Cookie"), name="dispatch")
class Machine(TemplateView):
    """Each partition's load and queue, all users together.

    The part that keeps itself up to date has an ``ETag`` and is only drawn where the reader
    has not seen it. The past changes once a day and is no part of that.
    """

    def get(self, request, *args, **kwargs):
        overview = overviews()
        if not request.htmx:
            past = pasts([row.partition for row in overview])
            return self.render_to_response(self._shown(overview, pasts=past))
        tag = quote_etag(
            "-".join([get_language(), *_delay(overview), *(row.version for row in overview)])
        )
        unchanged = get_conditional_response(request, etag=tag)
        response = unchanged or self.render_to_response(self._shown(overview))
        response["ETag"] = tag
        return response

    def get_template_names(self):
        return ["allocations/machine_now.html" if self.request.htmx else "allocations/machine.html"]

    def _shown(self, overview, **more):
        return self.get_context_data(partitions=[_drawn(row) for row in overview], **more)


def _delay(overview):
    """The time of day that the page tells, to the minute, while a queue is behind."""
    row, wall = clock.read(), timezone.now()
    reached = [line.partition.advanced_until for line in overview if line.status.at]
    late = any(row.is_late(row.lag(moment, wall=wall)) for moment in reached)
    return [f"{row.at(wall):%Y%m%d%H%M}"] if late else []


def _drawn(overview):
    """The overview and its charts."""
    nodes, at = overview.partition.nodes, overview.status.at
    return {
        "overview": overview,
        "cells": cells(overview),
        "legend": LEGEND,
        "utilisation": last_day(
            overview.samples, value=lambda row: 100 * row.busy / nodes, ends_at=at, highest=100
        ),
        "queue": last_day(overview.samples, value=lambda row: row.waiting, ends_at=at),
        "hours": overview.samples[::-HOURLY],
    }
