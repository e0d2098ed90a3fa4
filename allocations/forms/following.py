"""What applicants fill in once their proposal is submitted."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .proposals import ProposalForm

LONGEST_ANSWER = 5000


class ClarificationForm(ProposalForm):
    """The answers that may be changed, and one to the questions themselves."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("Whoever asked reads it, together with the changes that you make below."),
    )

    def __init__(self, *args, clarification, **kwargs):
        super().__init__(*args, instance=clarification.proposal, **kwargs)
        wanted = ["text", *clarification.fields, "version"]
        self.fields = {name: self.fields[name] for name in wanted if name in self.fields}

    def answers(self):
        return self.cleaned_data
