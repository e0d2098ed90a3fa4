from django import forms
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jaif_portal import clock
from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge
from jaif_portal.models import Deadline

from ..flows.evaluation import find_eligible, find_feasible, find_ineligible, find_infeasible
from ..flows.offers import lapse_offer, promote
from ..models import (
    EvaluationStep,
    Proposal,
    ProposalState,
    StepKind,
    StepState,
    TeamMember,
)


class RemarksForm(forms.Form):
    remarks = forms.CharField(
        label=gettext_lazy("Remarks"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("The applicant reads them."),
    )


class ReasonsForm(forms.Form):
    remarks = forms.CharField(
        label=gettext_lazy("Reasons"),
        widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy(
            "The applicant gets this text by mail: say what is missing and what to do about it."
        ),
    )


class FeasibleForm(RemarksForm):
    gpu_hours = forms.IntegerField(
        label=gettext_lazy("GPU-hours found right"),
        min_value=1,
        help_text=gettext_lazy("The site's own figure. Less than asked for needs remarks."),
    )
    months = forms.IntegerField(label=gettext_lazy("Months found right"), min_value=1)
    field_order = ["gpu_hours", "months", "remarks"]


def in_step(kind):
    """Explain why a check cannot be decided now."""

    def possible(proposal):
        step = proposal.steps.filter(state=StepState.ACTIVE).first()
        if step is None:
            return _("The proposal is not in evaluation: %(state)s.") % {
                "state": proposal.get_state_display()
            }
        if step.kind != kind:
            return _("The step in progress is: %(step)s.") % {"step": step.get_kind_display()}
        return ""

    return possible


def in_state(*states):
    def possible(proposal):
        if proposal.state in states:
            return ""
        return _("Only possible in the state: %(states)s.") % {
            "states": ", ".join(str(state.label) for state in states)
        }

    return possible


def overdue_offer(proposal):
    if proposal.state == ProposalState.OFFERED and clock.now() < proposal.award.answer_by:
        return _("The applicant has time until %(moment)s.") % {
            "moment": timezone.localtime(proposal.award.answer_by).strftime("%d.%m.%Y %H:%M")
        }
    return in_state(ProposalState.OFFERED, ProposalState.RESERVE)(proposal)


def decision_due_at():
    """The running decision clock of each proposal, as a column."""
    due = Deadline.objects.running().filter(
        kind="decision",
        subject_type=ContentType.objects.get_for_model(Proposal),
        subject_id=OuterRef("pk"),
    )
    return Subquery(due.values("due_at")[:1])


class EvaluationStepInline(ReadOnlyMixin, admin.TabularInline):
    model = EvaluationStep
    fields = [
        "kind",
        "state",
        "outcome",
        "gpu_hours",
        "months",
        "remarks",
        "decided_by",
        "ended_at",
    ]
    readonly_fields = fields
    extra = 0


class TeamMemberInline(ReadOnlyMixin, admin.TabularInline):
    model = TeamMember
    extra = 0


@admin.register(Proposal)
class ProposalAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    """A desk: what is due first, and for each proposal what can be done with it."""

    list_display = ["reference", "title", state_badge, "decision_due", "organisation"]
    list_filter = ["state", "call", "sector"]
    search_fields = ["reference", "title", "organisation__name", "applicant__email"]
    list_select_related = ["organisation", "call"]
    inlines = [EvaluationStepInline, TeamMemberInline]
    fieldsets = [
        (None, {"fields": ["reference", "title", "state", "decision_due", "submitted_at"]}),
        (
            gettext_lazy("Applicant"),
            {"fields": ["organisation", "country", "kind", "figures", "applicant"]},
        ),
        (
            gettext_lazy("Request"),
            {
                "fields": [
                    "call",
                    "offer",
                    "gpu_hours",
                    "months",
                    "sector",
                    "civilian_use",
                    "abstract",
                ]
            },
        ),
    ]
    acts = [
        Act(
            name="eligible",
            label=gettext_lazy("Find eligible"),
            flow=find_eligible,
            form=RemarksForm,
            permission="allocations.check_eligibility",
            possible=in_step(StepKind.ADMINISTRATIVE),
        ),
        Act(
            name="ineligible",
            label=gettext_lazy("Find not eligible"),
            flow=find_ineligible,
            form=ReasonsForm,
            permission="allocations.check_eligibility",
            possible=in_step(StepKind.ADMINISTRATIVE),
            grave=True,
        ),
        Act(
            name="feasible",
            label=gettext_lazy("Find feasible"),
            flow=find_feasible,
            form=FeasibleForm,
            permission="allocations.check_feasibility",
            possible=in_step(StepKind.TECHNICAL),
            initial=lambda proposal: {
                "gpu_hours": proposal.gpu_hours,
                "months": proposal.months,
            },
            text=gettext_lazy("In Playground the offer goes out at once, while the pool lasts."),
        ),
        Act(
            name="infeasible",
            label=gettext_lazy("Find not feasible"),
            flow=find_infeasible,
            form=ReasonsForm,
            permission="allocations.check_feasibility",
            possible=in_step(StepKind.TECHNICAL),
            grave=True,
        ),
        Act(
            name="promote",
            label=gettext_lazy("Offer from the reserve list"),
            flow=promote,
            permission="allocations.handle_offers",
            possible=in_state(ProposalState.RESERVE),
        ),
        Act(
            name="lapse",
            label=gettext_lazy("Let the offer lapse"),
            flow=lapse_offer,
            permission="allocations.handle_offers",
            possible=overdue_offer,
            grave=True,
        ),
    ]

    def get_queryset(self, request):
        return (
            Proposal.objects.visible_to(request.user)
            .select_related("organisation__country", "call__mode", "offer__partition__system")
            .annotate(due_at=decision_due_at())
        )

    def get_ordering(self, _request):
        return [decision_due_at().asc(nulls_last=True), "-pk"]

    @admin.display(description=gettext_lazy("decision due"), ordering="due_at", empty_value="–")
    def decision_due(self, proposal):
        return proposal.due_at

    @admin.display(description=gettext_lazy("country"))
    def country(self, proposal):
        country = proposal.organisation.country
        return f"{country} ({country.get_basis_display()})"

    @admin.display(description=gettext_lazy("type"))
    def kind(self, proposal):
        return proposal.organisation.get_kind_display()

    @admin.display(description=gettext_lazy("figures"))
    def figures(self, proposal):
        organisation = proposal.organisation
        return _("%(staff)d employees, turnover € %(turnover)s, balance sheet € %(balance)s") % {
            "staff": organisation.staff,
            "turnover": f"{organisation.turnover_eur:,}",
            "balance": f"{organisation.balance_sheet_eur:,}",
        }
