"""Becoming a reviewer by the link of an invitation, and whom applicants wish as reviewers."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from jaif_portal.views.flow_forms import FlowFormMixin

from ..exceptions import InvitationNotValid
from ..flows.reviewers import accept_invitation, find_invitation, wish_reviewers
from ..forms.reviewing import JoinForm
from ..forms.wishes import WishesForm
from ..models import Proposal, ProposalState, Wish


class ReviewerJoin(LoginRequiredMixin, FlowFormMixin, FormView):
    """Asks for what a reviewer knows about; the link is used up by sending the form."""

    form_class = JoinForm
    template_name = "allocations/reviewer_join.html"
    done_message = _("Welcome: you are a reviewer now.")
    success_url = reverse_lazy("admin:allocations_reviewassignment_changelist")

    def get_context_data(self, **kwargs):
        try:
            invitation = find_invitation(self.kwargs["secret"])
        except InvitationNotValid as refusal:
            return super().get_context_data(refusal=str(refusal), **kwargs)
        return super().get_context_data(
            invitation=invitation,
            is_theirs=invitation.email == self.request.user.email,
            **kwargs,
        )

    def act(self, form):
        return accept_invitation(self.kwargs["secret"], by=self.request.user, **form.cleaned_data)


class ReviewerWishes(LoginRequiredMixin, FlowFormMixin, FormView):
    """While the proposal is a draft: whom to ask, and whom not to ask."""

    form_class = WishesForm
    template_name = "allocations/reviewer_wishes.html"
    done_message = _("Your wishes have been saved.")

    def get_proposal(self):
        rows = Proposal.objects.visible_to(self.request.user)
        proposal = rows.filter(pk=self.kwargs["pk"], state=ProposalState.DRAFT).first()
        if proposal is None or not self.request.user.has_perm(
            "allocations.edit_proposal", proposal
        ):
            raise Http404
        return proposal

    def get_initial(self):
        wishes = self.get_proposal().reviewer_wishes.all()
        lists = {Wish.SUGGESTED: "suggested", Wish.EXCLUDED: "excluded"}
        return {
            name: "\n".join(row.email for row in wishes if row.wish == wish)
            for wish, name in lists.items()
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(proposal=self.get_proposal(), **kwargs)

    def act(self, form):
        return wish_reviewers(self.get_proposal(), by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return reverse("allocations:proposal_edit", args=[self.kwargs["pk"]])
