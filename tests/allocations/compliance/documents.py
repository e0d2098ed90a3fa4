"""The catalogue that comes with the portal, and interviews under it."""

import copy
import json
from pathlib import Path

import allocations
from allocations.compliance import Conclusion, conclude, read, walk
from allocations.models import CompliancePart

FIRST = Path(allocations.__file__).parent / "migrations" / "compliance" / "1.json"
DOCUMENT = json.loads(FIRST.read_text("utf-8"))
PARTS = tuple(CompliancePart.values)
CATALOGUE = read(DOCUMENT, language="en")

ON_THE_MARKET = {
    "work": "use",
    "prohibited": ["none"],
    "stage": "on_market",
    "annex_i": "no",
    "annex_iii": ["none"],
    "art50": ["none"],
    "role": ["provider"],
    "personal_data": "none",
    "end_use": ["none"],
    "dual_use": "no",
}
TRAINING = ON_THE_MARKET | {
    "work": "train",
    "stage": "development",
    "general": "yes",
    "open_source": "no",
}


def changed():
    """A copy of the document that a test may change, and a way to its questions by name."""
    document = copy.deepcopy(DOCUMENT)
    return document, {row["id"]: row for row in document["questions"]}


def interview(answers, *, hours=1000, parts=PARTS):
    return walk(CATALOGUE, answers, parts=parts, given={"gpu_hours": hours})


def concluded(answers, *, hours=1000, parts=PARTS) -> Conclusion:
    given = {"gpu_hours": hours}
    walked = walk(CATALOGUE, answers, parts=parts, given=given)
    return conclude(CATALOGUE, walked, parts=parts, given=given)


def duties(answers, **options):
    """``{duty: the day from which it applies}``"""
    return {duty.id: duty.applies_from for duty in concluded(answers, **options).duties}
