"""Reports that projects owe: read, returned, accepted, waived; and the end that follows."""

import datetime as dt

from django import forms
from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jaif_portal import clock
from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge

from ..flows.report_figures import questions_of
from ..flows.reports import accept_report, close_allocation, return_report, waive_report
from ..models import (
    AllocationState,
    EmissionFactor,
    Obligation,
    ObligationState,
    ReportForm,
)
from .guards import before, in_state

USUAL_TIME = dt.timedelta(days=14)


class AcceptReportForm(forms.Form):
    remarks = forms.CharField(
        label=_("Remarks"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The project reads them."),
    )


class WaiveReportForm(forms.Form):
    remarks = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea({"rows": 4}),
        help_text=_("The project reads it."),
    )


class ReturnReportForm(WaiveReportForm):
    due_on = forms.DateField(
        label=_("Hand in again by"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


def settled(allocation):
    """Why an allocation cannot be closed."""
    if allocation.state != AllocationState.EXPIRED:
        return in_state(AllocationState.EXPIRED)(allocation)
    done = [ObligationState.ACCEPTED, ObligationState.WAIVED]
    if allocation.obligations.exclude(state__in=done).exists():
        return gettext("Its report must be accepted or waived first.")
    return ""


CLOSE = Act(
    name="close",
    label=_("Close the allocation"),
    flow=close_allocation,
    permission="allocations.decide_report",
    possible=settled,
    grave=True,
)


@admin.register(Obligation)
class ObligationAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["allocation", "kind", state_badge, "due_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["allocation__project", "allocation__partition__system"]
    fields = ["allocation", "kind", "state", "opened_at", "due_at", "answers"]
    readonly_fields = ["answers"]
    acts = [
        Act(
            name="accept",
            label=_("Accept the report"),
            flow=accept_report,
            form=AcceptReportForm,
            permission="allocations.decide_report",
            possible=before(ObligationState.ACCEPTED),
        ),
        Act(
            name="return",
            label=_("Return for changes"),
            flow=return_report,
            form=ReturnReportForm,
            permission="allocations.decide_report",
            possible=before(ObligationState.RETURNED),
            initial=lambda _obligation: {"due_on": (clock.now() + USUAL_TIME).date()},
        ),
        Act(
            name="waive",
            label=_("Waive the report"),
            flow=waive_report,
            form=WaiveReportForm,
            permission="allocations.decide_report",
            possible=before(ObligationState.WAIVED),
            grave=True,
        ),
    ]

    @admin.display(description=_("answers"))
    def answers(self, obligation):
        report = getattr(obligation, "report", None)
        if report is None:
            return gettext("Nothing has been written yet.")
        mode = obligation.allocation.project.proposal.policy.mode
        asked = questions_of(report.form, mode=mode)
        rows = [(row["label"], report.answers.get(row["key"], "–")) for row in asked]
        figures = [(name, str(value)) for name, value in report.figures.items()]
        return format_html_join("", "<p><strong>{}</strong><br>{}</p>", rows + figures)


@admin.register(ReportForm)
class ReportFormAdmin(admin.ModelAdmin):
    """A change is a new row with a later date: reports keep the form that they were begun under."""

    list_display = ["kind", "valid_from", "unspent_percent"]


@admin.register(EmissionFactor)
class EmissionFactorAdmin(admin.ModelAdmin):
    list_display = ["valid_from", "grams_per_kwh", "source"]
