"""When something holds, as data.

A condition is an object of one of these forms; the empty one always holds:

- ``{"all": [...]}``, ``{"any": [...]}``, ``{"not": ...}``;
- ``{"answer": question, "is": [choices]}``: one of these was chosen;
- ``{"answer": question, "at_least": number}``: so many were chosen, "none" not counted;
- ``{"unanswered": question}``: it was not asked, or not answered yet;
- ``{"flop": speed, "over": line}``: the hours at this speed compute more than the line;
- ``{"finding": finding, "is": [values]}``: an earlier finding came to one of these.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SECONDS = 3600

Condition = Mapping[str, Any]


@dataclass
class Situation:
    """What conditions look at. ``chosen`` has the choices of each answered question."""

    speeds: Mapping[str, float]
    lines: Mapping[str, float]
    gpu_hours: int = 0
    chosen: dict[str, frozenset[str]] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)

    def flop(self, speed: str) -> float:
        return self.gpu_hours * SECONDS * self.speeds[speed]


def holds(condition: Condition, situation: Situation) -> bool:
    if "all" in condition:
        return all(holds(part, situation) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, situation) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], situation)
    return not condition or _holds_alone(condition, situation)


def _holds_alone(condition: Condition, situation: Situation) -> bool:
    if "unanswered" in condition:
        return condition["unanswered"] not in situation.chosen
    if "flop" in condition:
        return situation.flop(condition["flop"]) > situation.lines[condition["over"]]
    if "finding" in condition:
        return situation.findings.get(condition["finding"]) in condition["is"]
    chosen = situation.chosen.get(condition["answer"], frozenset())
    if "at_least" in condition:
        return len(chosen) >= int(condition["at_least"])
    return not chosen.isdisjoint(condition["is"])


def atoms(condition: Condition) -> Iterator[Condition]:
    """The conditions that ``condition`` is made of."""
    if "not" in condition:
        yield from atoms(condition["not"])
    elif "all" in condition or "any" in condition:
        for part in condition.get("all", condition.get("any", [])):
            yield from atoms(part)
    elif condition:
        yield condition
