"""Answers of an earlier proposal of the same organisation, taken over into a draft."""

from django.core.exceptions import ValidationError
from django.db import transaction

from ..exceptions import NothingToReuse
from ..models import Column, Proposal, QuestionKind
from .editing import lock_draft, write_answers
from .questions import questions_of
from .values import answer_of, cleaned

OWN = {Column.OFFER, Column.GPU_HOURS, Column.MONTHS}  # of each call, so asked anew


def earlier_proposals(proposal, *, user):
    """What ``user`` may see of the same organisation, newest first."""
    rows = Proposal.objects.visible_to(user).filter(organisation=proposal.organisation)
    return rows.exclude(pk=proposal.pk).order_by("-pk")


def reusable(proposal, source):
    """``{code: answer}`` of what the draft asks and the earlier proposal has answered.

    Confirmations are signed anew, and what no longer fits its question stays behind.
    """
    found = {}
    for code, question in questions_of(proposal).items():
        answer = answer_of(source, code)
        if answer is None or code in OWN or question.kind == QuestionKind.CONFIRMATION:
            continue
        try:
            found[code] = cleaned(question, answer, proposal=proposal)
        except ValidationError:
            continue
    return found


@transaction.atomic
def take_over(proposal, *, by, source, code=None):
    """Take over the answer to ``code``, or all to questions that have no answer yet.

    Raises ``NothingToReuse``.
    """
    proposal = lock_draft(proposal, by=by)
    if not earlier_proposals(proposal, user=by).filter(pk=source.pk).exists():
        raise NothingToReuse
    answers = reusable(proposal, source)
    if code is not None:
        answers = {code: answers[code]} if code in answers else {}
    else:
        answers = {
            name: value for name, value in answers.items() if answer_of(proposal, name) is None
        }
    if not answers:
        raise NothingToReuse
    write_answers(proposal, answers, by=by)
    return answers
