"""Each row of the tables on the AI Act, as a vector."""

import datetime as dt

import pytest

from .documents import CATALOGUE, ON_THE_MARKET, TRAINING, concluded, duties, interview

PROHIBITED = [
    "manipulation",
    "exploiting_vulnerability",
    "social_scoring",
    "crime_prediction_by_profiling",
    "untargeted_face_scraping",
    "emotion_inference_work_or_school",
    "biometric_categorisation_sensitive",
    "realtime_remote_biometric_id_law_enforcement",
    "nonconsensual_intimate_or_csam",
]
ANNEX_III = [
    "biometrics",
    "critical_infrastructure",
    "education",
    "employment",
    "essential_services_credit_insurance",
    "law_enforcement",
    "migration_border",
    "justice_democracy",
]
CARVE_OUTS = [
    "narrow_procedural",
    "improves_finished_human_work",
    "detects_pattern_deviations",
    "preparatory",
]
HIGH = ON_THE_MARKET | {"annex_iii": ["employment"], "profiling": "no", "carve_outs": ["none"]}
SYSTEMIC_HOURS = 6_950_000


def day(year, month, number=2):
    return dt.date(year, month, number)


# Dates of application


@pytest.mark.parametrize(
    ("duty", "applies_from", "answers", "hours"),
    [
        ("ban", day(2025, 2), ON_THE_MARKET | {"prohibited": ["social_scoring"]}, 1),
        ("literacy", day(2025, 2), ON_THE_MARKET, 1),
        ("art53_copyright", day(2025, 8), TRAINING, 100_000),
        ("gpai_older", day(2027, 8), TRAINING | {"stage": "on_market"}, 100_000),
        ("art50_1", day(2026, 8), ON_THE_MARKET | {"art50": ["tells_user_is_ai"]}, 1),
        (
            "art50_2",
            day(2026, 8),
            ON_THE_MARKET | {"stage": "development", "art50": ["marks_synthetic_output"]},
            1,
        ),
        ("gpai_enforcement", day(2026, 8), TRAINING, 100_000),
        (
            "art50_2_existing",
            day(2026, 12),
            ON_THE_MARKET | {"art50": ["marks_synthetic_output"]},
            1,
        ),
        (
            "ban_intimate",
            day(2026, 12),
            ON_THE_MARKET | {"prohibited": ["nonconsensual_intimate_or_csam"]},
            1,
        ),
        ("sandbox", day(2027, 8), HIGH, 1),
        ("annex_iii_provider", day(2027, 12), HIGH, 1),
        ("annex_i_provider", day(2028, 8), ON_THE_MARKET | {"annex_i": "yes"}, 1),
    ],
)
def test_a_duty_applies_from_its_day_on(duty, applies_from, answers, hours):
    assert duties(answers, hours=hours)[duty] == applies_from


# Choices


@pytest.mark.parametrize("practice", PROHIBITED)
@pytest.mark.parametrize("stage", ["research_only", "development", "on_market"])
def test_a_prohibited_practice_stops_the_interview_at_any_stage(practice, stage):
    answers = ON_THE_MARKET | {"prohibited": [practice], "stage": stage}

    walked = interview(answers)

    assert (walked.stopped.id, walked.is_complete) == ("prohibited", False)
    assert concluded(answers).findings["risk"] == "prohibited"
    assert "Art. 5" in walked.stopped.way_out


def test_the_prohibited_practices_are_those_of_the_act():
    choices = CATALOGUE.by_id["prohibited"].choices

    assert [choice.id for choice in choices] == [*PROHIBITED, "none"]
    assert choices[-2].applies_from == day(2026, 12)


@pytest.mark.parametrize("area", ANNEX_III)
def test_an_area_of_annex_iii_is_high_risk(area):
    assert concluded(HIGH | {"annex_iii": [area]}).findings["risk"] == "high"


@pytest.mark.parametrize("area", ANNEX_III)
@pytest.mark.parametrize("exception", CARVE_OUTS)
def test_an_exception_takes_an_area_out_and_asks_for_documents(area, exception):
    answers = HIGH | {"annex_iii": [area], "carve_outs": [exception]}

    assert concluded(answers).findings["risk"] == "minimal"
    assert duties(answers)["exception"] == day(2027, 12)


@pytest.mark.parametrize("exception", CARVE_OUTS)
def test_profiling_people_leaves_no_exception(exception):
    answers = HIGH | {"profiling": "yes", "carve_outs": [exception]}

    assert concluded(answers).findings["risk"] == "high"
    assert "carve_outs" not in interview(answers).answers


def test_a_product_of_annex_i_is_high_risk_in_spite_of_an_exception():
    answers = HIGH | {"annex_i": "yes", "carve_outs": ["preparatory"]}

    assert concluded(answers).findings["risk"] == "high"


@pytest.mark.parametrize(
    ("choice", "role", "duty"),
    [
        ("tells_user_is_ai", "provider", "art50_1"),
        ("marks_synthetic_output", "provider", "art50_2_existing"),
        ("emotion_or_biometric_notice", "deployer", "art50_3"),
        ("deepfake_or_public_text_label", "deployer", "art50_4"),
    ],
)
def test_transparency_duties_fall_on_their_role(choice, role, duty):
    answers = ON_THE_MARKET | {"art50": [choice]}

    assert concluded(answers).findings["risk"] == "transparency"
    assert duty in duties(answers | {"role": [role]})
    assert duty not in duties(answers | {"role": ["importer"]})


