"""One question of the compliance interview as a form, and a new version of the catalogue."""

import json

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ..compliance import AnswerNotPossible, Kind, ProblemKind, cleaned, problems
from ..flows.assessments import sentence
from ..models import FINDINGS, ComplianceCatalogue, CompliancePart

LONGEST_DOCUMENT = 1_000_000  # characters


class QuestionForm(forms.Form):
    """The question's field bears its name, so that an address can hold several answers."""

    def __init__(self, *args, question, **kwargs):
        super().__init__(*args, **kwargs)
        self.question = question
        self.fields[question.id] = _field(question)

    def clean(self):
        name = self.question.id
        if name in self.errors:
            return self.cleaned_data
        try:
            self.cleaned_data[name] = cleaned(self.question, self.cleaned_data.get(name))
        except AnswerNotPossible as refusal:
            self.add_error(name, sentence(refusal))
        return self.cleaned_data

    @property
    def answer(self):
        return self.cleaned_data[self.question.id]


class AssessmentForm(QuestionForm):
    """The same for a proposal, where two people may answer at the same time."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


def _field(question):
    """What is wrong is said by the interview's own rules, so nothing is required here."""
    options = {"label": question.text, "help_text": question.help, "required": False}
    if question.kind is Kind.TEXT:
        widget = forms.Textarea({"rows": 6})
        return forms.CharField(widget=widget, strip=False, **options)
    if question.kind is Kind.NUMBER:
        return forms.CharField(widget=forms.TextInput({"inputmode": "numeric"}), **options)
    choices = [(choice.id, _label(choice)) for choice in question.choices]
    if question.kind is Kind.ONE:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)
    return forms.MultipleChoiceField(
        choices=choices, widget=forms.CheckboxSelectMultiple, **options
    )


def _label(choice):
    return format_html(
        '<strong>{}</strong><span class="choice-help">{}</span>', choice.label, choice.help
    )


PROBLEMS = {
    ProblemKind.FORM: _("%(where)s does not have the form that is needed (%(what)s)."),
    ProblemKind.TWICE: _("The name “%(where)s” is given twice."),
    ProblemKind.UNKNOWN: _("“%(where)s” names “%(what)s”, which is not there or comes later."),
    ProblemKind.CHOICES: _("“%(where)s” cannot be answered so that the interview goes on."),
    ProblemKind.WAY_OUT: _("“%(where)s” can end the interview, but does not say what to do then."),
    ProblemKind.FINDINGS: _("The finding “%(where)s” lacks values, or has others than the portal."),
    ProblemKind.LAST: _("The last value of “%(where)s” must have no condition."),
    ProblemKind.DATE: _("“%(where)s” has a day that does not exist: %(what)s."),
    ProblemKind.UNREACHABLE: _("No answers lead to “%(where)s”."),
    ProblemKind.ENTANGLED: _("“%(where)s” depends on too many questions to be checked."),
}


class DocumentField(forms.JSONField):
    """JSON that a person edits: indented, with letters as they are."""

    widget = forms.Textarea({"rows": 30, "cols": 100, "spellcheck": "false"})

    def prepare_value(self, value):
        if isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False, indent=1)

    def bound_data(self, data, _initial):
        """What was typed, also where it is no JSON."""
        return data

    def to_python(self, value):
        if isinstance(value, str) and len(value) > LONGEST_DOCUMENT:
            raise forms.ValidationError(_("The document is too long."))
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError(_("The document is nested too deeply.")) from error


class ComplianceCatalogueForm(forms.ModelForm):
    """A version is kept only if every question, result and duty in it can be reached."""

    document = DocumentField(
        label=_("Document"),
        help_text=_("Questions, findings and duties in both languages. It is checked when saved."),
    )

    class Meta:
        model = ComplianceCatalogue
        fields = ["valid_from", "document", "source"]

    def clean_document(self):
        document = self.cleaned_data["document"]
        parts = tuple(CompliancePart.values)
        try:
            found = problems(document, parts=parts, findings=FINDINGS)
        except RecursionError as error:
            raise forms.ValidationError(_("The document is nested too deeply.")) from error
        if found:
            raise forms.ValidationError(
                [PROBLEMS[row.kind] % {"where": row.where, "what": row.what} for row in found]
            )
        return document
