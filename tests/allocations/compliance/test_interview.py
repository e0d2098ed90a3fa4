"""Any way through the interview comes to an end, with one result of each kind."""

from hypothesis import given, settings
from hypothesis import strategies as st

from allocations.compliance import Kind, cleaned
from allocations.models import FINDINGS

from .documents import CATALOGUE, ON_THE_MARKET, PARTS, concluded, interview

HOURS = st.sampled_from([1, 5_000, 50_000, 69_445, 2_400_000, 7_000_000])
ORDER = ["minimal", "transparency", "high", "prohibited"]


def valid(question):
    """Some answer that the question takes."""
    names = [choice.id for choice in question.choices]
    if question.kind is Kind.ONE:
        return st.sampled_from(names)
    if question.kind is Kind.MANY:
        several = [choice.id for choice in question.choices if not choice.alone]
        alone = [[choice.id] for choice in question.choices if choice.alone]
        some = st.lists(st.sampled_from(several), min_size=1, unique=True)
        return st.one_of(some, st.sampled_from(alone)) if alone else some
    if question.kind is Kind.NUMBER:
        return st.integers(question.least, question.most)
    return st.text("abc é", min_size=question.least, max_size=100).filter(str.strip)


@st.composite
def answers(draw):
    return {
        question.id: draw(valid(question))
        for question in CATALOGUE.questions
        if draw(st.booleans())
    }


@settings(max_examples=150, deadline=None)
@given(st.data(), HOURS, st.sets(st.sampled_from(PARTS), min_size=1))
def test_every_way_comes_to_an_end_with_one_result_each(data, hours, parts):
    given_answers = {}
    for _turn in range(len(CATALOGUE.questions) + 1):
        walked = interview(given_answers, hours=hours, parts=parts)
        if walked.current is None:
            break
        answer = data.draw(valid(walked.current))
        given_answers[walked.current.id] = cleaned_or_padded(walked.current, answer)

    findings = concluded(given_answers, hours=hours, parts=parts).findings
    assert (walked.current, walked.ahead) == (None, 0)
    assert (walked.stopped is None) == walked.is_complete
    wanted = {finding.id for finding in CATALOGUE.findings if finding.part in parts}
    assert set(findings) == wanted
    assert all(value in FINDINGS[name] for name, value in findings.items())


def cleaned_or_padded(question, answer):
    if question.kind is Kind.TEXT:
        answer = answer.strip().ljust(question.least, "x")
    return cleaned(question, answer)


@settings(max_examples=100, deadline=None)
@given(answers(), HOURS)
def test_only_what_was_asked_counts(some, hours):
    walked = interview(some, hours=hours)

    again = interview(walked.answers, hours=hours)
    assert (again.answers, again.current) == (walked.answers, walked.current)
    assert concluded(walked.answers, hours=hours) == concluded(some, hours=hours)


@settings(max_examples=100, deadline=None)
@given(answers(), HOURS, st.sampled_from(["annex_i", "art50", "annex_iii"]))
def test_more_uses_never_lower_the_class(some, hours, question):
    """Of a system on its way to the market, whose exceptions do not apply."""
    base = some | {"prohibited": ["none"], "work": "use", "stage": "on_market"}
    base |= {"annex_i": "no", "annex_iii": ["none"], "profiling": "yes", "art50": ["none"]}
    names = {
        "annex_i": "yes",
        "art50": ["tells_user_is_ai"],
        "annex_iii": ["education"],
    }

    before = concluded(base, hours=hours).findings["risk"]
    after = concluded(base | {question: names[question]}, hours=hours).findings["risk"]

    assert ORDER.index(after) > ORDER.index(before)


@settings(max_examples=60, deadline=None)
@given(answers(), st.integers(1, 10_000_000), st.integers(0, 10_000_000))
def test_more_hours_never_lower_the_class_of_a_model(some, hours, more):
    """As long as nobody answers otherwise: only open questions differ."""
    rank = ["none", "gpai", "gpai_systemic"]
    some = {k: v for k, v in some.items() if k not in {"over_line", "systemic_line"}}

    before = concluded(some, hours=hours, parts=("ai_act", "gpai")).findings["gpai"]
    after = concluded(some, hours=hours + more, parts=("ai_act", "gpai")).findings["gpai"]

    assert rank.index(after) >= rank.index(before)


def test_the_questions_still_to_come_are_counted():
    walked = interview({"work": "use", "prohibited": ["none"]}, parts=("ai_act",))

    assert walked.current.id == "stage"
    assert walked.ahead == 1  # others depend on the stage

    later = interview({**ON_THE_MARKET, "annex_i": ""}, parts=("ai_act",))
    assert (later.current.id, later.ahead) == ("annex_i", 3)


def test_a_question_that_the_proposal_answers_is_not_asked():
    asked = {row.id for row in interview(ON_THE_MARKET | {"work": "fine_tune"}).asked}

    assert "gpu_hours" not in asked
