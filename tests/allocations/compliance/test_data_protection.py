"""Personal data, impact assessments, export control."""

import itertools

import pytest

from .documents import CATALOGUE, ON_THE_MARKET, concluded, duties, interview

SIGNS = [
    "scoring",
    "automated_decision",
    "systematic_monitoring",
    "sensitive_data",
    "large_scale",
    "matching_datasets",
    "vulnerable_people",
    "innovative_technology",
    "blocks_right_or_service",
]
PERSONAL = ON_THE_MARKET | {
    "personal_data": "pseudonymised",
    "special": "no",
    "art35": ["none"],
    "wp248": ["none"],
    "transfer": "none",
    "agreement": "yes",
}


def test_the_nine_signs_are_those_of_the_guidelines():
    assert [choice.id for choice in CATALOGUE.by_id["wp248"].choices] == [*SIGNS, "none"]


@pytest.mark.parametrize("sign", SIGNS)
def test_one_sign_alone_needs_no_impact_assessment(sign):
    assert concluded(PERSONAL | {"wp248": [sign]}).findings["dpia"] == "not_needed"


@pytest.mark.parametrize("signs", list(itertools.combinations(SIGNS, 2)))
def test_any_two_signs_need_an_impact_assessment(signs):
    answers = PERSONAL | {"wp248": list(signs)}

    assert concluded(answers).findings["dpia"] == "needed"
    assert "dpia" in duties(answers)
    assert interview(answers).current.id == "dpia_state"


@pytest.mark.parametrize(
    "case", ["automated_evaluation", "large_scale_special", "public_monitoring"]
)
def test_each_case_of_article_35_needs_one_alone(case):
    assert concluded(PERSONAL | {"art35": [case]}).findings["dpia"] == "needed"


@pytest.mark.parametrize(
    ("data", "personal", "agreement"),
    [
        ("none", "no", "not_needed"),
        ("anonymised", "no", "not_needed"),
        ("pseudonymised", "yes", "needed"),
        ("personal", "yes", "needed"),
    ],
)
def test_personal_data_need_an_agreement(data, personal, agreement):
    findings = concluded(PERSONAL | {"personal_data": data}).findings

    assert (findings["personal_data"], findings["dpa"]) == (personal, agreement)


def test_who_will_not_sign_the_agreement_is_told_what_to_do():
    walked = interview(PERSONAL | {"agreement": "no"})

    assert walked.stopped.id == "agreement"
    assert "Anonymise" in walked.stopped.way_out


@pytest.mark.parametrize("end_use", ["weapons", "military", "embargoed", "surveillance"])
def test_an_end_use_under_embargo_stops_with_a_way_out(end_use):
    answers = ON_THE_MARKET | {"end_use": [end_use]}
    walked = interview(answers)

    assert walked.stopped.id == "end_use"
    assert "ask the access office" in walked.stopped.way_out
    assert concluded(answers).findings["export"] == "stopped"


@pytest.mark.parametrize(
    ("dual_use", "outcome"), [("no", "clear"), ("licensed", "to_check"), ("unsure", "to_check")]
)
def test_items_of_the_dual_use_list_are_checked_by_the_office(dual_use, outcome):
    assert concluded(ON_THE_MARKET | {"dual_use": dual_use}).findings["export"] == outcome


@pytest.mark.parametrize(("listed", "number"), [("altai", 7), ("ebd", 6)])
def test_both_lists_of_principles_are_offered(listed, number):
    asked, answers = set(), {"ethics_list": listed}
    while (current := interview(answers, parts=("ethics",)).current) and current.choices:
        asked.add(current.id)
        answers[current.id] = "planned"

    assert len(asked) == number
    assert current.id == "ethics_text"
