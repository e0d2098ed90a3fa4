"""What a new version of the catalogue is checked for."""

import copy

import pytest

from allocations.compliance import Problem, ProblemKind, problems
from allocations.models import FINDINGS

from .documents import DOCUMENT, PARTS, changed


def found(document):
    return problems(document, parts=PARTS, findings=FINDINGS)


def test_the_catalogue_that_comes_with_the_portal_has_no_problem():
    assert found(DOCUMENT) == []


@pytest.mark.parametrize(
    "document", [None, [], 5, "{}", {}, {"questions": []}, DOCUMENT | {"more": 1}]
)
def test_a_document_of_another_form_is_refused(document):
    assert {problem.kind for problem in found(document)} == {ProblemKind.FORM}


@pytest.mark.parametrize("text", [{"en": "Why?"}, {"en": "Why?", "de": ""}, "Why?", {"en": 1}])
@pytest.mark.parametrize("field", ["text", "why", "help"])
def test_each_text_is_needed_in_both_languages(field, text):
    document, questions = changed()
    questions["work"][field] = text

    assert {problem.kind for problem in found(document)} == {ProblemKind.FORM}


def test_a_name_is_given_once():
    document, _questions = changed()
    document["questions"].append(copy.deepcopy(document["questions"][0]))

    assert found(document) == [Problem(ProblemKind.TWICE, "work")]


@pytest.mark.parametrize(
    ("condition", "name"),
    [
        ({"answer": "nothing", "is": ["yes"]}, "nothing"),
        ({"answer": "art50", "is": ["none"]}, "art50"),  # comes later
        ({"answer": "work", "is": ["fly"]}, "fly"),
        ({"not": {"unanswered": "nothing"}}, "nothing"),
        ({"all": [{"flop": "warp", "over": "gpai"}]}, "warp"),
        ({"any": [{"flop": "peak", "over": "moon"}]}, "moon"),
        ({"finding": "risk", "is": ["high"]}, "risk"),  # findings come after all questions
    ],
)
def test_a_condition_looks_back_at_what_there_is(condition, name):
    document, questions = changed()
    questions["stage"]["when"] = condition

    assert found(document) == [Problem(ProblemKind.UNKNOWN, "stage", name)]


def test_a_question_that_nobody_can_come_to_is_named():
    document, questions = changed()
    questions["annex_i"]["when"] = {
        "all": [
            {"answer": "stage", "is": ["on_market"]},
            {"answer": "stage", "is": ["development"]},
        ]
    }

    assert Problem(ProblemKind.UNREACHABLE, "annex_i") in found(document)


def test_a_question_behind_a_stop_is_named():
    document, questions = changed()
    questions["stage"]["when"] = {"answer": "prohibited", "is": ["social_scoring"]}

    assert Problem(ProblemKind.UNREACHABLE, "stage") in found(document)


def test_a_result_that_nothing_leads_to_is_named():
    document, _questions = changed()
    risk = document["findings"][0]
    risk["values"][2]["when"] = risk["values"][1]["when"]  # what is high already

    assert Problem(ProblemKind.UNREACHABLE, "risk=transparency") in found(document)


def test_a_duty_that_nothing_leads_to_is_named():
    document, _questions = changed()
    document["duties"][0]["when"] = {"not": {}}

    assert found(document) == [Problem(ProblemKind.UNREACHABLE, "ban")]


def test_a_question_without_answers_is_a_dead_end():
    document, questions = changed()
    del questions["special"]["choices"]
    document["duties"] = [row for row in document["duties"] if row["id"] != "special"]

    assert found(document) == [Problem(ProblemKind.CHOICES, "special")]


def test_what_stops_says_what_to_do_and_leaves_another_answer():
    document, questions = changed()
    del questions["end_use"]["way_out"]
    for choice in questions["agreement"]["choices"]:
        choice["stops"] = True

    assert found(document) == [
        Problem(ProblemKind.CHOICES, "agreement"),
        Problem(ProblemKind.WAY_OUT, "end_use"),
    ]


def test_the_results_are_those_that_the_portal_computes_with():
    document, _questions = changed()
    document["findings"][0]["values"][3]["value"] = "tiny"
    document["findings"][2]["values"][-1]["when"] = {"answer": "work", "is": ["use"]}
    document["duties"] = document["duties"][:1]

    assert found(document) == [
        Problem(ProblemKind.FINDINGS, "risk"),
        Problem(ProblemKind.LAST, "personal_data"),
    ]


def test_a_day_that_does_not_exist_is_named():
    document, _questions = changed()
    document["duties"][0]["applies_from"] = "2026-02-30"

    assert found(document) == [Problem(ProblemKind.DATE, "ban", "2026-02-30")]


def test_too_many_combinations_are_refused_instead_of_tried():
    document, questions = changed()
    names = list(questions["wp248"]["choices"][:-1])
    atoms = [{"answer": "wp248", "is": [choice["id"]]} for choice in names]
    others = [{"answer": "art50", "is": [row["id"]]} for row in questions["art50"]["choices"]]
    others += [{"answer": "annex_iii", "is": [r["id"]]} for r in questions["annex_iii"]["choices"]]
    others += [
        {"answer": "carve_outs", "is": [r["id"]]} for r in questions["carve_outs"]["choices"]
    ]
    document["duties"][0]["when"] = {"all": [{"not": {"any": [*atoms, *others]}}, {"not": {}}]}

    assert Problem(ProblemKind.ENTANGLED, "ban") in found(document)
