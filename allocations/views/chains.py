"""A long training as a chain of jobs."""

from dataclasses import dataclass

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView

from ..flows.chains import Chain, submit_chain
from ..forms import ChainForm, ChainShapeForm
from ..models import Allocation
from .costs import Cost, SubmissionMixin


@dataclass(frozen=True)
class ChainCost:
    """The pieces of a chain and the most they can cost, beside what the allocation has."""

    allocation: Allocation
    chain: Chain

    @classmethod
    def of(cls, form):
        """The cost of a ``ChainShapeForm``; nothing while answers are missing or wrong."""
        return cls(form.cleaned_data["allocation"], form.chain) if form.is_valid() else None

    @property
    def partition(self):
        return self.allocation.partition

    @property
    def available(self):
        return self.allocation.account.available

    @property
    def rest(self):
        return max(0, self.available - self.chain.most)

    @property
    def warning(self):
        """Why a piece would be refused, or the last ones have to wait; empty where all is well."""
        first = Cost(self.allocation, self.chain.nodes, self.chain.pieces[0])
        if first.obstacle:
            return first.obstacle
        if self.chain.most > self.allocation.account.left:
            return _(
                "The allocation has not enough hours for all pieces: the last ones would wait for "
                "hours that may never come."
            )
        return ""


class ChainNew(SubmissionMixin, FormView):
    form_class = ChainForm
    template_name = "allocations/chain_new.html"
    done_message = _("Your chain of jobs is in the queue.")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        shape = ChainShapeForm(context["form"].shape_answers, user=self.request.user)
        return context | {"cost": ChainCost.of(shape)}

    def act(self, form):
        answers = form.cleaned_data
        return submit_chain(
            answers["allocation"],
            form.chain,
            by=self.request.user,
            kind=answers["kind"],
            name=answers["name"],
            script=answers["script"].replace("\r\n", "\n"),
        )

    def get_success_url(self):
        return reverse("allocations:jobs")


class ChainCostPart(LoginRequiredMixin, TemplateView):
    """The pieces and the cost of the chain asked for; a part of the form's page."""

    template_name = "allocations/chain_cost.html"

    def get_context_data(self, **kwargs):
        shape = ChainShapeForm(self.request.GET, user=self.request.user)
        return super().get_context_data(cost=ChainCost.of(shape), **kwargs)
