"""Questions to the applicant, asked and ended from the desk of a proposal."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jaif_portal import clock
from jaif_portal.admin.acts import Act, ReadOnlyMixin

from ..flows.clarifications import ask_applicant, lapse_clarification
from ..models import Clarification, ClarificationState, Column, ProposalState
from .cells import moment
from .guards import in_state


class QuestionForm(forms.Form):
    question = forms.CharField(
        label=_("Questions"),
        max_length=5000,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("The applicant gets this text by mail and answers on a page of the portal."),
    )
    fields_to_change = forms.MultipleChoiceField(
        label=_("Answers that may be changed"),
        required=False,
        choices=Column.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everything else stays as it was submitted."),
    )


def ask(proposal, *, by, question, fields_to_change):
    return ask_applicant(proposal, by=by, question=question, fields=fields_to_change)


def late_question(proposal):
    """Why an open question cannot be ended yet."""
    if proposal.state != ProposalState.CLARIFICATION:
        return in_state(ProposalState.CLARIFICATION)(proposal)
    open_one = proposal.clarifications.get(state=ClarificationState.OPEN)
    if clock.now() < open_one.due_at:
        return gettext("The applicant has time until %(moment)s.") % {
            "moment": moment(open_one.due_at)
        }
    return ""


ASK = Act(
    name="ask",
    label=_("Ask the applicant"),
    flow=ask,
    form=QuestionForm,
    permission="allocations.ask_applicant",
    possible=in_state(ProposalState.IN_EVALUATION),
    text=_("The clock of the decision stands still until there is an answer."),
)
LAPSE_QUESTION = Act(
    name="lapse_question",
    label=_("Go on without an answer"),
    flow=lapse_clarification,
    permission="allocations.ask_applicant",
    possible=late_question,
    grave=True,
)


class ClarificationInline(ReadOnlyMixin, admin.TabularInline):
    model = Clarification
    fields = ["number", "state", "question", "asked_by", "due_at", "answer", "ended_at"]
    readonly_fields = fields
    extra = 0
