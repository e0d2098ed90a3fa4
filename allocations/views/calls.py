"""Calls, for everybody to read."""

from django.db.models import Prefetch
from django.views.generic import DetailView, ListView

from jaif_portal import clock

from ..models import Call, SystemOffer


class Calls:
    def get_queryset(self):
        offers = SystemOffer.objects.select_related("partition__system")
        return (
            Call.objects.published()
            .select_related("mode")
            .prefetch_related(Prefetch("offers", offers))
        )


class CallList(Calls, ListView):
    template_name = "allocations/calls.html"
    context_object_name = "calls"

    def get_context_data(self, **kwargs):
        return super().get_context_data(now=clock.now(), **kwargs)


class CallDetail(Calls, DetailView):
    template_name = "allocations/call.html"
    context_object_name = "call"

    def get_context_data(self, **kwargs):
        now = clock.now()
        policies = self.object.mode.policies.valid(at=now).select_related("mode")
        return super().get_context_data(
            policy=policies.first(), open_now=self.object.is_open(at=now), **kwargs
        )
