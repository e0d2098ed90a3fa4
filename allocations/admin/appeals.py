from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge

from ..flows.appeals import reject_appeal, uphold_appeal
from ..models import Appeal, AppealState, StepKind
from .guards import in_state


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer"),
        widget=forms.Textarea({"rows": 6}),
        help_text=_("The applicant gets this text by mail."),
    )


class UpholdForm(AnswerForm):
    back_to = forms.ChoiceField(label=_("Evaluate again from this step on"), choices=StepKind)
    field_order = ["back_to", "answer"]


@admin.register(Appeal)
class AppealAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    """Open appeals first; whoever took part in the decision cannot decide on them."""

    list_display = ["proposal", state_badge, "filed_at", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["proposal", "decided_by"]
    search_fields = ["proposal__reference", "proposal__title"]
    ordering = ["decided_at", "filed_at"]
    acts = [
        Act(
            name="uphold",
            label=_("Uphold the appeal"),
            flow=uphold_appeal,
            form=UpholdForm,
            permission="allocations.decide_appeal",
            possible=in_state(AppealState.FILED),
            text=_("The proposal goes back into evaluation."),
        ),
        Act(
            name="reject",
            label=_("Reject the appeal"),
            flow=reject_appeal,
            form=AnswerForm,
            permission="allocations.decide_appeal",
            possible=in_state(AppealState.FILED),
            text=_("The decision stays as it is."),
            grave=True,
        ),
    ]
