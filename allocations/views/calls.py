"""Calls, for everybody to read."""

from django.views.generic import DetailView, ListView

from jaif_portal import clock

from ..flows.limits import extension_in_words, in_words
from ..flows.openings import opening_of
from ..models import Call


class Calls:
    def get_queryset(self):
        return Call.objects.published().with_offers().select_related("mode")


class CallList(Calls, ListView):
    template_name = "allocations/calls.html"
    context_object_name = "calls"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            openings=openings(self.object_list, at=clock.now()), **kwargs
        )


class CallDetail(Calls, DetailView):
    template_name = "allocations/call.html"
    context_object_name = "call"

    def get_context_data(self, **kwargs):
        now = clock.now()
        policy = self.object.mode.policies.valid(at=now).select_related("mode").first()
        words = policy and {"hours": in_words(policy), "extension": extension_in_words(policy)}
        return super().get_context_data(
            policy=policy,
            words=words,
            opening=opening_of(self.object, at=now),
            open_now=self.object.is_open(at=now),
            **kwargs,
        )


def openings(calls, *, at):
    """How each call stands; those that take proposals come first."""
    rows = [opening_of(call, at=at) for call in calls]
    return sorted(rows, key=lambda row: not row.is_open)