@pytest.mark.parametrize("role", ["provider", "deployer", "importer", "distributor"])
@pytest.mark.parametrize(
    ("annex", "answers"),
    [("annex_iii", HIGH), ("annex_i", ON_THE_MARKET | {"annex_i": "yes"})],
)
def test_each_role_has_its_duties_for_a_high_risk_system(role, annex, answers):
    found = set(duties(answers | {"role": [role]}))

    roles = {"provider", "deployer", "importer", "distributor"}
    assert found & {f"{annex}_{name}" for name in roles} == {f"{annex}_{role}"}


def test_a_role_that_was_not_asked_for_is_taken_as_provider():
    assert "annex_iii_provider" in duties(HIGH, parts=("ai_act",))


def test_who_provides_a_general_purpose_model_has_its_duties_whatever_the_hours():
    assert concluded(ON_THE_MARKET | {"role": ["gpai_provider"]}).findings["gpai"] == "gpai"


def test_who_modifies_a_model_is_asked_how_much():
    answers = ON_THE_MARKET | {"role": ["downstream_modifier"]}

    assert interview(answers).current.id == "modifier"


@pytest.mark.parametrize(
    ("stage", "risk"),
    [("research_only", "minimal"), ("development", "high"), ("on_market", "high")],
)
def test_research_alone_is_exempt_until_the_market(stage, risk):
    answers = HIGH | {"stage": stage}

    assert concluded(answers).findings["risk"] == risk
    assert ("research" in duties(answers)) == (stage == "research_only")


def test_without_ai_nothing_more_is_asked_of_the_act():
    walked = interview({"work": "no_ai"}, parts=("ai_act", "gpai"))

    assert walked.is_complete
    assert [question.id for question in walked.asked] == ["work"]


# General-purpose models, from the hours


@pytest.mark.parametrize(
    ("hours", "sustained", "peak", "eight_bits"),
    [
        (5_000, 7.2e21, 1.8e22, None),
        (50_000, 7.2e22, 1.8e23, None),
        (69_400, 1e23, None, None),
        (2_400_000, 3.5e24, 8.5e24, 1.7e25),
        (6_940_000, 1e25, None, None),
    ],
)
def test_hours_compute_what_the_table_says(hours, sustained, peak, eight_bits):
    expected = {"sustained": sustained, "peak": peak, "low_precision": eight_bits}

    for speed, flop in expected.items():
        if flop is not None:
            assert hours * 3600 * CATALOGUE.speeds[speed] == pytest.approx(flop, rel=0.015)


@pytest.mark.parametrize(
    ("hours", "asked", "model"),
    [
        (5_000, None, "none"),
        (50_000, "over_line", "none"),
        (69_444, "over_line", "none"),
        (69_445, None, "gpai"),
        (2_400_000, "systemic_line", "gpai"),
        (6_944_444, "systemic_line", "gpai"),
        (6_944_445, None, "gpai_systemic"),
    ],
)
def test_hours_decide_or_raise_the_question(hours, asked, model):
    walked = interview(TRAINING, hours=hours, parts=("ai_act", "gpai"))
    answers = TRAINING | ({asked: "no"} if asked else {})

    assert (walked.current.id if walked.current else None) == asked
    assert concluded(answers, hours=hours).findings["gpai"] == model


@pytest.mark.parametrize("answer", ["yes", "unknown"])
@pytest.mark.parametrize(
    ("question", "hours", "model"),
    [("over_line", 50_000, "gpai"), ("systemic_line", 2_400_000, "gpai_systemic")],
)
def test_in_doubt_a_line_counts_as_crossed(question, hours, model, answer):
    assert concluded(TRAINING | {question: answer}, hours=hours).findings["gpai"] == model


@pytest.mark.parametrize(
    ("share", "model"), [("more", "gpai"), ("less", "none"), ("unknown", "none")]
)
def test_a_modifier_becomes_provider_above_a_third(share, model):
    answers = TRAINING | {"work": "fine_tune", "modifier": share}

    assert concluded(answers, hours=2_400_000).findings["gpai"] == model


def test_a_model_for_one_task_is_no_general_purpose_model():
    answers = TRAINING | {"general": "no"}

    assert concluded(answers, hours=SYSTEMIC_HOURS).findings["gpai"] == "none"


ART_53 = {"art53_technical", "art53_downstream", "art53_copyright", "art53_summary"}
ART_55 = {"art52", "art55_evaluation", "art55_mitigation", "art55_incidents", "art55_security"}


@pytest.mark.parametrize(
    ("hours", "open_source", "due"),
    [
        (100_000, "no", ART_53),
        (100_000, "yes", {"art53_copyright", "art53_summary"}),
        (SYSTEMIC_HOURS, "no", ART_53 | ART_55),
        (SYSTEMIC_HOURS, "yes", ART_53 | ART_55),
    ],
)
def test_open_source_relieves_unless_the_risk_is_systemic(hours, open_source, due):
    found = set(duties(TRAINING | {"open_source": open_source}, hours=hours))

    assert found & (ART_53 | ART_55) == due
