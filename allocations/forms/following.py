"""What applicants fill in once their proposal is submitted."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..flows.questions import questions_of
from .answers import AnswersForm

LONGEST_ANSWER = 5000


class ClarificationForm(AnswersForm):
    """The answers that may be changed, and one to the questions themselves."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("Whoever asked reads it, together with the changes that you make below."),
    )

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, clarification, **kwargs):
        proposal = clarification.proposal
        asked = questions_of(proposal)
        open_ones = [asked[code] for code in clarification.fields]
        super().__init__(*args, proposal=proposal, questions=open_ones, **kwargs)
        self.initial["version"] = proposal.version

    def answers(self):
        return self.cleaned_data
