"""The officers' pages of peer review: rounds, who reviews what, and how it was scored."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from jaif_portal.exceptions import Refusal

from ..flows.matching import assign_by_hand, confirm_reviewers, propose_reviewers
from ..flows.review_overview import board, load, score_sheet
from ..flows.reviews import close_peer_review
from ..flows.visibility import Field, can_see, record_read
from ..forms.reviewing import ByHandForm, DisclosureForm
from ..models import Consensus, Proposal, ReviewerProfile, Round, SealedItem


class BoardViews:
    """Mixed into the administration of assignments."""

    def rounds_view(self, request):
        self._require_office(request)
        rounds = Round.objects.filter(proposals__steps__kind="peer_review").distinct()
        rounds = rounds.select_related("call__mode").order_by("-cut_off_at", "-pk")
        return self._page(request, "rounds", title=_("Rounds in peer review"), rounds=rounds)

    def board_view(self, request, pk):
        """Everything about a round's reviewers on one page; each button is one flow."""
        self._require_office(request)
        round_ = get_object_or_404(Round.objects.select_related("call__mode"), pk=pk)
        if request.method == "POST":
            self._do(request, round_)
            return HttpResponseRedirect(request.path)
        lines = board(round_, user=request.user)
        return self._page(
            request,
            "board",
            title=_("Reviewers of %(round)s") % {"round": round_},
            round=round_,
            lines=lines,
            load=load(),
            may_assign=request.user.has_perm("allocations.assign_reviewers"),
            disclosure_form=DisclosureForm(auto_id=False),
            by_hand_form=ByHandForm(auto_id=False, reviewers=self._reviewers()),
        )

    def scores_view(self, request, pk):
        """The scores of a proposal; that they were read is recorded."""
        proposals = Proposal.objects.select_related(
            "call", "round__call__mode", "policy__review_policy"
        )
        proposal = get_object_or_404(proposals, pk=pk)
        if not can_see(request.user, proposal, Field.REVIEWERS):
            raise PermissionDenied
        for item in (SealedItem.REVIEWS, SealedItem.REVIEWERS):
            record_read(proposal, item, by=request.user, address=request.META.get("REMOTE_ADDR"))
        return self._page(
            request,
            "scores",
            title=_("Scores of %(proposal)s") % {"proposal": proposal.reference},
            proposal=proposal,
            sheet=score_sheet(proposal),
            consensus=Consensus.objects.filter(proposal=proposal).first(),
            policy=proposal.policy.review_policy,
        )

    def _do(self, request, round_):
        """One button of the board; a refusal is a message."""
        doings = {
            "propose": self._propose,
            "confirm": self._confirm,
            "by_hand": self._by_hand,
            "close": self._close,
        }
        name = next((name for name in doings if name in request.POST), None)
        if name is None:
            return
        try:
            doings[name](request, round_)
        except Refusal as refusal:
            messages.error(request, str(refusal))

    def _propose(self, request, round_):
        shortages = propose_reviewers(round_, by=request.user)
        for shortage in shortages:
            messages.warning(request, str(shortage))
        if not shortages:
            messages.success(request, _("Reviewers are proposed for every proposal."))

    def _confirm(self, request, round_):
        form = DisclosureForm(request.POST)
        proposal = self._proposal(request, round_, "confirm")
        if form.is_valid():
            confirm_reviewers(proposal, by=request.user, **form.cleaned_data)
            messages.success(
                request, _("%(proposal)s: the reviewers are invited.") % {"proposal": proposal}
            )

    def _by_hand(self, request, round_):
        form = ByHandForm(request.POST, reviewers=self._reviewers())
        proposal = self._proposal(request, round_, "by_hand")
        if form.is_valid():
            assign_by_hand(proposal, by=request.user, **form.cleaned_data)
        else:
            messages.error(request, _("Choose a reviewer."))

    def _close(self, request, round_):
        proposal = self._proposal(request, round_, "close")
        close_peer_review(proposal, by=request.user)
        messages.success(request, _("%(proposal)s: peer review is over.") % {"proposal": proposal})

    def _proposal(self, request, round_, name):
        visible = Proposal.objects.visible_to(request.user).filter(round=round_)
        return get_object_or_404(visible, pk=request.POST[name])

    def _reviewers(self):
        return ReviewerProfile.objects.filter(is_active=True).select_related("user")

    def _require_office(self, request):
        if not request.user.has_perm("allocations.see_reviewers"):
            raise PermissionDenied

    def _page(self, request, name, **context):
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/review_{name}.html", context)
