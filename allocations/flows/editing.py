"""Writing a draft: each answer has a version, so that several people lose nothing."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.exceptions import StaleVersion, TransitionNotAllowed
from jaif_portal.flows.outbox import write_mail
from jaif_portal.flows.permissions import require

from ..exceptions import AnswerConflict, AnswersNotPossible
from ..models import AnswerChange, Column, Proposal, ProposalState, SystemOffer, TeamMember
from .questions import questions_of
from .values import answer_of, cleaned, put_answer

IN_A_ROW = dt.timedelta(minutes=5)  # of wall time: saves of one person become one change
TEAM = "team"  # in place of a question, in the history


@transaction.atomic
def edit_proposal(proposal, *, by, version=None, seen=None, team=None, **answers):
    """As ``write_answers``; ``team`` replaces the team's addresses, new ones get a mail."""
    proposal = write_answers(proposal, answers, by=by, version=version, seen=seen)
    if team is not None:
        _set_team(proposal, team, by=by, seen=seen or {})
        proposal.save(update_fields=["answer_versions"])
    return proposal


@transaction.atomic
def write_answers(proposal, answers, *, by, version=None, seen=None):
    """Change answers of a draft, by the codes of their questions, all of them or none.

    ``version`` is the proposal's that the editor has seen, ``seen`` that of each answer;
    what is left out is not compared.

    Raises ``StaleVersion`` or ``AnswerConflict`` where somebody else has saved since, and
    ``AnswersNotPossible`` for what is no answer to its question.
    """
    proposal = lock_draft(proposal, by=by)
    if version is not None and proposal.version != version:
        raise StaleVersion
    change_answers(proposal, answers, by=by, seen=seen or {})
    save_answers(proposal, answers)
    return proposal


def restore_answer(change, *, by):
    """Answer as after ``change`` once more; this is a change of its own.

    Raises as ``write_answers`` does.
    """
    return write_answers(change.proposal, {change.question: change.new}, by=by)


def change_answers(proposal, answers, *, by, seen):
    """Put ``answers`` on the locked row, which is not saved here, and record what changed.

    Raises ``AnswersNotPossible``, or ``AnswerConflict`` by the versions in ``seen``.
    """
    values = _cleaned(proposal, answers)
    changed = {code: value for code, value in values.items() if answer_of(proposal, code) != value}
    _require_seen(proposal, changed, seen)
    for code, value in changed.items():
        _record(proposal, code, new=value, by=by)
        put_answer(proposal, code, value)


def save_answers(proposal, codes):
    """Save the row after a change of the answers to ``codes``."""
    proposal.version += 1
    columns = [code for code in codes if code in Column.values]
    proposal.save(update_fields=[*columns, "answers", "answer_versions", "version"])


def lock_draft(proposal, *, by):
    """The locked row of a draft that ``by`` may write."""
    rows = Proposal.objects.select_for_update(of=("self",))
    proposal = rows.select_related(
        "call__mode", "policy__mode", "organisation__country", "applicant", "form"
    ).get(pk=proposal.pk)
    require(by, "allocations.edit_proposal", proposal)
    if proposal.state != ProposalState.DRAFT:
        raise TransitionNotAllowed(_("A proposal that was submitted can no longer be edited."))
    return proposal


def _cleaned(proposal, answers):
    questions = questions_of(proposal)
    values, wrong = {}, {}
    for code, value in answers.items():
        if code not in questions:
            wrong[code] = [_("This form does not ask “%(code)s”.") % {"code": code[:40]}]
            continue
        try:
            plain = value.pk if isinstance(value, SystemOffer) else value
            if not _same(plain, answer_of(proposal, code)):  # what no longer fits may stay
                values[code] = cleaned(questions[code], plain, proposal=proposal)
        except ValidationError as error:
            wrong[code] = error.messages
    if wrong:
        raise AnswersNotPossible(wrong)
    return values


def _same(value, saved):
    """Whether both are the same value of JSON, where 1 is neither true nor 1.0."""
    return type(value) is type(saved) and value == saved


def _require_seen(proposal, changed, seen):
    now = proposal.answer_versions
    conflicts = {
        code: {"version": now[code], "yours": value, "theirs": answer_of(proposal, code)}
        for code, value in changed.items()
        if code in seen and seen[code] != now.get(code, 0)
    }
    if conflicts:
        raise AnswerConflict(conflicts)


def _record(proposal, code, *, new, by, old=None):
    """Count the change and keep it; what the same person types in a row is one change."""
    old = answer_of(proposal, code) if old is None else old
    wall = timezone.now()
    version = proposal.answer_versions.get(code, 0) + 1
    proposal.answer_versions[code] = version
    last = proposal.changes.filter(question=code).first()
    if last is not None and last.by_id == by.pk and wall - last.begun_at < IN_A_ROW:
        last.version, last.new, last.at = version, new, clock.now()
        last.save(update_fields=["version", "new", "at"])
        return
    AnswerChange.objects.create(
        proposal=proposal,
        question=code,
        version=version,
        old=old,
        new=new,
        by=by,
        at=clock.now(),
        begun_at=wall,
    )


def _set_team(proposal, emails, *, by, seen):
    wanted = {email.strip().lower() for email in emails} - {proposal.applicant.email}
    present = set(proposal.team.values_list("email", flat=True))
    if wanted == present:
        return
    if seen.get(TEAM, current := proposal.answer_versions.get(TEAM, 0)) != current:
        raise StaleVersion
    _record(proposal, TEAM, old=sorted(present), new=sorted(wanted), by=by)
    proposal.team.exclude(email__in=wanted).delete()
    for email in sorted(wanted - present):
        TeamMember.objects.create(proposal=proposal, email=email)
        write_mail(
            "allocations/mail/team_invitation.txt",
            to=email,
            key=f"proposal:{proposal.pk}:team",
            language=by.language,
            proposal=proposal,
            by=by,
        )
