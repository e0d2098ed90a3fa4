"""Whether every question, value and duty of a catalogue can come up.

For each target only the questions that it depends on are varied, and of their answers one of
each sort that the target's conditions tell apart. The other questions get an answer that does
not end the interview.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .answers import Answer
from .catalogue import Catalogue, Kind, Question
from .conditions import SECONDS, Condition, Situation, atoms, holds
from .interview import HOURS, conclude, take_note, walk

MOST_COMBINATIONS = 20_000
BEYOND = 1.001  # a line is crossed by more than itself

Blocked = tuple[str, str]  # "unreachable" or "entangled", and what


@dataclass(frozen=True)
class Target:
    """``kind`` says in which set of an outcome ``name`` has to appear."""

    kind: str
    name: str
    conditions: tuple[Condition, ...]


@dataclass
class Dependencies:
    """The questions that conditions depend on, also through others, and what these look at."""

    questions: dict[str, Question] = field(default_factory=dict)
    atoms: list[Condition] = field(default_factory=list)
    by_hours: bool = False


def unreachable(catalogue: Catalogue, *, parts: tuple[str, ...]) -> list[Blocked]:
    """The questions, findings' values and duties that no answers lead to."""
    found = (_blocked(catalogue, target, parts) for target in _targets(catalogue))
    return [(why, target) for target, why in found if why]


def _targets(catalogue: Catalogue) -> Iterator[Target]:
    for question in catalogue.questions:
        yield Target("asked", question.id, (question.when,))
    for finding in catalogue.findings:
        conditions = tuple(condition for _value, condition in finding.values)
        for value, _condition in finding.values:
            yield Target("findings", f"{finding.id}={value}", conditions)
    for duty in catalogue.duties:
        yield Target("duties", duty.id, (duty.when,))


def _blocked(catalogue: Catalogue, target: Target, parts: tuple[str, ...]) -> tuple[str, str]:
    needs = _dependencies(catalogue, target)
    options = [_sorts(catalogue, question, needs.atoms) for question in needs.questions.values()]
    hours = list(_hours(catalogue)) if needs.by_hours else [1]
    if math.prod(map(len, options)) * len(hours) > MOST_COMBINATIONS:
        return target.name, "entangled"
    usual = {question.id: _sorts(catalogue, question, [])[0] for question in catalogue.questions}
    for number in hours:
        for chosen in itertools.product(*options):
            answers = usual | dict(zip(needs.questions, chosen, strict=True))
            if target.name in _outcome(catalogue, answers, parts, number)[target.kind]:
                return target.name, ""
    return target.name, "unreachable"


def _outcome(
    catalogue: Catalogue, answers: Mapping[str, Answer], parts: tuple[str, ...], hours: int
) -> dict[str, set[str]]:
    given = {HOURS: hours}
    interview = walk(catalogue, answers, parts=parts, given=given)
    conclusion = conclude(catalogue, interview, parts=parts, given=given)
    return {
        "asked": {question.id for question in interview.asked} | {HOURS},
        "findings": {f"{name}={value}" for name, value in conclusion.findings.items()},
        "duties": {duty.id for duty in conclusion.duties},
    }


def _dependencies(catalogue: Catalogue, target: Target) -> Dependencies:
    found = Dependencies()
    findings = {finding.id: finding for finding in catalogue.findings}
    seen: set[str] = set()
    todo = list(target.conditions)
    while todo:
        for atom in atoms(todo.pop()):
            found.atoms.append(atom)
            found.by_hours = found.by_hours or "flop" in atom
            if (name := atom.get("finding")) and name not in seen:
                seen.add(name)
                todo += [condition for _value, condition in findings[name].values]
            elif (name := _subject(atom)) and name not in found.questions:
                found.questions[name] = catalogue.by_id[name]
                todo.append(catalogue.by_id[name].when)
    return found


def _sorts(catalogue: Catalogue, question: Question, conditions: list[Condition]) -> list[Answer]:
    """An answer of each sort that ``conditions`` tell apart, those that stop at the end."""
    of_this = [atom for atom in conditions if _subject(atom) == question.id]
    by_sort: dict[tuple[bool, ...], Answer] = {}
    for answer in _candidates(question):
        situation = Situation(catalogue.speeds, catalogue.lines)
        take_note(situation, question, answer)
        stops = bool(situation.chosen[question.id] & question.stopping)
        by_sort.setdefault((stops, *(holds(atom, situation) for atom in of_this)), answer)
    return [by_sort[sort] for sort in sorted(by_sort, key=lambda sort: sort[0])]


def _candidates(question: Question) -> Iterator[Answer]:
    if question.kind is Kind.TEXT:
        yield "x" * question.least
    elif question.kind is Kind.NUMBER:
        yield question.least
    elif question.kind is Kind.ONE:
        yield from (choice.id for choice in question.choices)
    else:
        several = [choice.id for choice in question.choices if not choice.alone]
        yield from ([choice.id] for choice in question.choices)
        yield from ([*pair] for pair in itertools.combinations(several, 2))
        yield from (several[:size] for size in range(3, len(several) + 1))


def _hours(catalogue: Catalogue) -> Iterator[int]:
    """Hours on each side of each line at each speed."""
    yield 1
    for speed in catalogue.speeds.values():
        for line in catalogue.lines.values():
            yield math.ceil(line / (speed * SECONDS) * BEYOND)


def _subject(atom: Condition) -> str | None:
    return atom.get("answer") or atom.get("unanswered")
