"""Corrections of the ledger, and what its checks found."""

import uuid

from django import forms
from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge

from ..flows.corrections import confirm_correction, propose_correction, refuse_correction
from ..models import Correction, CorrectionDirection, CorrectionState, LedgerCheck

SECONDS_PER_HOUR = 3600
UNITS = [("gpu", _("GPU-hours")), ("node", _("node-hours"))]


class CorrectionForm(forms.Form):
    """``key`` is drawn with the form, so that sending it twice corrects once."""

    direction = forms.ChoiceField(label=_("Direction"), choices=CorrectionDirection)
    amount = forms.DecimalField(
        label=_("Amount"), min_value=0, max_digits=14, decimal_places=3, localize=True
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("It is kept with the correction and stands in the statement."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class RefusalForm(forms.Form):
    remarks = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 3})
    )


def correct(allocation, *, by, direction, amount, unit, reason, key):
    """Propose in the ledger's unit what the form has in hours."""
    per_node = allocation.partition.gpus_per_node if unit == "gpu" else 1
    return propose_correction(
        allocation,
        by=by,
        direction=direction,
        node_seconds=round(amount * SECONDS_PER_HOUR / per_node),
        reason=reason,
        key=key,
    )


CORRECT = Act(
    name="correct",
    label=_("Correct the hours"),
    flow=correct,
    permission="allocations.propose_correction",
    form=CorrectionForm,
    initial=lambda _allocation: {"key": uuid.uuid4(), "unit": "gpu"},
    text=_(
        "Moves hours between the allocation and its funding share. More than the partition's "
        "limit waits for an administrator or a panel chair."
    ),
    grave=True,
)


def waits(correction):
    if correction.state == CorrectionState.PROPOSED:
        return ""
    return gettext("This correction has been decided.")


@admin.register(Correction)
class CorrectionAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["allocation", "direction", "hours", state_badge, "proposed_by", "decided_by"]
    list_filter = ["state", "direction"]
    list_select_related = [
        "allocation__project",
        "allocation__partition__system",
        "proposed_by",
        "decided_by",
    ]
    search_fields = ["allocation__project__identifier", "reason"]
    acts = [
        Act(
            name="confirm",
            label=_("Confirm the correction"),
            flow=confirm_correction,
            permission="allocations.decide_correction",
            possible=waits,
            grave=True,
        ),
        Act(
            name="refuse",
            label=_("Refuse the correction"),
            flow=refuse_correction,
            permission="allocations.decide_correction",
            form=RefusalForm,
            possible=waits,
        ),
    ]

    @admin.display(description=_("GPU-hours"), ordering="node_seconds")
    def hours(self, correction):
        gpus = correction.allocation.partition.gpus_per_node
        return round(correction.node_seconds * gpus / SECONDS_PER_HOUR, 3)


@admin.register(LedgerCheck)
class LedgerCheckAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["recorded_at", "at", "is_clean", "broken"]
    list_filter = ["is_clean"]
    fields = ["recorded_at", "at", "is_clean", "found"]
    readonly_fields = fields

    @admin.display(description=_("broken invariants"))
    def broken(self, check):
        return ", ".join(check.breaches)

    @admin.display(description=_("breaches"))
    def found(self, check):
        lines = [(name, line) for name, rows in check.breaches.items() for line in rows]
        if not lines:
            return gettext("None.")
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", lines))
