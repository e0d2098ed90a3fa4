"""The form of a catalogue's document, as a JSON schema."""

from typing import Any

LONGEST_TEXT = 4000

NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,59}$"}
DAY = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], *, least: int = 1, most: int = 200) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _map(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "propertyNames": NAME, "additionalProperties": values}


WORDS = {"type": "string", "pattern": r"\S", "maxLength": LONGEST_TEXT}
TEXT = _object({"en": WORDS, "de": WORDS})
CONDITION = {"$ref": "#/$defs/condition"}
LAWS = _list(_object({"law": NAME, "article": {"type": "string", "maxLength": 100}}), least=0)
POSITIVE = {"type": "number", "exclusiveMinimum": 0}

CHOICE = _object(
    {"id": NAME, "label": TEXT, "help": TEXT},
    {"stops": {"type": "boolean"}, "alone": {"type": "boolean"}, "applies_from": DAY},
)
QUESTION = _object(
    {
        "id": NAME,
        "part": NAME,
        "kind": {"enum": ["one", "many", "text", "number"]},
        "text": TEXT,
        "why": TEXT,
        "help": TEXT,
        "laws": LAWS,
    },
    {
        "when": CONDITION,
        "choices": _list(CHOICE, most=20),
        "way_out": TEXT,
        "shows": {"enum": ["compute", "energy"]},
        "by_request": {"type": "boolean"},
        "least": {"type": "integer", "minimum": 1},
        "most": {"type": "integer", "minimum": 1, "maximum": 1_000_000_000},
    },
)
FINDING = _object(
    {"id": NAME, "part": NAME, "values": _list(_object({"value": NAME, "when": CONDITION}))}
)
DUTY = _object({"id": NAME, "text": TEXT, "laws": LAWS, "when": CONDITION}, {"applies_from": DAY})
NAMES = _list(NAME, most=30)
CONDITIONS = _list(CONDITION, most=30)

COMPUTE = _object({"speeds": _map(POSITIVE), "lines": _map(POSITIVE), "source": WORDS})

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(
        {
            "parts": _map(TEXT),
            "laws": _map(_object({"name": TEXT, "celex": {"type": "string", "maxLength": 30}})),
            "compute": COMPUTE,
            "questions": _list(QUESTION),
            "findings": _list(FINDING),
            "duties": _list(DUTY),
        }
    ),
    "$defs": {
        "condition": {
            "oneOf": [
                {"type": "object", "maxProperties": 0},
                _object({"all": CONDITIONS}),
                _object({"any": CONDITIONS}),
                _object({"not": CONDITION}),
                _object({"answer": NAME, "is": NAMES}),
                _object({"answer": NAME, "at_least": {"type": "integer", "minimum": 2}}),
                _object({"unanswered": NAME}),
                _object({"flop": NAME, "over": NAME}),
                _object({"finding": NAME, "is": NAMES}),
            ]
        }
    },
}
