"""Questions during the evaluation: asked by whoever has the step, answered by the applicant.

Meanwhile the clock of the evaluation stands still, and goes on with the time that it had left.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.exceptions import StaleVersion, TransitionNotAllowed
from jaif_portal.flows.deadlines import (
    meet_deadlines,
    pause_deadlines,
    resume_deadlines,
    set_deadline,
)
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, record_birth

from ..exceptions import ProposalIncomplete, QuestionNotPossible, ReasonMissing
from ..models import Clarification, ClarificationState, ProposalState, StepState
from . import notices
from .completeness import gaps
from .editing import change_answers, save_answers
from .questions import questions_of
from .revisions import freeze_revision
from .steps import PERMISSIONS, lock_proposal

DEADLINE = "clarification"


@transaction.atomic
def ask_applicant(proposal, *, by, question, fields=()):
    """Put questions to the applicant, who may change the answers named in ``fields`` meanwhile.

    Raises ``ReasonMissing`` without a question, ``QuestionNotPossible`` where the policy allows
    no more, and ``TransitionNotAllowed`` outside a step of the evaluation.
    """
    proposal = lock_proposal(proposal)
    require(by, "allocations.ask_applicant", proposal)
    step = proposal.steps.filter(state=StepState.ACTIVE).first()
    if step is None or step.kind not in PERMISSIONS:
        raise TransitionNotAllowed(_("No check of this proposal is in progress."))
    require(by, PERMISSIONS[step.kind], proposal)
    if not question.strip():
        raise ReasonMissing(_("Write what you want to know: the applicant reads this text."))
    unknown = sorted(set(fields) - set(questions_of(proposal)))
    if unknown:
        raise QuestionNotPossible(_("There is no such answer: %(names)s.") % {"names": unknown})
    number = proposal.clarifications.count() + 1
    if number > proposal.policy.clarification_rounds:
        raise QuestionNotPossible(
            _("Questions were asked %(times)d times already; the policy allows no more.")
            % {"times": proposal.policy.clarification_rounds}
        )
    now = clock.now()
    move(proposal, to=ProposalState.CLARIFICATION, by=by, at=now, note=question)
    clarification = Clarification.objects.create(
        proposal=proposal,
        step=step,
        number=number,
        question=question,
        fields=[name for name in questions_of(proposal) if name in fields],
        asked_by=by,
        asked_at=now,
        due_at=clock.add_working_days(now, proposal.policy.clarification_days),
    )
    record_birth(clarification, by=by, at=now)
    pause_deadlines(proposal, at=now)
    set_deadline(DEADLINE, clarification, due_at=clarification.due_at)
    notices.questions(clarification)
    return clarification


@transaction.atomic
def answer_questions(clarification, *, by, version, text, **answers):
    """Answer, and change those of the proposal's answers that were asked for.

    ``version`` is that of the proposal that the applicant has seen. The changes become a
    revision, and the step goes on.

    Raises ``StaleVersion``, ``ProposalIncomplete``, ``AnswersNotPossible``,
    ``QuestionNotPossible`` for an answer that was not asked for, or ``TransitionNotAllowed``
    once it is answered.
    """
    clarification, proposal = _open(clarification)
    require(by, "allocations.answer_questions", proposal)
    if proposal.version != version:
        raise StaleVersion
    closed = sorted(set(answers) - set(clarification.fields))
    if closed:
        raise QuestionNotPossible(
            _("These answers were not asked for and stay as they are: %(names)s.")
            % {"names": ", ".join(closed)}
        )
    if not text.strip():
        raise ProposalIncomplete({"text": [_("Write an answer to the questions.")]})
    change_answers(proposal, answers, by=by, seen={})
    wrong = {field: [found] for field, found in gaps(proposal).items() if field in answers}
    if wrong:
        raise ProposalIncomplete(wrong)
    save_answers(proposal, answers)
    freeze_revision(proposal, by=by, at=clock.now())
    clarification.answer = text
    _end(clarification, proposal, to=ClarificationState.ANSWERED, by=by)
    notices.answered(clarification)
    return clarification


@transaction.atomic
def lapse_clarification(proposal, *, by):
    """Go on without an answer once the time for it is over. Staff do this, no timer."""
    clarification = proposal.clarifications.filter(state=ClarificationState.OPEN).first()
    if clarification is None:
        raise TransitionNotAllowed(_("No question of this proposal is open."))
    clarification, proposal = _open(clarification)
    require(by, "allocations.ask_applicant", proposal)
    if clock.now() < clarification.due_at:
        raise TransitionNotAllowed(_("The time to answer the questions has not run out yet."))
    _end(clarification, proposal, to=ClarificationState.LAPSED, by=by)
    notices.question_lapsed(clarification)
    return proposal


def drop_clarification(proposal, *, by, at):
    """End an open question of a proposal that comes to its end; its row is locked."""
    for clarification in proposal.clarifications.filter(state=ClarificationState.OPEN):
        _close(clarification, to=ClarificationState.DROPPED, by=by, at=at)


def answer_late(clarification, *, at):
    """Remind and escalate: whether to wait or to go on stays with the staff."""
    rows = Clarification.objects.select_related("proposal__applicant", "asked_by")
    clarification = rows.get(pk=clarification.pk)
    if clarification.state == ClarificationState.OPEN:
        notices.answer_late(clarification)


def _open(clarification):
    """The clarification and its proposal, which is locked."""
    proposal = lock_proposal(clarification.proposal)
    clarification = Clarification.objects.select_related("asked_by", "step").get(
        pk=clarification.pk
    )
    clarification.proposal = proposal
    if clarification.state != ClarificationState.OPEN:
        raise TransitionNotAllowed(_("These questions are no longer open."))
    return clarification, proposal


def _end(clarification, proposal, *, to, by):
    now = clock.now()
    _close(clarification, to=to, by=by, at=now)
    move(proposal, to=ProposalState.IN_EVALUATION, by=by, at=now, note=clarification.answer)
    resume_deadlines(proposal, at=now)


def _close(clarification, *, to, by, at):
    clarification.ended_by, clarification.ended_at = by, at
    clarification.save(update_fields=["answer", "ended_by", "ended_at"])
    move(clarification, to=to, by=by, at=at)
    meet_deadlines(clarification, DEADLINE, at=at)
