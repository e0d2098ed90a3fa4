"""Objecting to being turned down."""

from django.utils.translation import gettext_lazy as _

from jaif_portal import clock

from ..flows.appeals import appeal_until, file_appeal, why_no_appeal
from ..forms.appeals import AppealForm
from ..models import ProposalState
from .proposals import ProposalFlow


class AppealNew(ProposalFlow):
    form_class = AppealForm
    template_name = "allocations/appeal_new.html"
    permission_required = "allocations.file_appeal"
    done_message = _("Your appeal has been filed. Somebody else than before decides on it.")

    def get_context_data(self, **kwargs):
        hindrance = why_no_appeal(self.object, at=clock.now())
        turned_down = ProposalState(self.object.state).can_be_appealed
        return super().get_context_data(
            hindrance=hindrance,
            until=appeal_until(self.object) if turned_down else None,
            **kwargs,
        )

    def act(self, form):
        return file_appeal(self.object, by=self.request.user, **form.cleaned_data)
