"""The machine as everybody may see it."""

from django.db.models import Count, F, FilteredRelation, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.decorators import method_decorator
from django.views.decorators.vary import vary_on_headers
from django.views.generic import ListView

from ..flows.past import pasts
from ..models import JobState, Partition

LIVE = Q(jobs__state__in=[JobState.PENDING, JobState.RUNNING])
RUNNING = Q(live__state=JobState.RUNNING)
WAITING = Q(live__state=JobState.PENDING, live__eligible_at__isnull=False)


@method_decorator(vary_on_headers("HX-Request"), name="dispatch")
class Machine(ListView):
    """Each partition's load and queue, all users together."""

    context_object_name = "partitions"

    def get_queryset(self):
        return Partition.objects.select_related("system").annotate(
            # Made for each query: a query renames what it is given.
            live=FilteredRelation("jobs", condition=LIVE),
            running=Count("live", filter=RUNNING),
            waiting=Count("live", filter=WAITING),
            busy=Coalesce(Sum("live__nodes", filter=RUNNING), 0),
            wanted=Coalesce(Sum("live__nodes", filter=WAITING), 0),
            free=F("nodes") - F("busy"),
        )

    def get_context_data(self, **kwargs):
        """The past changes once a day, so it is no part of what keeps itself up to date."""
        context = super().get_context_data(**kwargs)
        if self.request.htmx:
            return context
        return context | {"pasts": pasts(context["partitions"])}

    def get_template_names(self):
        return ["allocations/machine_now.html" if self.request.htmx else "allocations/machine.html"]
