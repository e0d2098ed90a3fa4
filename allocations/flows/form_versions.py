"""How the application form changes: a copy is edited, and put in force from a moment on."""

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal.flows.permissions import require

from ..exceptions import FormNotReady
from ..models import Column, FormVersion, QuestionKind

NEED_MOST = {
    QuestionKind.SHORT_TEXT,
    QuestionKind.LONG_TEXT,
    QuestionKind.NUMBER,
    QuestionKind.LINK,
    QuestionKind.ROWS,
}
BUILT_IN = {Column.SECTOR, Column.OFFER, Column.MONTHS}  # whose choices the portal knows


@transaction.atomic
def copy_form(form, *, by):
    """A new form with the same sections and questions, not in force and free to be edited."""
    require(by, "allocations.run_forms", form)
    copy = FormVersion.objects.create(
        title=_("Copy of %(title)s") % {"title": form.title[:80]}, mode=form.mode
    )
    for section in form.sections.prefetch_related("questions"):
        questions = list(section.questions.all())
        section.pk, section.form = None, copy
        section._state.adding = True
        section.save()
        for question in questions:
            question.pk, question.section = None, section
            question._state.adding = True
            question.save()
    return copy


@transaction.atomic
def put_in_force(form, *, by, valid_from):
    """Let drafts that are begun from ``valid_from`` on use the form, which is then frozen.

    Raises ``FormNotReady`` with all that is wrong with it.
    """
    form = FormVersion.objects.select_for_update(of=("self",)).get(pk=form.pk)
    require(by, "allocations.run_forms", form)
    if form.valid_from is not None:
        raise FormNotReady(_("This form is in force already. Copy it to change it."))
    wrong = list(faults(form))
    if wrong:
        raise FormNotReady(" ".join(wrong))
    form.valid_from = valid_from
    form.save(update_fields=["valid_from"])
    return form


def faults(form):
    """What keeps a form from being put in force, as sentences."""
    rows = [
        question
        for section in form.sections.prefetch_related("questions")
        for question in section.questions.all()
    ]
    codes = [question.code for question in rows]
    missing = sorted(set(Column.values) - set(codes))
    if missing:
        yield _("These questions are needed: %(codes)s.") % {"codes": ", ".join(missing)}
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        yield _("These codes are used twice: %(codes)s.") % {"codes": ", ".join(twice)}
    for question in rows:
        if question.kind in NEED_MOST and question.most is None:
            yield _("“%(question)s” needs a limit.") % {"question": question}
        if question.kind == QuestionKind.NUMBER and not (question.unit_en and question.unit_de):
            yield _("“%(question)s” needs a unit in both languages.") % {"question": question}
        if _lacks_choices(question):
            yield _("“%(question)s” needs choices: value, English, German.") % {
                "question": question
            }
        if question.required_if and question.required_if not in codes:
            yield _("“%(question)s” depends on a question that does not exist.") % {
                "question": question
            }


def _lacks_choices(question):
    kind = QuestionKind(question.kind)
    if not (kind.chooses or kind == QuestionKind.ROWS) or question.code in BUILT_IN:
        return False
    return not question.choices or not all(
        isinstance(row, list) and len(row) == len(("value", "en", "de"))
        and all(isinstance(text, str) for text in row)
        for row in question.choices
    )  # fmt: skip
