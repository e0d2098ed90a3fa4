"""A catalogue as the interview uses it, read from its document in one language."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from .conditions import Condition

Document = Mapping[str, Any]


class Kind(StrEnum):
    ONE = "one"
    MANY = "many"
    TEXT = "text"
    NUMBER = "number"


@dataclass(frozen=True)
class Law:
    """Where a question or a duty comes from. ``celex`` finds the text in EUR-Lex."""

    name: str
    article: str
    celex: str


@dataclass(frozen=True)
class Choice:
    """``stops`` ends the interview; ``alone`` goes with no other choice."""

    id: str
    label: str
    help: str
    stops: bool
    alone: bool
    applies_from: dt.date | None


@dataclass(frozen=True)
class Question:
    """``shows`` names the figure beside it; ``by_request`` asks it anew when that changes."""

    id: str
    part: str
    kind: Kind
    text: str
    why: str
    help: str
    laws: tuple[Law, ...]
    when: Condition
    choices: tuple[Choice, ...]
    way_out: str
    shows: str
    by_request: bool
    least: int
    most: int

    @property
    def stopping(self) -> frozenset[str]:
        return frozenset(choice.id for choice in self.choices if choice.stops)

    def choice(self, name: str) -> Choice:
        return next(choice for choice in self.choices if choice.id == name)


@dataclass(frozen=True)
class Finding:
    """One outcome among several: the first value whose condition holds."""

    id: str
    part: str
    values: tuple[tuple[str, Condition], ...]


@dataclass(frozen=True)
class Duty:
    id: str
    text: str
    laws: tuple[Law, ...]
    when: Condition
    applies_from: dt.date | None


@dataclass(frozen=True)
class Catalogue:
    """``speeds`` are FLOP per second of one GPU, ``lines`` the thresholds in FLOP."""

    parts: Mapping[str, str]
    speeds: Mapping[str, float]
    lines: Mapping[str, float]
    questions: tuple[Question, ...]
    findings: tuple[Finding, ...]
    duties: tuple[Duty, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Question]:
        return {question.id: question for question in self.questions}


Told = Callable[[Any], str]


def read(document: Document, *, language: str) -> Catalogue:
    """The catalogue of a valid ``document``, with its texts in ``language`` (``en``, ``de``).

    Parts come in the order of their questions: PostgreSQL keeps that of lists alone.
    """

    def told(text: Any) -> str:
        return str(text[language]) if text else ""

    def laws(entries: Any) -> tuple[Law, ...]:
        return tuple(_law(document["laws"][entry["law"]], entry, told) for entry in entries)

    in_order = dict.fromkeys([row["part"] for row in document["questions"]])
    return Catalogue(
        parts={name: told(document["parts"][name]) for name in in_order | document["parts"]},
        speeds=document["compute"]["speeds"],
        lines=document["compute"]["lines"],
        questions=tuple(_question(row, laws, told) for row in document["questions"]),
        findings=tuple(
            Finding(row["id"], row["part"], tuple((v["value"], v["when"]) for v in row["values"]))
            for row in document["findings"]
        ),
        duties=tuple(
            Duty(row["id"], told(row["text"]), laws(row["laws"]), row["when"], _day(row))
            for row in document["duties"]
        ),
    )


def _law(row: Document, entry: Document, told: Told) -> Law:
    return Law(told(row["name"]), entry["article"], row["celex"])


def _question(row: Document, laws: Callable[[Any], tuple[Law, ...]], told: Told) -> Question:
    return Question(
        id=row["id"],
        part=row["part"],
        kind=Kind(row["kind"]),
        text=told(row["text"]),
        why=told(row["why"]),
        help=told(row["help"]),
        laws=laws(row["laws"]),
        when=row.get("when", {}),
        choices=tuple(_choice(choice, told) for choice in row.get("choices", [])),
        way_out=told(row.get("way_out")),
        shows=row.get("shows", ""),
        by_request=row.get("by_request", False),
        least=row.get("least", 1),
        most=row.get("most", 1),
    )


def _choice(row: Document, told: Told) -> Choice:
    return Choice(
        id=row["id"],
        label=told(row["label"]),
        help=told(row["help"]),
        stops=row.get("stops", False),
        alone=row.get("alone", False),
        applies_from=_day(row),
    )


def _day(row: Document) -> dt.date | None:
    day = row.get("applies_from")
    return dt.date.fromisoformat(day) if day else None
