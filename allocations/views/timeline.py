"""The timeline of a proposal: live where there is JavaScript, whole where there is none."""

from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.vary import vary_on_headers
from django.views.generic import DetailView

from jaif_portal import clock

from ..flows.timeline import mails_of, timeline_of
from ..models import ProposalState
from .proposals import Proposals


@method_decorator(vary_on_headers("HX-Request"), name="dispatch")
class TimelinePage(Proposals, DetailView):
    def get_template_names(self):
        part = "allocations/timeline_state.html"
        return [part if self.request.htmx else "allocations/timeline.html"]

    def get_context_data(self, **kwargs):
        proposal = self.object
        return super().get_context_data(
            timeline=timeline_of(proposal, user=self.request.user, at=clock.now()),
            is_final=ProposalState(proposal.state).is_final,
            **kwargs,
        )


class TimelineMail(Proposals, DetailView):
    """A mail about the proposal, to be read again by whom it was written to."""

    template_name = "allocations/timeline_mail.html"

    def get_context_data(self, **kwargs):
        mails = mails_of(self.object, self.request.user)
        mail = get_object_or_404(mails, pk=self.kwargs["mail"])
        return super().get_context_data(mail=mail, **kwargs)
