"""The first page: what the portal offers, or what there is to do."""

import datetime as dt

from django.db.models import Q
from django.views.generic import TemplateView

from jaif_portal import clock
from onboarding.models import CaseState, OnboardingCase

from ..models import (
    OPEN_REPORTS,
    Allocation,
    AllocationState,
    Call,
    Job,
    NodeClosure,
    Obligation,
    ProjectRole,
    Proposal,
    ProposalState,
)
from .calls import openings
from .projects import with_days_left

SHOWN = 5
NOTICE = dt.timedelta(days=7)  # before maintenance


class Home(TemplateView):
    """For visitors the open calls; for those signed in their own affairs."""

    def get_template_names(self):
        signed_in = self.request.user.is_authenticated
        return ["allocations/dashboard.html" if signed_in else "allocations/landing.html"]

    def get_context_data(self, **kwargs):
        user, now = self.request.user, clock.now()
        calls = Call.objects.published().filter(closes_at__gt=now).with_offers()
        context = {"openings": openings(calls.select_related("mode"), at=now), "now": now}
        if user.is_authenticated:
            affairs = _own_affairs(user)
            context |= affairs | _suggestions(affairs, user, context["openings"])
            context["maintenance"] = _maintenance(context["allocations"], at=now)
            with_days_left(context["allocations"], at=now)
        return super().get_context_data(**context, **kwargs)


def _own_affairs(user):
    involved = Q(applicant=user) | Q(team__email=user.email)
    mine = Q(project__members__email=user.email)
    return {
        "organisations": user.organisations.order_by("name"),
        "drafts": Proposal.objects.filter(involved, state=ProposalState.DRAFT).distinct(),
        "offers": user.proposals.filter(state=ProposalState.OFFERED).select_related("award"),
        "cases": OnboardingCase.objects.filter(owner=user, state=CaseState.OPEN),
        "reports": Obligation.objects.filter(
            allocation__project__members__email=user.email,
            allocation__project__members__role=ProjectRole.PI,
            state__in=OPEN_REPORTS,
        ).select_related("allocation__project"),
        "proposals": Proposal.objects.filter(involved)
        .distinct()
        .select_related("call__mode")[:SHOWN],
        "allocations": Allocation.objects.filter(mine)
        .exclude(state__in=[AllocationState.EXPIRED, AllocationState.CLOSED])
        .select_related("project", "partition__system", "account")[:SHOWN],
        "jobs": Job.objects.filter(submitted_by=user).select_related("allocation__project")[:SHOWN],
    }


def _maintenance(allocations, *, at):
    """What lies ahead for the partitions that the reader may use."""
    partitions = {row.partition_id for row in allocations}
    if not partitions:
        return []
    return NodeClosure.objects.filter(partition__in=partitions).maintenance(until=at + NOTICE)


def _suggestions(affairs, user, openings):
    """What to point out beside what waits for the reader anyway."""
    is_applying = any(not ProposalState(row.state).is_final for row in affairs["proposals"])
    can_submit = any(row.state == AllocationState.ACTIVE for row in affairs["allocations"])
    is_involved = is_applying or bool(affairs["allocations"])
    lacks_organisation = not (user.is_staff or is_involved or affairs["organisations"])
    waiting = any(affairs[name] for name in ("offers", "cases", "drafts"))
    is_busy = user.is_staff or is_involved or lacks_organisation or waiting
    may_apply = not is_busy and any(opening.is_open for opening in openings)
    return {
        "can_submit": can_submit,
        "lacks_organisation": lacks_organisation,
        "may_apply": may_apply,
        "nothing": not (
            waiting
            or affairs["reports"]
            or can_submit
            or lacks_organisation
            or may_apply
            or user.is_staff
        ),
    }
