"""Writing, following and answering for a proposal."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, FormView, ListView
from django.views.generic.detail import SingleObjectMixin
from rules.contrib.views import PermissionRequiredMixin

from jaif_portal import clock
from jaif_portal.models import Deadline, Transition
from jaif_portal.views.flow_forms import FlowFormMixin
from onboarding.flows.agreements import current_terms
from onboarding.models import Terms

from ..flows.appeals import why_no_appeal
from ..flows.attachments import attached
from ..flows.completeness import gaps
from ..flows.differences import answers_in_words
from ..flows.eligibility import obstacles, overdue_reports
from ..flows.offers import accept_offer, decline_offer
from ..flows.proposals import begin_proposal, submit_proposal
from ..flows.recall import may_recall
from ..flows.review_overview import reviews_shown_to
from ..flows.withdrawal import withdraw_proposal
from ..forms import AcceptForm, LateCodeForm, ProposalNewForm, WithdrawForm
from ..models import Call, Proposal, ProposalState, StepKind


class Proposals(LoginRequiredMixin):
    """The proposals that the reader may see."""

    model = Proposal
    context_object_name = "proposal"

    def get_queryset(self):
        return Proposal.objects.visible_to(self.request.user).select_related(
            "call__mode",
            "policy__mode",
            "form",
            "organisation__country",
            "applicant",
            "offer__partition__system",
            "award",
            "compliance",
            "round",
        )


class ProposalList(Proposals, ListView):
    template_name = "allocations/proposals.html"
    context_object_name = "proposals"
    paginate_by = 30


class ProposalNew(LoginRequiredMixin, FlowFormMixin, SingleObjectMixin, FormView):
    """The first step of an application: for whom, and called what."""

    form_class = ProposalNewForm
    template_name = "allocations/proposal_new.html"
    context_object_name = "call"

    def dispatch(self, request, *args, **kwargs):
        self.object = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self):
        return Call.objects.published().select_related("mode")

    def get_initial(self):
        """What is carried over from an estimate, in the address."""
        hours = self.request.GET.get("gpu_hours", "")
        return {"gpu_hours": hours} if hours.isascii() and hours.isdigit() else {}

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_context_data(self, **kwargs):
        now = clock.now()
        policy = self.object.mode.policies.valid(at=now).select_related("mode").first()
        organisations = self.request.user.organisations.select_related("country")
        return super().get_context_data(
            open_now=self.object.is_open(at=now),
            overdue=overdue_reports(self.request.user),
            organisations=[
                {"organisation": row, "obstacles": obstacles(row, policy=policy)}
                for row in organisations.order_by("name")
            ],
            **kwargs,
        )

    def act(self, form):
        return begin_proposal(self.get_object(), by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return reverse("allocations:proposal_edit", args=[self.object.pk])


class ProposalDetail(Proposals, DetailView):
    """The timeline: where the proposal is, who has it, and by when what happens."""

    template_name = "allocations/proposal.html"

    def get_context_data(self, **kwargs):
        proposal = self.object
        user, now = self.request.user, clock.now()
        return super().get_context_data(
            transitions=Transition.objects.of(proposal),
            deadlines=_decision_clock(proposal),
            steps=proposal.steps.all(),
            team=proposal.team.all(),
            answers=answers_in_words(proposal),
            project=getattr(proposal, "project", None),
            revisions=proposal.revisions.order_by("-number"),
            files=attached(proposal).count(),
            is_final=ProposalState(proposal.state).is_final,
            may_edit=user.has_perm("allocations.edit_proposal", proposal),
            may_answer=user.has_perm("allocations.answer_offer", proposal),
            may_withdraw=user.has_perm("allocations.withdraw_proposal", proposal),
            may_recall=user.has_perm("allocations.recall_proposal", proposal)
            and may_recall(proposal, at=now),
            may_answer_questions=user.has_perm("allocations.answer_questions", proposal),
            may_appeal=user.has_perm("allocations.file_appeal", proposal)
            and not why_no_appeal(proposal, at=now),
            appeals=proposal.appeals.order_by("pk"),
            clarifications=proposal.clarifications.select_related("asked_by", "ended_by"),
            reviews=reviews_shown_to(user, proposal),
            is_reviewed=StepKind.PEER_REVIEW in proposal.policy.steps,
            now=now,
            **kwargs,
        )


class ProposalFlow(Proposals, PermissionRequiredMixin, FlowFormMixin, SingleObjectMixin, FormView):
    """A page that asks before it lets a flow act on the proposal.

    What can no longer be done is said in place of the form; the flow refuses it in any case.
    """

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        state = ProposalState(self.object.state)
        project = getattr(self.object, "project", None)
        return super().get_context_data(is_final=state.is_final, project=project, **kwargs)

    def get_success_url(self):
        return reverse("allocations:proposal", args=[self.kwargs["pk"]])


class ProposalWithdraw(ProposalFlow):
    form_class = WithdrawForm
    template_name = "allocations/proposal_withdraw.html"
    permission_required = "allocations.withdraw_proposal"
    done_message = _("The proposal is withdrawn.")

    def act(self, form):
        return withdraw_proposal(self.object, by=self.request.user, **form.cleaned_data)


class ProposalLate(ProposalFlow):
    """Hand in after the cut-off, with a code from the access office."""

    form_class = LateCodeForm
    template_name = "allocations/proposal_late.html"
    permission_required = "allocations.submit_proposal"
    done_message = _("Your proposal has been submitted.")

    def get_context_data(self, **kwargs):
        return super().get_context_data(gaps=gaps(self.object), **kwargs)

    def act(self, form):
        return submit_proposal(self.object, by=self.request.user, **form.cleaned_data)


class OfferAccept(ProposalFlow):
    form_class = AcceptForm
    template_name = "allocations/offer_accept.html"
    permission_required = "allocations.answer_offer"
    done_message = _("Welcome! Your project is set up; a few steps are left before the first job.")

    def get_context_data(self, **kwargs):
        terms = current_terms(Terms.Kind.AWARD, at=clock.now())
        return super().get_context_data(terms=terms, **kwargs)

    def act(self, form):
        starts_on = form.cleaned_data["starts_on"]
        return accept_offer(self.object, by=self.request.user, starts_on=starts_on)

    def get_success_url(self):
        return reverse("allocations:project", args=[self.object.pk])


class OfferDecline(ProposalFlow):
    form_class = WithdrawForm
    template_name = "allocations/offer_decline.html"
    permission_required = "allocations.answer_offer"
    done_message = _("The offer is declined. Its hours are free for others again.")

    def act(self, form):
        return decline_offer(self.object, by=self.request.user, **form.cleaned_data)


def _decision_clock(proposal):
    """By when the decision is due, also where that moment has passed; none once it is made."""
    if not proposal.is_undecided:
        return []
    return Deadline.objects.of(proposal).filter(kind="decision", met_at=None, resumed_at=None)
