"""The questions of a section as a form; whether an answer fits is the flow's to say."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..flows.limits import in_words, on_partition
from ..flows.questions import hours_suggested, open_offers, options_of
from ..flows.values import answer_of
from ..models import Column, HourUnit, QuestionKind

EMPTY_ROWS = 3  # beyond those that are filled in
MOST_DIGITS = 20  # beyond, it is a text that is no number


class RowsWidget(forms.Widget):
    """A table with one input a cell."""

    template_name = "allocations/editor/rows.html"

    def __init__(self, columns, most):
        super().__init__()
        self.columns, self.most = columns, most

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        rows = value or []
        count = min(self.most, len(rows) + EMPTY_ROWS)
        filled = [*rows, *({} for _number in range(count - len(rows)))]
        context["columns"] = self.columns
        context["rows"] = [
            [(f"{name}-{number}-{code}", label, row.get(code, "")) for code, label in self.columns]
            for number, row in enumerate(filled)
        ]
        return context

    def value_from_datadict(self, data, _files, name):
        return [
            {code: data.get(f"{name}-{number}-{code}", "") for code, _label in self.columns}
            for number in range(self.most)
            if any(f"{name}-{number}-{code}" in data for code, _label in self.columns)
        ]

    def value_omitted_from_data(self, data, _files, name):
        return not any(key.startswith(f"{name}-") for key in data)


class AnswerField(forms.Field):
    """Passes on what was entered as a value of JSON, also where it fits no answer."""

    def __init__(self, question, **kwargs):
        self.question = question
        super().__init__(required=False, label=question.label, **kwargs)

    def to_python(self, value):
        return value or None


class NumberField(AnswerField):
    def to_python(self, value):
        text = (value or "").strip()
        return int(text) if _is_whole(text.removeprefix("-")) else text or None


class ChosenField(AnswerField):
    """One or several of ``options``, whose values need not be texts."""

    def __init__(self, question, *, options, **kwargs):
        self.values = {str(value): value for value, _label in options}
        super().__init__(question, **kwargs)

    def to_python(self, value):
        if isinstance(value, list):
            return [self.values.get(key, key) for key in value] or None
        return self.values.get(value, value) or None


class YesNoField(AnswerField):
    def to_python(self, value):
        return {"yes": True, "no": False}.get(value, value or None)

    def prepare_value(self, value):
        return {True: "yes", False: "no"}.get(value, value)


class ConfirmationField(AnswerField):
    def to_python(self, value):
        return True if value else None


class AnswersForm(forms.Form):
    """Each field's ``seen-<code>`` is the version of the answer that the page was made from."""

    def __init__(self, *args, proposal, questions, **kwargs):
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.code] = _field(question, proposal)
            self.initial.setdefault(question.code, answer_of(proposal, question.code))
        if Column.GPU_HOURS in self.fields and self.initial[Column.GPU_HOURS] is None:
            self.initial[Column.GPU_HOURS] = hours_suggested(proposal)

    def seen(self):
        """``{code: version}`` as posted; what is no number was never seen."""
        return {code: _version(self.data.get(f"seen-{code}")) for code in self.fields}


def _version(text):
    return int(text) if text and _is_whole(text) else -1


def _is_whole(text):
    return len(text) <= MOST_DIGITS and text.isascii() and text.isdecimal()


def _field(question, proposal):
    field = _FIELDS[question.kind](question, proposal)
    field.help_text = question.help
    if question.code == Column.GPU_HOURS:
        field.help_text = " ".join([_limits_of_hours(proposal), question.help])
    if question.most is not None and QuestionKind(question.kind).is_text:
        field.widget.attrs["data-most"] = question.most
    return field


def _limits_of_hours(proposal):
    policy = proposal.policy
    words = [in_words(policy).removesuffix(".") + "."]
    if policy.unit == HourUnit.NODE_HOURS:
        words += [on_partition(policy, offer.partition) for offer in open_offers(proposal)]
    return " ".join(words)


def _line(question, _proposal):
    return AnswerField(question, widget=forms.TextInput())


def _long_text(question, _proposal):
    return AnswerField(question, widget=forms.Textarea({"rows": 8}))


def _number(question, _proposal):
    return NumberField(question, widget=forms.TextInput({"inputmode": "numeric"}))


def _choice(question, proposal):
    options = options_of(question, proposal)
    widget = forms.Select(choices=[("", _("Please choose")), *options])
    return ChosenField(question, options=options, widget=widget)


def _choices(question, proposal):
    options = options_of(question, proposal)
    widget = forms.CheckboxSelectMultiple(choices=options)
    return ChosenField(question, options=options, widget=widget)


def _yes_no(question, _proposal):
    choices = [("", _("Please choose")), ("yes", _("Yes")), ("no", _("No"))]
    return YesNoField(question, widget=forms.Select(choices=choices))


def _confirmation(question, _proposal):
    return ConfirmationField(question, widget=forms.CheckboxInput())


def _date(question, _proposal):
    return AnswerField(question, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def _link(question, _proposal):
    return AnswerField(question, widget=forms.URLInput({"placeholder": "https://"}))


def _rows(question, _proposal):
    return AnswerField(question, widget=RowsWidget(question.options, question.most))


_FIELDS = {
    QuestionKind.SHORT_TEXT: _line,
    QuestionKind.LONG_TEXT: _long_text,
    QuestionKind.NUMBER: _number,
    QuestionKind.CHOICE: _choice,
    QuestionKind.CHOICES: _choices,
    QuestionKind.YES_NO: _yes_no,
    QuestionKind.CONFIRMATION: _confirmation,
    QuestionKind.DATE: _date,
    QuestionKind.LINK: _link,
    QuestionKind.ROWS: _rows,
}
