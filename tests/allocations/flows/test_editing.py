"""Answers with versions: nothing unseen is overwritten, and each change is kept."""

import datetime as dt

import pytest

from allocations.exceptions import (
    AnswerConflict,
    AnswersNotPossible,
    CommentNotPossible,
    NothingToReuse,
)
from allocations.flows.comments import add_comment, open_comments, resolve_comment
from allocations.flows.differences import both, difference
from allocations.flows.editing import restore_answer, write_answers
from allocations.flows.presence import be_present
from allocations.flows.proposals import begin_proposal
from allocations.flows.reuse import reusable, take_over
from allocations.models import AnswerChange, Call, Presence
from jaif_portal.exceptions import NotPermitted
from jaif_portal.models import Mail
from tests.allocations import factories
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def draft():
    return factories.draft(team=["ben@example.org"])


@pytest.fixture
def ben(draft):
    return UserFactory(email="ben@example.org")


def changes(draft, code="frameworks"):
    rows = AnswerChange.objects.filter(proposal=draft, question=code).order_by("version")
    return list(rows.values_list("version", "old", "new", "by__email"))


def test_an_answer_of_an_older_version_is_refused_with_both_answers(draft, ben):
    seen = {"frameworks": 1}
    write_answers(draft, {"frameworks": "JAX"}, by=ben, seen=seen)

    with pytest.raises(AnswerConflict) as refusal:
        write_answers(draft, {"frameworks": "TensorFlow"}, by=draft.applicant, seen=seen)

    assert refusal.value.conflicts == {
        "frameworks": {"version": 2, "yours": "TensorFlow", "theirs": "JAX"}
    }
    draft.refresh_from_db()
    assert draft.answers["frameworks"] == "JAX"


def test_the_same_answer_twice_is_no_conflict(draft, ben):
    seen = {"frameworks": 1}
    write_answers(draft, {"frameworks": "JAX"}, by=ben, seen=seen)

    write_answers(draft, {"frameworks": "JAX"}, by=draft.applicant, seen=seen)

    assert changes(draft)[-1][:3] == (2, "PyTorch 2.8", "JAX")


def test_a_conflict_or_a_wrong_answer_saves_nothing_of_the_rest(draft, ben):
    write_answers(draft, {"frameworks": "JAX"}, by=ben)
    answers = {"title": "New", "frameworks": "TensorFlow"}

    with pytest.raises(AnswerConflict):
        write_answers(draft, answers, by=ben, seen={"frameworks": 1})
    with pytest.raises(AnswersNotPossible):
        write_answers(draft, {"title": "New", "frameworks": 7}, by=ben)

    draft.refresh_from_db()
    assert draft.title == "Tenders for towns"


def test_what_one_person_types_in_a_row_is_one_change(draft, ben):
    for text in ("J", "JA", "JAX"):
        write_answers(draft, {"frameworks": text}, by=ben)

    assert changes(draft)[1:] == [(4, "PyTorch 2.8", "JAX", ben.email)]


