"""An answer, checked against its question."""

import unicodedata
from enum import StrEnum

from .catalogue import Kind, Question

Answer = str | int | list[str]


class AnswerProblem(StrEnum):
    EMPTY = "empty"
    KIND = "kind"  # a list where a word is asked for, and the like
    UNKNOWN = "unknown"  # no such choice
    ALONE = "alone"  # "none of these" together with one of these
    LENGTH = "length"  # too short or too long; of a number: too small or too large
    CHARACTERS = "characters"  # control characters


class AnswerNotPossible(Exception):  # named for what happened
    def __init__(self, question: Question, problem: AnswerProblem) -> None:
        super().__init__(f"{question.id}: {problem}")
        self.question = question
        self.problem = problem


def cleaned(question: Question, raw: object) -> Answer:
    """``raw`` as it is kept: choices in the question's order, texts trimmed and composed.

    Raises ``AnswerNotPossible``.
    """
    if raw in (None, "", []):
        raise AnswerNotPossible(question, AnswerProblem.EMPTY)
    if question.kind is Kind.MANY:
        return _many(question, raw)
    if question.kind is Kind.NUMBER:
        return _number(question, raw)
    if not isinstance(raw, str):
        raise AnswerNotPossible(question, AnswerProblem.KIND)
    return _text(question, raw) if question.kind is Kind.TEXT else _one(question, raw)


def _one(question: Question, raw: str) -> str:
    if raw not in {choice.id for choice in question.choices}:
        raise AnswerNotPossible(question, AnswerProblem.UNKNOWN)
    return raw


def _many(question: Question, raw: object) -> list[str]:
    if not isinstance(raw, list) or not all(isinstance(name, str) for name in raw):
        raise AnswerNotPossible(question, AnswerProblem.KIND)
    wanted = set(raw)
    if wanted - {choice.id for choice in question.choices}:
        raise AnswerNotPossible(question, AnswerProblem.UNKNOWN)
    chosen = [choice for choice in question.choices if choice.id in wanted]
    if len(chosen) > 1 and any(choice.alone for choice in chosen):
        raise AnswerNotPossible(question, AnswerProblem.ALONE)
    return [choice.id for choice in chosen]


def _number(question: Question, raw: object) -> int:
    if isinstance(raw, str) and raw.isascii() and raw.isdecimal():
        raw = int(raw[:20])
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise AnswerNotPossible(question, AnswerProblem.KIND)
    if not question.least <= raw <= question.most:
        raise AnswerNotPossible(question, AnswerProblem.LENGTH)
    return raw


def _text(question: Question, raw: str) -> str:
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n")).strip()
    if not question.least <= len(text) <= question.most:
        raise AnswerNotPossible(question, AnswerProblem.LENGTH)
    if any(unicodedata.category(sign)[0] == "C" and sign not in "\n\t" for sign in text):
        raise AnswerNotPossible(question, AnswerProblem.CHARACTERS)
    return text
