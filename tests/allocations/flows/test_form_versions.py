"""The application form as data: what each mode is asked, and how the form changes."""

import datetime as dt

import pytest

from allocations.exceptions import FormNotReady
from allocations.flows.form_versions import copy_form, faults, put_in_force
from allocations.flows.questions import current_form
from allocations.models import AccessMode, Column, FormVersion, Question, QuestionKind
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted
from tests.allocations import factories
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

LIMITED = {QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT, QuestionKind.LINK, QuestionKind.ROWS}
OF_POLICY = {Column.SECTOR, Column.OFFER, Column.MONTHS}  # whose choices the portal knows


@pytest.fixture
def form():
    return FormVersion.objects.get()


def test_every_question_says_in_both_languages_what_it_wants():
    for question in Question.objects.all():
        texts = [question.label_en, question.label_de, question.help_en, question.help_de]
        assert all(texts), question.code
        assert bool(question.why_en) == bool(question.why_de), question.code
        if question.kind in LIMITED:
            assert question.most, question.code
        if question.kind == QuestionKind.NUMBER:
            assert all([question.most, question.unit_en, question.unit_de]), question.code
        if QuestionKind(question.kind).chooses and question.code not in OF_POLICY:
            assert question.choices, question.code


def test_the_form_that_comes_with_the_portal_has_no_faults(form):
    assert list(faults(form)) == []


@pytest.mark.parametrize(
    ("mode", "questions"),
    [
        ("PG", 12),
        ("FL", 31),
        ("LS", 36),
        ("SC", 35),
        ("BEN", 27),
        ("DEV", 33),
        ("REG", 37),
        ("EXT", 37),
    ],
)
def test_larger_modes_are_asked_more(form, mode, questions):
    asked = [
        question.code
        for section in form.sections.all()
        if not section.modes or mode in section.modes
        for question in section.questions.all()
        if (not question.modes or mode in question.modes) and question.code != "eu_project"
    ]

    assert len(asked) == questions


def test_a_copy_is_edited_and_put_in_force_for_later_drafts(form, monday):
    before = factories.draft()
    officer = factories.officer()
    copy = copy_form(form, by=officer)
    Question.objects.filter(section__form=copy, code="frameworks").update(label_en="Stack")

    put_in_force(copy, by=officer, valid_from=monday)

    before.refresh_from_db()
    assert before.form == form
    assert factories.draft().form == copy
    assert form.sections.count() == copy.sections.count()
    assert form.sections.get(code="software").questions.get(code="frameworks").label_en != "Stack"


def test_a_mode_may_have_a_form_of_its_own(form, monday):
    copy = copy_form(form, by=factories.officer())
    copy.mode = AccessMode.objects.get(code="PG")
    copy.valid_from = monday - dt.timedelta(days=1)
    copy.save()

    assert current_form(copy.mode, at=clock.now()) == copy
    assert current_form(AccessMode.objects.get(code="LS"), at=clock.now()) == form


def test_a_form_with_faults_is_not_put_in_force(form, monday):
    officer = factories.officer()
    copy = copy_form(form, by=officer)
    rows = Question.objects.filter(section__form=copy)
    rows.filter(code="title").delete()
    rows.filter(code="energy").update(most=None)
    rows.filter(code="storage_tb").update(unit_de="")
    rows.filter(code="track").update(choices=[["only", "two"]])
    rows.filter(code="other_allocations").update(required_if="nothing")

    with pytest.raises(FormNotReady) as refusal:
        put_in_force(copy, by=officer, valid_from=monday)

    for sentence in (
        "These questions are needed: title.",
        "“Energy statement” needs a limit.",
        "“Storage” needs a unit in both languages.",
        "“Track” needs choices: value, English, German.",
        "“Which?” depends on a question that does not exist.",
    ):
        assert sentence in str(refusal.value)


def test_a_form_is_put_in_force_once_and_by_officers_alone(form, monday):
    with pytest.raises(FormNotReady):
        put_in_force(form, by=factories.officer(), valid_from=monday)
    with pytest.raises(NotPermitted):
        copy_form(form, by=UserFactory())
