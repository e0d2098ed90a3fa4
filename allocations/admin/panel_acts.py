"""What the panel's chair records of a proposal, and takes back."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jaif_portal.admin.acts import Act

from ..flows.panel import Decision, record_outcome, reopen_outcome
from ..models import HeldState, StepKind, StepOutcome, TieRule
from .guards import in_step


class RemarksForm(forms.Form):
    remarks = forms.CharField(
        label=gettext_lazy("Remarks"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("The applicant reads them."),
    )


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("It is kept with the outcome; the applicant does not read it."),
    )


class OutcomeForm(RemarksForm):
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[
            (outcome.value, outcome.label)
            for outcome in (StepOutcome.AWARD, StepOutcome.RESERVE, StepOutcome.REJECT)
        ],
    )
    gpu_hours = forms.IntegerField(
        label=gettext_lazy("GPU-hours"),
        min_value=1,
        required=False,
        help_text=gettext_lazy("At most what the site found right, and that if left empty."),
    )
    months = forms.IntegerField(label=gettext_lazy("Months"), min_value=1, required=False)
    rank = forms.IntegerField(
        label=gettext_lazy("Rank on the reserve list"),
        min_value=1,
        max_value=32767,
        required=False,
        help_text=gettext_lazy("For the reserve list; the last one if left empty."),
    )
    tie_rule = forms.ChoiceField(
        label=gettext_lazy("Tie broken by"),
        choices=[("", gettext_lazy("No tie")), *TieRule.choices],
        required=False,
    )
    field_order = ["outcome", "gpu_hours", "months", "rank", "tie_rule", "remarks"]


def record(proposal, *, by, **answers):
    return record_outcome(proposal, by=by, decision=Decision(**answers))


def not_held(proposal):
    if held(proposal):
        return _("The panel has decided on this proposal. Reopen it first.")
    return in_step(StepKind.PANEL)(proposal)


def is_held(proposal):
    return "" if held(proposal) else _("No outcome of this proposal is held.")


def held(proposal):
    return proposal.held_outcomes.filter(state=HeldState.HELD).exists()


RECORD = Act(
    name="record",
    label=gettext_lazy("Record the panel’s outcome"),
    flow=record,
    form=OutcomeForm,
    permission="allocations.record_outcome",
    possible=not_held,
    text=gettext_lazy("It is held: nobody learns of it before the round is published."),
)
REOPEN = Act(
    name="reopen",
    label=gettext_lazy("Reopen the panel’s outcome"),
    flow=reopen_outcome,
    form=ReopenForm,
    permission="allocations.record_outcome",
    possible=is_held,
)
