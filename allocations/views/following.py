"""What applicants do between the submission of a proposal and its decision."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from jaif_portal import clock
from jaif_portal.exceptions import Refusal

from ..flows.clarifications import answer_questions
from ..flows.recall import may_recall, recall_proposal
from ..forms import ClarificationForm
from ..models import ClarificationState
from .proposals import ProposalFlow, Proposals


class ProposalRecall(ProposalFlow):
    form_class = forms.Form
    template_name = "allocations/proposal_recall.html"
    permission_required = "allocations.recall_proposal"
    done_message = _("The proposal is a draft again. Submit it before the cut-off.")

    def get_context_data(self, **kwargs):
        possible = may_recall(self.object, at=clock.now())
        return super().get_context_data(possible=possible, **kwargs)

    def act(self, form):
        return recall_proposal(self.object, by=self.request.user)


class QuestionsAnswer(Proposals, TemplateView):
    """The questions of the office, and the answers that may be changed for them."""

    template_name = "allocations/questions.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            proposal = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
            rows = proposal.clarifications.select_related("asked_by", "ended_by")
            self.clarification = get_object_or_404(rows, number=kwargs["number"])
            self.clarification.proposal = proposal
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        asked, user = self.clarification, self.request.user
        may = user.has_perm("allocations.answer_questions", asked.proposal)
        is_open = asked.state == ClarificationState.OPEN
        form = kwargs.pop("form", None) or ClarificationForm(clarification=asked)
        return super().get_context_data(
            clarification=asked,
            proposal=asked.proposal,
            form=form if may and is_open else None,
            is_open=is_open,
            now=clock.now(),
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        if not request.user.has_perm("allocations.answer_questions", self.clarification.proposal):
            raise PermissionDenied
        form = ClarificationForm(request.POST, clarification=self.clarification)
        if form.is_valid() and self._answer(form):
            messages.success(request, _("Thank you. The evaluation of your proposal goes on."))
            return redirect("allocations:proposal", pk=self.clarification.proposal_id)
        return self.render_to_response(self.get_context_data(form=form))

    def _answer(self, form):
        """Whether the flow took it; a refusal is put on the form, which keeps what was typed."""
        try:
            answer_questions(self.clarification, by=self.request.user, **form.answers())
        except Refusal as refusal:
            fields = getattr(refusal, "fields", {})
            for field, sentences in (fields or {None: [str(refusal)]}).items():
                form.add_error(field, sentences)
            return False
        return True
