"""Answering the compliance questions of a proposal, and checking answers again."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jaif_portal import clock
from jaif_portal.exceptions import StaleVersion, TransitionNotAllowed

from ..compliance import AnswerNotPossible, AnswerProblem, Kind, cleaned
from ..exceptions import AnswersNotPossible
from ..models import ComplianceAssessment, ComplianceChange
from .compliance import Standing, assessment_of, basis_of, outdated, standing
from .editing import lock_draft

MOST_ANSWERS = 100  # of one request

SENTENCES = {
    AnswerProblem.EMPTY: gettext_lazy("Choose an answer."),
    AnswerProblem.KIND: gettext_lazy("This is no answer to this question."),
    AnswerProblem.UNKNOWN: gettext_lazy("This question has no such answer. Choose one of those."),
    AnswerProblem.ALONE: gettext_lazy("“None of these” goes with no other answer. Choose."),
    AnswerProblem.CHARACTERS: gettext_lazy("Take out control characters and invisible signs."),
}


@transaction.atomic
def answer_questions(proposal, answers, *, by, version):
    """Keep ``answers`` by question, all or none. ``version`` is the one that the person has seen.

    Raises ``AnswersNotPossible``, or ``StaleVersion`` where somebody else has answered since.
    """
    proposal = lock_draft(proposal, by=by)
    now, assessment = _stand(proposal)
    if assessment.version != version:
        raise StaleVersion
    kept = _checked(now, answers)
    if not assessment.pk:
        assessment.save()
    _renew(now, assessment, by=by)
    _change(assessment, kept, by=by)
    return _settle(assessment, proposal)


@transaction.atomic
def check_again(proposal, *, by):
    """Take the answers over for what the proposal asks for now.

    Questions that depend on hours or system are open again.
    """
    proposal = lock_draft(proposal, by=by)
    now, assessment = _stand(proposal)
    _renew(now, assessment, by=by)
    return _settle(assessment, proposal)


def sentence(refusal):
    """What is wrong with an answer, and what to do."""
    question = refusal.question
    if refusal.problem is not AnswerProblem.LENGTH:
        return str(SENTENCES[refusal.problem])
    if question.kind is Kind.NUMBER:
        text = _("Write a whole number between %(least)d and %(most)d.")
    else:
        text = _("Write %(least)d to %(most)d characters.")
    return text % {"least": question.least, "most": question.most}


def _stand(proposal):
    now = standing(proposal)
    if now.needs_request:
        raise TransitionNotAllowed(
            _("Choose system and GPU-hours first: some questions depend on them.")
        )
    return now, now.assessment


def _checked(now: Standing, answers):
    kept, wrong = {}, {}
    if not answers or len(answers) > MOST_ANSWERS:
        raise AnswersNotPossible({"answers": [_("Answer one question at least.")]})
    askable = {row.id: row for row in now.catalogue.questions if row.part in now.parts}
    for name, answer in answers.items():
        question = askable.get(name)
        if question is None or name == "gpu_hours":
            wrong[str(name)[:60]] = [_("There is no such question here.")]
            continue
        try:
            kept[name] = cleaned(question, answer)
        except AnswerNotPossible as refusal:
            wrong[name] = [sentence(refusal)]
    if wrong:
        raise AnswersNotPossible(wrong)
    return kept


def _renew(now, assessment, *, by):
    """Open what depends on the request again where that has changed."""
    if outdated(assessment, now.proposal):
        by_request = {row.id: None for row in now.catalogue.questions if row.by_request}
        _change(assessment, by_request, by=by)
    assessment.basis = basis_of(now.proposal)


def _change(assessment, answers, *, by):
    """Write answers, ``None`` for those taken back, and a line of history for each that differs."""
    at = clock.now()
    for name, answer in answers.items():
        before = assessment.answers.get(name)
        if before == answer:
            continue
        if answer is None:
            del assessment.answers[name]
        else:
            assessment.answers[name] = answer
        ComplianceChange.objects.create(
            assessment=assessment, question=name, before=before, after=answer, by=by, at=at
        )


def _settle(assessment, proposal):
    """Save the answers with what follows from them; nothing follows while a question is open."""
    assessment.version += 1
    assessment.save()
    now = standing(proposal)
    settled = now.interview.current is None
    findings = now.conclusion.findings if settled else {}
    energy = now.energy if settled else None
    stopped = now.interview.stopped
    complete_at = (assessment.completed_at or clock.now()) if now.is_done else None
    results = {
        "risk_class": findings.get("risk", ""),
        "model_class": findings.get("gpai", ""),
        "personal_data": _yes(findings.get("personal_data")),
        "dpia_needed": _yes(findings.get("dpia")),
        "dpa_needed": _yes(findings.get("dpa")),
        "export_outcome": findings.get("export", ""),
        "energy_kwh": energy.kwh if energy else None,
        "co2_kg": energy.co2_kg if energy else None,
        "stopped_by": stopped.id if stopped else "",
        "completed_at": complete_at,
    }
    ComplianceAssessment.objects.filter(pk=assessment.pk).update(**results)
    return assessment_of(proposal)


def _yes(value):
    return None if value is None else value in {"yes", "needed"}
