"""A proposal as a reviewer reads it: the form's sections, with or without who applies."""

from dataclasses import dataclass

from .differences import in_words
from .questions import sections_of
from .values import answer_of


@dataclass(frozen=True)
class FileSection:
    """``rows`` are ``(question, answer in words)``."""

    label: str
    rows: list


def file_of(proposal, *, with_applicant):
    """The sections that have answers; those that tell who applies only where that is open."""
    sections = []
    for section in sections_of(proposal):
        if section.tells_applicant and not with_applicant:
            continue
        rows = [
            (
                question.label,
                in_words(question, answer_of(proposal, question.code), proposal=proposal),
            )
            for question in section.asked
        ]
        answered = [(label, words) for label, words in rows if words]
        if answered:
            sections.append(FileSection(section.label, answered))
    return sections


def _words(question, proposal):
    return in_words(question, answer_of(proposal, question.code), proposal=proposal)
