"""What a proposal must answer before it can be handed in, section by section.

Each kind of section has one function that says what is missing in it, ``{anchor: sentence}``:
another part of the portal that fills a section adds its own to ``GAPS``.
"""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..exceptions import ProposalIncomplete
from ..models import Column, QuestionKind, SectionKind
from .compliance import missing
from .limits import wrong_hours
from .questions import is_required, open_offers, sections_of
from .resources import resource_gaps
from .values import answers_of


def require_complete(proposal):
    """Raise ``ProposalIncomplete`` with a sentence for each field that does not fit."""
    fields = {field: [sentence] for field, sentence in gaps(proposal).items()}
    if fields:
        raise ProposalIncomplete(fields)


def gaps(proposal):
    """``{field: sentence}`` for what is missing or outside the policy's limits."""
    return {
        field: sentence
        for section in sections_of(proposal)
        for field, sentence in gaps_in(section, proposal).items()
    }


def gaps_in(section, proposal):
    """The same for one section."""
    look = GAPS.get(section.kind)
    return look(section, proposal) if look else {}


def _question_gaps(section, proposal):
    answers = answers_of(proposal, [question.code for question in section.asked])
    found = {}
    for question in section.asked:
        answer = answers[question.code]
        if question.code in OF_COLUMN and answer is not None:
            sentence = OF_COLUMN[question.code](proposal)
        else:
            sentence = ""
        sentence = sentence or _gap(question, answer, answers)
        if sentence:
            found[question.code] = sentence
    return found


def _gap(question, answer, answers):
    empty = answer is None or (question.kind == QuestionKind.CONFIRMATION and not answer)
    if empty:
        return _missing(question) if is_required(question, answers) else ""
    if question.least is None:
        return ""
    if QuestionKind(question.kind).is_text and len(answer) < question.least:
        return _("“%(question)s” needs at least %(least)s characters.") % {
            "question": question.label,
            "least": number_format(question.least, force_grouping=True),
        }
    if question.kind == QuestionKind.ROWS and len(answer) < question.least:
        return ngettext(
            "“%(question)s” needs at least %(least)d row.",
            "“%(question)s” needs at least %(least)d rows.",
            question.least,
        ) % {"question": question.label, "least": question.least}
    return ""


def _missing(question):
    if question.kind == QuestionKind.CONFIRMATION:
        return _("Confirm: “%(question)s”") % {"question": question.label}
    if QuestionKind(question.kind).chooses or question.kind == QuestionKind.YES_NO:
        return _("Choose an answer to “%(question)s”.") % {"question": question.label}
    return _("Fill in “%(question)s”.") % {"question": question.label}


def _hours(proposal):
    if not proposal.offer:
        return ""
    partition = proposal.offer.partition
    return wrong_hours(proposal.policy, gpu_hours=proposal.gpu_hours, partition=partition)


def _offer(proposal):
    if proposal.offer_id in {offer.pk for offer in open_offers(proposal)}:
        return ""
    return _("This system takes no new proposals at the moment. Choose another.")


def _months(proposal):
    if proposal.months in proposal.policy.months:
        return ""
    return _("Choose one of these numbers of months: %(months)s.") % {
        "months": ", ".join(map(str, proposal.policy.months))
    }


def _compliance_gaps(_section, proposal):
    sentence = missing(proposal)
    return {"compliance": sentence} if sentence else {}


OF_COLUMN = {Column.GPU_HOURS: _hours, Column.OFFER: _offer, Column.MONTHS: _months}
GAPS = {
    SectionKind.QUESTIONS: _question_gaps,
    SectionKind.DECLARATIONS: _question_gaps,
    SectionKind.RESOURCES: lambda _section, proposal: resource_gaps(proposal),
    SectionKind.COMPLIANCE: _compliance_gaps,
}
