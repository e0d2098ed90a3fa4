"""Walking through a catalogue, and what follows from the answers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .answers import Answer, AnswerNotPossible, cleaned
from .catalogue import Catalogue, Duty, Kind, Question
from .conditions import Situation, holds

HOURS = "gpu_hours"


@dataclass(frozen=True)
class Interview:
    """``answers`` are those of ``asked`` alone; ``current`` waits for one; ``stopped`` ended it.

    ``ahead`` counts the questions still to come that do not depend on an open one.
    """

    asked: tuple[Question, ...]
    answers: Mapping[str, Answer]
    current: Question | None
    stopped: Question | None
    ahead: int

    @property
    def is_complete(self) -> bool:
        return self.current is None and self.stopped is None


@dataclass(frozen=True)
class Conclusion:
    findings: Mapping[str, str]
    duties: tuple[Duty, ...]


def walk(
    catalogue: Catalogue,
    answers: Mapping[str, object],
    *,
    parts: Collection[str],
    given: Mapping[str, int] | None = None,
) -> Interview:
    """Ask the questions of ``parts`` in order, as far as ``answers`` reach.

    What is ``given`` is known already and not asked. An answer that is missing or not possible
    makes its question the current one; answers to questions that are not asked are left out.
    """
    given = given or {}
    situation = situation_of(catalogue, given)
    asked: list[Question] = []
    kept: dict[str, Answer] = {}
    current, ahead = None, 0
    for question in catalogue.questions:
        if question.part not in parts or question.id in given:
            continue
        if not holds(question.when, situation):
            continue
        answer = None if current else _valid(question, answers.get(question.id))
        if answer is None:
            current, ahead = current or question, ahead + 1
            continue
        asked.append(question)
        kept[question.id] = answer
        take_note(situation, question, answer)
        if situation.chosen.get(question.id, frozenset()) & question.stopping:
            return Interview(tuple(asked), kept, None, question, 0)
    return Interview(tuple(asked), kept, current, None, ahead)


def conclude(
    catalogue: Catalogue,
    interview: Interview,
    *,
    parts: Collection[str],
    given: Mapping[str, int] | None = None,
) -> Conclusion:
    """What follows from the answers given: of each finding exactly one value, and the duties."""
    situation = situation_of(catalogue, given or {})
    for question in interview.asked:
        take_note(situation, question, interview.answers[question.id])
    for finding in catalogue.findings:
        if finding.part in parts:
            situation.findings[finding.id] = next(
                value for value, condition in finding.values if holds(condition, situation)
            )
    duties = tuple(duty for duty in catalogue.duties if holds(duty.when, situation))
    return Conclusion(dict(situation.findings), duties)


def situation_of(catalogue: Catalogue, given: Mapping[str, int]) -> Situation:
    """What is known before the first answer."""
    return Situation(catalogue.speeds, catalogue.lines, gpu_hours=given.get(HOURS, 0))


def take_note(situation: Situation, question: Question, answer: Answer) -> None:
    """Add an answer to what conditions look at."""
    if question.kind is Kind.NUMBER and isinstance(answer, int):
        situation.gpu_hours = answer
        situation.chosen[question.id] = frozenset()
        return
    if question.kind is Kind.TEXT:
        situation.chosen[question.id] = frozenset()
        return
    names = answer if isinstance(answer, list) else [str(answer)]
    situation.chosen[question.id] = frozenset(names)


def _valid(question: Question, raw: object) -> Answer | None:
    try:
        return cleaned(question, raw)
    except AnswerNotPossible:
        return None
