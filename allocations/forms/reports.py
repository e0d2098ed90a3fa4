"""A report's questions as a form: what is asked is data."""

from django import forms
from django.utils.translation import gettext as _

from ..flows.report_figures import form_of, questions_of

LONGEST_WORD = 40  # characters, on average over an answer: more is no text
WORDS_OF_A_PAGE = 200


class ReportAnswersForm(forms.Form):
    """All answers may stay open until the report is handed in."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, obligation, **kwargs):
        report = getattr(obligation, "report", None)
        answers = report.answers if report else {}
        initial = {**answers, "version": report.version if report else 0}
        super().__init__(*args, initial=initial, **kwargs)
        mode = obligation.allocation.project.proposal.policy.mode
        for question in questions_of(form_of(obligation), mode=mode):
            self.fields[question["key"]] = _field(question)

    def answers(self):
        """What the flow takes beside the version."""
        return {name: text for name, text in self.cleaned_data.items() if name != "version"}


def _field(question):
    limit = _("At most %(words)d words.") % {"words": question["words"]}
    needed = _("Needed before you hand it in.") if question["required"] else ""
    return forms.CharField(
        label=question["label"],
        required=False,
        max_length=question["words"] * LONGEST_WORD,
        widget=forms.Textarea({"rows": 10 if question["words"] > WORDS_OF_A_PAGE else 4}),
        help_text=" ".join(filter(None, [question["help"], limit, needed])),
    )
