import pytest

from allocations.compliance import AnswerNotPossible, AnswerProblem, cleaned

from .documents import CATALOGUE

ONE = CATALOGUE.by_id["work"]
MANY = CATALOGUE.by_id["prohibited"]
TEXT = CATALOGUE.by_id["ethics_text"]
NUMBER = CATALOGUE.by_id["gpu_hours"]
LONG = "We measure what the model gets wrong, for each group of users."


@pytest.mark.parametrize(
    ("question", "raw", "answer"),
    [
        (ONE, "train", "train"),
        (MANY, ["social_scoring", "manipulation"], ["manipulation", "social_scoring"]),
        (MANY, ["manipulation", "manipulation"], ["manipulation"]),
        (TEXT, f"  {LONG}\r\nSo.  ", f"{LONG}\nSo."),
        (TEXT, f"{LONG} u\u0308", f"{LONG} \u00fc"),
        (NUMBER, "5000", 5000),
        (NUMBER, 5000, 5000),
    ],
)
def test_an_answer_is_kept_in_one_form(question, raw, answer):
    assert cleaned(question, raw) == answer


@pytest.mark.parametrize(
    ("question", "raw", "problem"),
    [
        *((row, raw, "empty") for row in (ONE, MANY, TEXT, NUMBER) for raw in (None, "", [])),
        (ONE, ["train"], "kind"),
        (ONE, 1, "kind"),
        (ONE, True, "kind"),
        (ONE, {"a": 1}, "kind"),
        (ONE, "training", "unknown"),
        (ONE, "train\x00", "unknown"),
        (MANY, "manipulation", "kind"),
        (MANY, [["manipulation"]], "kind"),
        (MANY, {"manipulation": True}, "kind"),
        (MANY, ["manipulation", "none"], "alone"),
        (MANY, ["other"], "unknown"),
        (TEXT, "short", "length"),
        (TEXT, "x" * 2001, "length"),
        (TEXT, "x" * 10**7, "length"),
        (TEXT, " " * 60, "length"),
        (TEXT, LONG + "\x07", "characters"),
        (TEXT, LONG + "\u202e", "characters"),
        (TEXT, LONG + "\ud800", "characters"),
        (NUMBER, "0", "length"),
        (NUMBER, "-5", "kind"),
        (NUMBER, "1e9", "kind"),
        (NUMBER, "٣", "kind"),
        (NUMBER, True, "kind"),
        (NUMBER, 1.5, "kind"),
        (NUMBER, "9" * 5000, "length"),
        (NUMBER, 10**400, "length"),
    ],
)
def test_an_impossible_answer_says_what_is_wrong(question, raw, problem):
    with pytest.raises(AnswerNotPossible) as refusal:
        cleaned(question, raw)

    assert (refusal.value.problem, refusal.value.question) == (AnswerProblem(problem), question)
