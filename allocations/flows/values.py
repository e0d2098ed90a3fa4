"""What an answer may be: a value of the question's kind, clean and within its limits.

Values are those of JSON, at every door: texts, whole numbers, truth values, lists of texts,
rows as lists of objects, dates as ``2026-11-30``. An answer that is taken back is ``None``.
"""

import datetime as dt
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Column, QuestionKind
from .questions import options_of

LONGEST_CELL = 200  # characters of one cell of a row
# Marks that turn the direction of the text after them, so that it reads otherwise than it is.
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_is_link = URLValidator(schemes=["http", "https"])


def cleaned(question, value, *, proposal):
    """The value to keep, or ``ValidationError`` with a sentence that says what to do."""
    if value is None or value in ("", []):
        return None
    return CLEANERS[question.kind](question, value, proposal)


def _text(question, value, _proposal):
    text = clean_text(value, lines=question.kind == QuestionKind.LONG_TEXT)
    if question.most is not None and len(text) > question.most:
        raise ValidationError(
            _("These are %(length)s characters; at most %(most)s fit. Shorten the text.")
            % {"length": _grouped(len(text)), "most": _grouped(question.most)}
        )
    return text or None


def clean_text(value, *, lines=False):
    """``value`` as composed Unicode without space around, or ``ValidationError``."""
    if not isinstance(value, str):
        raise ValidationError(_("Write a text."))
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    allowed = "\n\t" if lines else ""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in allowed:
            raise ValidationError(
                _("The text holds a control character (code %(code)s). Remove it.")
                % {"code": f"U+{ord(character):04X}"}
            )
    if not TURNS.isdisjoint(text):
        raise ValidationError(
            _("The text holds marks that turn its direction. Write it without them.")
        )
    return text.strip()


def _number(question, value, _proposal):
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValidationError(_("Write a whole number, in digits."))
    least, most = question.least or 0, question.most
    if value < least or (most is not None and value > most):
        raise ValidationError(
            _("Write a number from %(least)s to %(most)s.")
            % {"least": _grouped(least), "most": _grouped(most)}
        )
    return value


def _choice(question, value, proposal):
    return _chosen(question, [value], proposal)[0]


def _choices(question, value, proposal):
    if not isinstance(value, list) or len(value) > len(question.choices):
        raise ValidationError(_("Choose from the list."))
    return _chosen(question, value, proposal)


def _chosen(question, values, proposal):
    """The options that ``values`` name, in their order; 1 is neither true nor 1.0."""
    keys = [key for key, _label in options_of(question, proposal)]
    if any(
        isinstance(value, bool) or not isinstance(value, str | int) or value not in keys
        for value in values
    ):
        raise ValidationError(_("Choose from the list."))
    return [key for key in keys if key in values]


def _yes_no(_question, value, _proposal):
    if not isinstance(value, bool):
        raise ValidationError(_("Answer with yes or no."))
    return value


def _confirmation(question, value, proposal):
    return _yes_no(question, value, proposal) or None


def _date(_question, value, _proposal):
    try:
        return dt.date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise ValidationError(_("Write a date as in 2026-11-30.")) from error


def _link(question, value, proposal):
    text = _text(question, value, proposal)
    try:
        _is_link(text)
    except ValidationError as error:
        raise ValidationError(_("Write a whole address that begins with https://.")) from error
    return text


def _rows(question, value, _proposal):
    columns = [code for code, _english, _german in question.choices]
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise ValidationError(_("Write rows."))
    if any(set(row) - set(columns) for row in value):
        raise ValidationError(
            _("A row holds only these: %(columns)s.") % {"columns": ", ".join(columns)}
        )
    rows = [{code: clean_text(row.get(code, "")) for code in columns} for row in value]
    rows = [row for row in rows if any(row.values())]
    if len(rows) > question.most:
        raise ValidationError(
            ngettext("At most %(most)d row fits.", "At most %(most)d rows fit.", question.most)
            % {"most": question.most}
        )
    if any(len(cell) > LONGEST_CELL for row in rows for cell in row.values()):
        raise ValidationError(
            _("A cell holds at most %(most)d characters.") % {"most": LONGEST_CELL}
        )
    return rows or None


CLEANERS = {
    QuestionKind.SHORT_TEXT: _text,
    QuestionKind.LONG_TEXT: _text,
    QuestionKind.NUMBER: _number,
    QuestionKind.CHOICE: _choice,
    QuestionKind.CHOICES: _choices,
    QuestionKind.YES_NO: _yes_no,
    QuestionKind.CONFIRMATION: _confirmation,
    QuestionKind.DATE: _date,
    QuestionKind.LINK: _link,
    QuestionKind.ROWS: _rows,
}
NOTHING = {  # what a column holds where nothing is answered
    Column.TITLE: "",
    Column.ABSTRACT: "",
    Column.SECTOR: "",
    Column.EU_PROJECT: "",
    Column.CIVILIAN_USE: False,
}
ATTRIBUTE = {Column.OFFER: "offer_id"}  # where the column is not called like the question


def answer_of(proposal, code):
    """The answer to a question as a value of JSON, ``None`` where there is none."""
    if code not in Column.values:
        return proposal.answers.get(code)
    value = getattr(proposal, ATTRIBUTE.get(code, code))
    return None if value == NOTHING.get(code) else value


def answers_of(proposal, codes):
    return {code: answer_of(proposal, code) for code in codes}


def put_answer(proposal, code, value):
    """Set the answer on the row, which is not saved here."""
    if code in Column.values:
        value = NOTHING.get(code) if value is None else value
        setattr(proposal, ATTRIBUTE.get(code, code), value)
    elif value is None:
        proposal.answers.pop(code, None)
    else:
        proposal.answers[code] = value


def _grouped(number):
    return number_format(number, force_grouping=True)
