from django.contrib import admin
from django.db.models import Case, When
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jaif_portal import clock
from jaif_portal.admin.acts import ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge

from ..flows.desk import latest_decision_due
from ..flows.likeness import alike
from ..models import (
    UNDECIDED,
    EvaluationStep,
    Proposal,
    TeamMember,
)
from .cells import answers_cell, moment, two_lines
from .clarifications import ClarificationInline
from .compliance import CompliancePanelMixin
from .documents import AttachmentInline, ResourceLineInline, RevisionInline
from .proposal_acts import ACTS


def decision_due_at():
    """By when each undecided proposal is to be decided, as a column; also where that is past."""
    return Case(When(state__in=UNDECIDED, then=latest_decision_due()))


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

    answers_given = staticmethod(answers_cell)

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
                    "answers_given",
                ]
            },
        ),
        (gettext_lazy("Compliance"), {"fields": ["compliance_panel"]}),
    ]
    acts = ACTS

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
