from django import forms
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, OuterRef, Subquery, When
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jaif_portal import clock
from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge
from jaif_portal.exceptions import Refusal
from jaif_portal.models import Deadline

from ..exceptions import ProposalIncomplete
from ..flows.evaluation import find_eligible, find_feasible, find_ineligible, find_infeasible
from ..flows.likeness import alike
from ..flows.offers import lapse_offer, promote
from ..models import (
    EvaluationStep,
    Proposal,
    ProposalState,
    StepKind,
    StepState,
    TeamMember,
)
from .cells import moment, two_lines
from .clarifications import ASK, LAPSE_QUESTION, ClarificationInline
from .compliance import CompliancePanelMixin
from .documents import AttachmentInline, ResourceLineInline, RevisionInline
from .guards import in_state

UNDECIDED = [
    ProposalState.SUBMITTED,
    ProposalState.IN_EVALUATION,
    ProposalState.CLARIFICATION,
]


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


def find_feasible_in_words(proposal, *, by, **answers):
    """The page of an act shows sentences above its form, so what is wrong is said there."""
    try:
        return find_feasible(proposal, by=by, **answers)
    except ProposalIncomplete as refusal:
        sentences = [sentence for found in refusal.fields.values() for sentence in found]
        raise Refusal(" ".join(map(str, sentences))) from refusal


def in_step(kind):
    """Explain why a check cannot be decided now."""

    def possible(proposal):
        step = proposal.steps.filter(state=StepState.ACTIVE).first()
        if step is None or proposal.state != ProposalState.IN_EVALUATION:
            return _("The proposal is not in evaluation: %(state)s.") % {
                "state": proposal.get_state_display()
            }
        if step.kind != kind:
            return _("The step in progress is: %(step)s.") % {"step": step.get_kind_display()}
        return ""

    return possible


def overdue_offer(proposal):
    if proposal.state == ProposalState.OFFERED and clock.now() < proposal.award.answer_by:
        return _("The applicant has time until %(moment)s.") % {
            "moment": moment(proposal.award.answer_by)
        }
    return in_state(ProposalState.OFFERED, ProposalState.RESERVE)(proposal)


def decision_due_at():
    """By when each undecided proposal is to be decided, as a column; also where that is past."""
    due = Deadline.objects.filter(
        kind="decision",
        met_at=None,
        resumed_at=None,
        subject_type=ContentType.objects.get_for_model(Proposal),
        subject_id=OuterRef("pk"),
    )
    latest = Subquery(due.order_by("-due_at").values("due_at")[:1])
    return Case(When(state__in=UNDECIDED, then=latest))


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
class ProposalAdmin(CompliancePanelMixin, ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    """A desk: what is due first, and for each proposal what can be done with it."""

    list_display = ["proposal", state_badge, "decision_due", "organisation"]
    list_filter = ["state", "call", "sector"]
    search_fields = ["reference", "title", "organisation__name", "applicant__email"]
    list_select_related = ["organisation", "call"]
    inlines = [
        EvaluationStepInline,
        ClarificationInline,
        TeamMemberInline,
        ResourceLineInline,
        AttachmentInline,
        RevisionInline,
    ]
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
                    "civilian",
                    "abstract",
                    "alike",
                ]
            },
        ),
        (gettext_lazy("Compliance"), {"fields": ["compliance_panel"]}),
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
            flow=find_feasible_in_words,
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
        ASK,
        LAPSE_QUESTION,
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

    @admin.display(description=gettext_lazy("proposal"), ordering="reference")
    def proposal(self, proposal):
        """Both in one column, so that the list fits beside its filters."""
        return two_lines(proposal.reference, proposal.title)

    @admin.display(description=gettext_lazy("decision due"), ordering="due_at")
    def decision_due(self, proposal):
        if proposal.due_at is None:
            return "–"
        if clock.now() < proposal.due_at:
            return moment(proposal.due_at)
        badge = {"state": "overdue", "label": _("Overdue")}
        return two_lines(moment(proposal.due_at), render_to_string("components/badge.html", badge))

    @admin.display(description=gettext_lazy("civilian purposes only"), boolean=True)
    def civilian(self, proposal):
        return proposal.civilian_use

    @admin.display(description=gettext_lazy("country"))
    def country(self, proposal):
        country = proposal.organisation.country
        return f"{country} ({country.get_basis_display()})"

    @admin.display(description=gettext_lazy("type"))
    def kind(self, proposal):
        return proposal.organisation.get_kind_display()

    @admin.display(description=gettext_lazy("much alike"))
    def alike(self, proposal):
        """Others of the organisation that ask for much the same, and the words they share."""
        found = alike(proposal, at=clock.now())
        rows = [
            (reverse("admin:allocations_proposal_change", args=[row.proposal.pk]), row)
            for row in found
        ]
        return format_html_join(
            mark_safe("<br>"),
            '<a href="{}">{}</a> {} %: {}',
            [(href, row.proposal, row.percent, ", ".join(row.words)) for href, row in rows],
        ) or _("None.")

    @admin.display(description=gettext_lazy("figures"))
    def figures(self, proposal):
        organisation = proposal.organisation
        return _("%(staff)d employees, turnover € %(turnover)s, balance sheet € %(balance)s") % {
            "staff": organisation.staff,
            "turnover": number_format(organisation.turnover_eur, force_grouping=True),
            "balance": number_format(organisation.balance_sheet_eur, force_grouping=True),
        }
