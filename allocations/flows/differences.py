"""Answers as texts: in words, and two side by side with what was taken out and put in."""

import difflib
import re

from django.utils.translation import gettext as _

from ..models import QuestionKind
from .questions import options_of, sections_of

WORDS = re.compile(r"\s+|[^\s]+")
LONGEST = 20_000  # characters; beyond, the texts are shown as wholes
SAME, OUT, IN = "same", "out", "in"


def difference(old, new):
    """``(what happened, text)`` in order, word by word."""
    if max(len(old), len(new)) > LONGEST:
        return [(kind, text) for kind, text in ((OUT, old), (IN, new)) if text]
    before, after = WORDS.findall(old), WORDS.findall(new)
    parts = []
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            parts.append((SAME, "".join(before[start:end])))
            continue
        gone, come = "".join(before[start:end]), "".join(after[new_start:new_end])
        parts += [(kind, text) for kind, text in ((OUT, gone), (IN, come)) if text]
    return parts


def both(theirs, yours):
    """One text with everything of both, to be tidied up by hand."""
    return "".join(
        text if text[:1].isspace() or kind == SAME else f"{text} "
        for kind, text in difference(theirs, yours)
    )


def answers_in_words(proposal):
    """``(section, [(question, text), …])`` of what is answered beside the columns."""
    for section in sections_of(proposal):
        answers = [
            (question, in_words(question, proposal.answers.get(question.code), proposal=proposal))
            for question in section.asked
            if proposal.answers.get(question.code) is not None
        ]
        if answers:
            yield section, answers


def in_words(question, answer, *, proposal):
    """An answer as a person reads it; nothing where there is none."""
    if answer is None:
        return ""
    if question is None:
        return ", ".join(answer) if isinstance(answer, list) else str(answer)
    if question.kind in {QuestionKind.YES_NO, QuestionKind.CONFIRMATION}:
        return _("Yes") if answer else _("No")
    if QuestionKind(question.kind).chooses:
        labels = dict(options_of(question, proposal))
        values = answer if isinstance(answer, list) else [answer]
        return ", ".join(str(labels.get(value, value)) for value in values)
    if question.kind == QuestionKind.ROWS:
        return "\n".join(" · ".join(cell for cell in row.values() if cell) for row in answer)
    return str(answer)
