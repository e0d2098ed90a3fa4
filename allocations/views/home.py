"""The first page: what the portal offers, or what there is to do."""

from django.db.models import Q
from django.views.generic import TemplateView

from jaif_portal import clock
from onboarding.models import CaseState, OnboardingCase

from ..models import (
    Allocation,
    AllocationState,
    Call,
    Job,
    Obligation,
    Proposal,
    ProposalState,
    ProjectRole,
)

SHOWN = 5


class Home(TemplateView):
    """For visitors the open calls; for those signed in their own affairs."""

    def get_template_names(self):
        signed_in = self.request.user.is_authenticated
        return ["allocations/dashboard.html" if signed_in else "allocations/landing.html"]

    def get_context_data(self, **kwargs):
        user, now = self.request.user, clock.now()
        calls = Call.objects.published().filter(closes_at__gt=now).select_related("mode")
        context = {"calls": calls, "now": now}
        if user.is_authenticated:
            context |= _own_affairs(user)
            context["is_applying"] = any(
                not ProposalState(proposal.state).is_final for proposal in context["proposals"]
            )
            context["can_submit"] = any(
                allocation.state == AllocationState.ACTIVE for allocation in context["allocations"]
            )
        return super().get_context_data(**context, **kwargs)


def _own_affairs(user):
    involved = Q(applicant=user) | Q(team__email=user.email)
    mine = Q(project__members__email=user.email)
    return {
        "organisations": user.organisations.order_by("name"),
        "drafts": user.proposals.filter(state=ProposalState.DRAFT),
        "offers": user.proposals.filter(state=ProposalState.OFFERED).select_related("award"),
        "cases": OnboardingCase.objects.filter(owner=user, state=CaseState.OPEN),
        "reports": Obligation.objects.filter(
            allocation__project__members__email=user.email,
            allocation__project__members__role=ProjectRole.PI,
        ).select_related("allocation__project"),
        "proposals": Proposal.objects.filter(involved)
        .distinct()
        .select_related("call__mode")[:SHOWN],
        "allocations": Allocation.objects.filter(mine)
        .exclude(state=AllocationState.EXPIRED)
        .select_related("project", "partition__system", "account")[:SHOWN],
        "jobs": Job.objects.filter(submitted_by=user).select_related("allocation__project")[:SHOWN],
    }
