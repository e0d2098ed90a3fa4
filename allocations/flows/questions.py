"""Which sections and questions of the application form a proposal is asked."""

from django.db.models import Prefetch

from ..exceptions import CallNotOpen
from ..models import (
    Availability,
    Column,
    FormVersion,
    HourUnit,
    Question,
    Sector,
)


def current_form(mode, *, at):
    """The form that a draft of ``mode`` begun at ``at`` is written on."""
    form = FormVersion.objects.valid(mode, at=at).first()
    if form is None:
        raise CallNotOpen
    return form


def sections_of(proposal):
    """The sections that the proposal's mode needs, each with its ``asked`` questions.

    Kept on the proposal: a form that is in use never changes.
    """
    if not hasattr(proposal, "asked_sections"):
        mode = proposal.policy.mode.code
        questions = Prefetch("questions", Question.objects.order_by("position", "pk"))
        sections = proposal.form.sections.prefetch_related(questions)
        proposal.asked_sections = [row for row in sections if _concerns(row, mode)]
        for section in proposal.asked_sections:
            section.asked = [
                row
                for row in section.questions.all()
                if _concerns(row, mode) and _concerns_organisation(row, proposal)
            ]
    return proposal.asked_sections


def questions_of(proposal):
    """``{code: question}`` of all that is asked."""
    return {row.code: row for section in sections_of(proposal) for row in section.asked}


def options_of(question, proposal):
    """``(value, label)`` of what can be chosen."""
    if question.code == Column.SECTOR:
        return [(value, str(label)) for value, label in Sector.choices]
    if question.code == Column.MONTHS:
        return [(number, str(number)) for number in proposal.policy.months]
    if question.code == Column.OFFER:
        return [(offer.pk, str(offer)) for offer in open_offers(proposal)]
    return question.options


def open_offers(proposal):
    """The systems of the call that take proposals now; kept on the proposal."""
    if not hasattr(proposal, "open_offers"):
        offers = proposal.call.offers.filter(availability=Availability.OPEN)
        proposal.open_offers = list(offers.select_related("partition__system"))
    return proposal.open_offers


def hours_suggested(proposal):
    """The hours of a fixed package, which leave nothing to decide."""
    policy = proposal.policy
    if policy.is_package and policy.unit == HourUnit.GPU_HOURS:
        return policy.most_hours
    return None


def is_required(question, answers):
    return question.required or answers.get(question.required_if) is True


def _concerns(row, mode):
    return not row.modes or mode in row.modes


def _concerns_organisation(question, proposal):
    """The EU project is asked of those who may only apply within one."""
    return (
        question.code != Column.EU_PROJECT
        or proposal.organisation.kind in proposal.policy.eu_project_types
    )