def test_another_person_or_a_later_hour_is_another_change(draft, ben):
    write_answers(draft, {"frameworks": "JAX"}, by=ben)
    AnswerChange.objects.update(begun_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    write_answers(draft, {"frameworks": "JAX 2"}, by=ben)
    write_answers(draft, {"frameworks": "JAX 3"}, by=draft.applicant)

    assert [row[1:3] for row in changes(draft)[1:]] == [
        ("PyTorch 2.8", "JAX"),
        ("JAX", "JAX 2"),
        ("JAX 2", "JAX 3"),
    ]


def test_an_earlier_answer_comes_back_as_a_new_change(draft, ben):
    write_answers(draft, {"frameworks": "JAX"}, by=ben)
    first = AnswerChange.objects.get(proposal=draft, question="frameworks", version=1)

    restore_answer(first, by=draft.applicant)

    draft.refresh_from_db()
    assert draft.answers["frameworks"] == "PyTorch 2.8"
    assert changes(draft)[-1] == (3, "JAX", "PyTorch 2.8", draft.applicant.email)


def test_texts_are_kept_composed_and_without_space_around(draft):
    write_answers(draft, {"frameworks": "  Ka\u0308the\r\n".strip()}, by=draft.applicant)

    draft.refresh_from_db()
    assert draft.answers["frameworks"] == "K\u00e4the"


def test_an_answer_that_no_longer_fits_may_stay(draft):
    Call.objects.get(mode__code="PG").offers.update(availability="closed")
    draft.refresh_from_db()

    write_answers(draft, {"offer": draft.offer_id, "title": "New"}, by=draft.applicant)

    draft.refresh_from_db()
    assert draft.title == "New"


def test_a_difference_is_told_by_words():
    parts = difference("tenders for small towns", "tenders for large towns")

    assert parts == [
        ("same", "tenders for "),
        ("out", "small"),
        ("in", "large"),
        ("same", " towns"),
    ]


def test_both_texts_in_one_lose_no_word():
    merged = both("We train on towns.", "We train a model on cities.")

    assert {"We", "train", "a", "model", "on", "cities.", "towns."} <= set(merged.split())


def test_others_are_present_for_a_while_only(draft, ben):
    be_present(draft, by=ben, section="project")

    here = [row.user for row in be_present(draft, by=draft.applicant, section="data")]
    Presence.objects.filter(user=ben).update(seen_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    later = list(be_present(draft, by=draft.applicant, section="data"))

    assert (here, later) == ([ben], [])


def test_a_comment_tells_the_others_at_most_once_an_hour(draft, ben):
    first = add_comment(draft, by=ben, section="data", text="Which licence?")
    add_comment(draft, by=ben, section="data", text="And which size?")
    add_comment(draft, by=draft.applicant, section="data", text="CC BY", to=first)

    mails = Mail.objects.filter(key__contains=":comments:").values_list("recipient", flat=True)
    assert sorted(mails) == sorted([ben.email, draft.applicant.email])
    assert open_comments(draft) == {"data": 2}


def test_a_resolved_comment_is_opened_again_by_an_answer(draft, ben):
    comment = add_comment(draft, by=ben, section="data", text="Which licence?")
    resolve_comment(comment, by=draft.applicant)
    assert open_comments(draft) == {}

    add_comment(draft, by=ben, section="data", text="Still open.", to=comment)

    assert open_comments(draft) == {"data": 1}


@pytest.mark.parametrize(
    ("section", "text"),
    [("data", ""), ("data", "x" * 2001), ("data", "a\x00b"), ("nowhere", "Hello"), ("data", 7)],
)
def test_a_comment_that_is_none_is_refused(draft, section, text):
    with pytest.raises(CommentNotPossible):
        add_comment(draft, by=draft.applicant, section=section, text=text)


def test_strangers_neither_comment_nor_are_present(draft):
    stranger = UserFactory()

    for act in (
        lambda: add_comment(draft, by=stranger, section="data", text="Hello"),
        lambda: be_present(draft, by=stranger, section="data"),
    ):
        with pytest.raises(NotPermitted):
            act()


@pytest.fixture
def second(draft):
    """A bare draft of the same person and organisation under another call."""
    call = Call.objects.get(mode__code="FL")
    organisation, by = draft.organisation, draft.applicant
    return begin_proposal(call, organisation=organisation, by=by, title="Villages")


def test_open_questions_are_answered_from_an_earlier_proposal(draft, second):
    taken = take_over(second, by=draft.applicant, source=draft)

    second.refresh_from_db()
    assert second.title == "Villages"
    assert second.abstract == draft.abstract
    assert set(taken) == {"abstract", "sector", "frameworks", "personal_data"}
    assert not second.civilian_use


def test_one_answer_is_taken_over_by_itself(draft, second):
    take_over(second, by=draft.applicant, source=draft, code="title")

    second.refresh_from_db()
    assert (second.title, second.abstract) == (draft.title, "")


def test_answers_that_do_not_fit_stay_behind(draft, second):
    draft.answers["frameworks"] = 7

    assert "frameworks" not in reusable(second, draft)


def test_nothing_is_taken_from_other_organisations(draft, second):
    other = factories.draft()

    with pytest.raises(NothingToReuse):
        take_over(second, by=draft.applicant, source=other)
