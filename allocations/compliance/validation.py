"""Whether a document is a catalogue that can be used: form, names, and that all is reachable."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import jsonschema

from .catalogue import read
from .conditions import atoms
from .reach import unreachable
from .schema import SCHEMA

Values = Mapping[str, tuple[str, ...]]  # of each finding that the portal computes with
MOST_PROBLEMS = 20


class ProblemKind(StrEnum):
    FORM = "form"
    TWICE = "twice"
    UNKNOWN = "unknown"  # a name that is not there, or not yet
    CHOICES = "choices"  # a question that cannot be answered
    WAY_OUT = "way_out"  # an answer ends the interview and nothing says what to do
    FINDINGS = "findings"  # not the findings, or not the values, that the portal knows
    LAST = "last"  # a finding's last value has a condition, so that there may be none
    DATE = "date"
    UNREACHABLE = "unreachable"
    ENTANGLED = "entangled"  # too many combinations to find out


@dataclass(frozen=True)
class Problem:
    kind: ProblemKind
    where: str
    what: str = ""


def problems(document: Any, *, parts: tuple[str, ...], findings: Values) -> list[Problem]:
    """What is wrong with ``document``; each step is taken once the one before found nothing.

    ``parts`` and ``findings`` are what the portal keeps columns for.
    """
    for step in (_form, _names, _references):
        found = list(step(document))
        if found:
            return found[:MOST_PROBLEMS]
    found = [*_known(document, parts, findings), *_answerable(document)]
    if found:
        return found[:MOST_PROBLEMS]
    blocked = unreachable(read(document, language="en"), parts=parts)
    return [Problem(ProblemKind(kind), where) for kind, where in blocked][:MOST_PROBLEMS]


def _form(document: Any) -> Iterator[Problem]:
    for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document):
        yield Problem(ProblemKind.FORM, error.json_path[:200], str(error.validator))


def _names(document: Any) -> Iterator[Problem]:
    lists = [document["questions"], document["findings"], document["duties"]]
    lists += [question.get("choices", []) for question in document["questions"]]
    for rows in lists:
        ids = [row["id"] for row in rows]
        for name in sorted({name for name in ids if ids.count(name) > 1}):
            yield Problem(ProblemKind.TWICE, name)
    for row in (row for rows in lists for row in rows):
        try:
            dt.date.fromisoformat(row.get("applies_from", "2026-01-01"))
        except ValueError:
            yield Problem(ProblemKind.DATE, row["id"], row["applies_from"])


def _references(document: Any) -> Iterator[Problem]:
    """Conditions look back only: at questions, choices and findings that come before."""
    known = _Known(document)
    for question in document["questions"]:
        yield from known.missing(question["id"], question.get("when", {}))
        known.choices[question["id"]] = {row["id"] for row in question.get("choices", [])}
    for finding in document["findings"]:
        for value in finding["values"]:
            yield from known.missing(finding["id"], value["when"])
        known.values[finding["id"]] = {value["value"] for value in finding["values"]}
    for duty in document["duties"]:
        yield from known.missing(duty["id"], duty["when"])
    yield from _sources(document)


def _sources(document: Any) -> Iterator[Problem]:
    for question in document["questions"]:
        if question["part"] not in document["parts"]:
            yield Problem(ProblemKind.UNKNOWN, question["id"], question["part"])
    for row in [*document["questions"], *document["duties"]]:
        for entry in row["laws"]:
            if entry["law"] not in document["laws"]:
                yield Problem(ProblemKind.UNKNOWN, row["id"], entry["law"])


class _Known:
    """The names that conditions may use so far."""

    def __init__(self, document: Any) -> None:
        self.compute = document["compute"]
        self.choices: dict[str, set[str]] = {}
        self.values: dict[str, set[str]] = {}

    def missing(self, where: str, condition: Any) -> Iterator[Problem]:
        for atom in atoms(condition):
            for name in self._unknown(atom):
                yield Problem(ProblemKind.UNKNOWN, where, name)

    def _unknown(self, atom: Any) -> list[str]:
        if "flop" in atom:
            names = [(atom["flop"], self.compute["speeds"]), (atom["over"], self.compute["lines"])]
            return [name for name, rows in names if name not in rows]
        rows = self.values if "finding" in atom else self.choices
        subject = atom.get("finding") or atom.get("answer") or atom["unanswered"]
        if subject not in rows:
            return [subject]
        return sorted(set(atom.get("is", [])) - rows[subject])


def _known(document: Any, parts: tuple[str, ...], findings: Values) -> Iterator[Problem]:
    """The document has the parts and the findings that the portal keeps columns for."""
    for name in sorted(set(document["parts"]) ^ set(parts)):
        yield Problem(ProblemKind.UNKNOWN, "parts", name)
    values = {row["id"]: [v["value"] for v in row["values"]] for row in document["findings"]}
    for name in sorted(set(values) ^ set(findings)):
        yield Problem(ProblemKind.FINDINGS, name)
    for row in document["findings"]:
        if row["part"] not in parts:
            yield Problem(ProblemKind.UNKNOWN, row["id"], row["part"])
        if set(values[row["id"]]) != set(findings.get(row["id"], values[row["id"]])):
            yield Problem(ProblemKind.FINDINGS, row["id"])
        if row["values"][-1]["when"]:
            yield Problem(ProblemKind.LAST, row["id"])


def _answerable(document: Any) -> Iterator[Problem]:
    for question in document["questions"]:
        choices = question.get("choices", [])
        if (question["kind"] in {"one", "many"}) != bool(choices):
            yield Problem(ProblemKind.CHOICES, question["id"])
        if question.get("least", 1) > question.get("most", 1):
            yield Problem(ProblemKind.CHOICES, question["id"])
        if any(choice.get("stops") for choice in choices):
            if "way_out" not in question:
                yield Problem(ProblemKind.WAY_OUT, question["id"])
            if all(choice.get("stops") for choice in choices):
                yield Problem(ProblemKind.CHOICES, question["id"])
