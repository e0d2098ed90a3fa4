"""Interim and final reports: written, handed in, returned, accepted or waived."""

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.exceptions import StaleVersion, TransitionNotAllowed
from jaif_portal.flows.deadlines import meet_deadlines, set_deadline
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, record_birth

from ..exceptions import ReasonMissing, ReportIncomplete, ReportNotPossible
from ..models import (
    OPEN_REPORTS,
    SETTLED_REPORTS,
    Allocation,
    AllocationState,
    Job,
    Obligation,
    ObligationKind,
    ObligationState,
    Report,
)
from . import letters, notices
from .report_figures import figures, form_of, questions_of, unspent_percent

DEADLINE, REMINDER = "report", "report_reminder"


def owe_report(allocation, kind, *, at, due_at):
    """Open an obligation with its reminders."""
    obligation = Obligation.objects.create(
        allocation=allocation, kind=kind, opened_at=at, due_at=due_at
    )
    record_birth(obligation, by=None, at=at)
    _set_timers(obligation, at=at)
    return obligation


@transaction.atomic
def begin_interim_report(allocation, *, by):
    """Open an interim report: an extension needs one. Repeating it gives the one that is open."""
    rows = Allocation.objects.select_for_update(of=("self",)).select_related("project")
    allocation = rows.get(pk=allocation.pk)
    require(by, "allocations.write_report", allocation)
    if allocation.state != AllocationState.ACTIVE:
        raise ReportNotPossible(_("An interim report is written while the allocation is active."))
    begun = allocation.obligations.filter(kind=ObligationKind.INTERIM_REPORT)
    obligation = begun.exclude(state__in=SETTLED_REPORTS).first()
    if obligation is None:
        obligation = owe_report(
            allocation, ObligationKind.INTERIM_REPORT, at=clock.now(), due_at=allocation.ends_at
        )
    return obligation


@transaction.atomic
def save_report(obligation, *, by, version, answers):
    """Keep the answers of a draft, however short. ``version`` is the one seen, 0 before the first.

    Raises ``StaleVersion`` where somebody else has saved since, ``ReportIncomplete`` for an
    answer that is too long, and ``ReportNotPossible`` once it is handed in.
    """
    obligation = _lock(obligation)
    require(by, "allocations.write_report", obligation.allocation)
    if obligation.state not in OPEN_REPORTS:
        raise ReportNotPossible(_("This report was handed in and cannot be changed."))
    report = getattr(obligation, "report", None) or Report(
        obligation=obligation, form=form_of(obligation), version=0
    )
    if report.version != version:
        raise StaleVersion
    known = {question["key"] for question in _questions(obligation, report.form)}
    report.answers |= {key: text for key, text in answers.items() if key in known}
    wrong = _too_long(obligation, report)
    if wrong:
        raise ReportIncomplete(wrong)
    report.version += 1
    report.save()
    obligation.report = report
    return obligation


@transaction.atomic
def submit_report(obligation, *, by):
    """Hand a saved report in; its figures are frozen as they are now.

    Raises ``ReportIncomplete`` where answers are missing.
    """
    obligation = _lock(obligation)
    require(by, "allocations.submit_report", obligation.allocation)
    now = clock.now()
    report = getattr(obligation, "report", None) or Report(
        obligation=obligation, form=form_of(obligation)
    )
    report.figures = figures(obligation.allocation)
    missing = gaps(obligation, report)
    if missing:
        raise ReportIncomplete(missing)
    step = move(obligation, to=ObligationState.SUBMITTED, by=by, at=now)
    report.submitted_at, report.submitted_by = now, by
    report.save()
    meet_deadlines(obligation, DEADLINE, REMINDER, at=now)
    notices.report_submitted(obligation, event=f"submitted:{step.pk}")
    return obligation


@transaction.atomic
def return_report(obligation, *, by, remarks, due_on):
    """Give a report back with what is missing, and another date for it."""
    obligation, now = _decide(obligation, by=by, remarks=remarks)
    due_at = _end_of(due_on)
    if due_at <= now:
        raise ReportNotPossible(_("Give a day that lies ahead."))
    step = move(obligation, to=ObligationState.RETURNED, by=by, at=now, note=remarks)
    obligation.due_at = due_at
    obligation.save(update_fields=["due_at"])
    _set_timers(obligation, at=now)
    notices.report_decided(obligation, "report_returned", event=f"returned:{step.pk}")
    return obligation


@transaction.atomic
def accept_report(obligation, *, by, remarks=""):
    """Take a report as sufficient."""
    obligation, now = _decide(obligation, by=by, remarks=remarks, is_reason_needed=False)
    move(obligation, to=ObligationState.ACCEPTED, by=by, at=now, note=remarks)
    notices.report_decided(obligation, "report_accepted", event="accepted")
    return obligation


@transaction.atomic
def waive_report(obligation, *, by, remarks):
    """Do without a report, for a reason that is kept."""
    obligation, now = _decide(obligation, by=by, remarks=remarks)
    move(obligation, to=ObligationState.WAIVED, by=by, at=now, note=remarks)
    meet_deadlines(obligation, DEADLINE, REMINDER, at=now)
    notices.report_decided(obligation, "report_waived", event="waived")
    return obligation


@transaction.atomic
def close_allocation(allocation, *, by):
    """End an expired allocation for good: its report is settled, and no job of it is left.

    The scheduler forgets the budget, and the project gets its closing statement.
    """
    rows = Allocation.objects.select_for_update(of=("self",)).select_related("project__proposal")
    allocation = rows.get(pk=allocation.pk)
    require(by, "allocations.decide_report", allocation)
    if allocation.obligations.exclude(state__in=SETTLED_REPORTS).exists():
        raise ReportNotPossible(_("Its report must be accepted or waived first."))
    if Job.objects.live().filter(allocation=allocation).exists():
        raise ReportNotPossible(_("Jobs of this allocation are still running."))
    now = clock.now()
    move(allocation, to=AllocationState.CLOSED, by=by, at=now)
    allocation.associated_at = None
    allocation.save(update_fields=["associated_at"])
    notices.allocation_closed(allocation)
    return allocation


def report_due(obligation, *, at):
    """The due date has passed: the obligation is overdue, and blocks new proposals."""
    obligation = _lock(obligation)
    is_final = obligation.kind == ObligationKind.FINAL_REPORT
    if is_final and obligation.state in (ObligationState.DUE, ObligationState.RETURNED):
        move(obligation, to=ObligationState.OVERDUE, by=None, at=at)
        letters.report_overdue(obligation)


def remind(obligation, *, at):
    """Before the due date the project is reminded, after it the access office, too."""
    obligation = _lock(obligation)
    if obligation.state in OPEN_REPORTS:
        notices.report_reminder(obligation, at=at)


def gaps(obligation, report):
    """``{question: [sentence]}`` for what is missing or too long."""
    found = _too_long(obligation, report)
    for question in _questions(obligation, report.form):
        if question["required"] and not report.answers.get(question["key"], "").strip():
            found[question["key"]] = [_("This question needs an answer.")]
    unspent = unspent_percent(report.figures or figures(obligation.allocation))
    if unspent > report.form.unspent_percent and not report.answers.get("unspent", "").strip():
        found["unspent"] = [
            _("%(percent)d %% of the hours were not used. Say why.") % {"percent": unspent}
        ]
    return found


def _too_long(obligation, report):
    found = {}
    for question in _questions(obligation, report.form):
        words = len(report.answers.get(question["key"], "").split())
        if words > question["words"]:
            found[question["key"]] = [
                _("This answer has %(words)d words; at most %(most)d are possible.")
                % {"words": words, "most": question["words"]}
            ]
    return found


def _questions(obligation, form):
    return questions_of(form, mode=obligation.allocation.project.proposal.policy.mode)


def _lock(obligation):
    rows = Obligation.objects.select_for_update(of=("self",)).select_related(
        "report__form",
        "allocation__account",
        "allocation__partition__system",
        "allocation__project__organisation",
        "allocation__project__proposal__applicant",
        "allocation__project__proposal__policy__mode",
    )
    return rows.get(pk=obligation.pk)


def _decide(obligation, *, by, remarks, is_reason_needed=True):
    obligation = _lock(obligation)
    require(by, "allocations.decide_report", obligation.allocation)
    if is_reason_needed and not remarks.strip():
        raise ReasonMissing(_("Say why: the project reads this text."))
    if obligation.state == ObligationState.ACCEPTED:
        raise TransitionNotAllowed(_("This report is accepted already."))
    if hasattr(obligation, "report"):
        obligation.report.remarks = remarks
        obligation.report.save(update_fields=["remarks"])
    return obligation, clock.now()


def _end_of(day):
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=clock.BRUSSELS)
    return midnight.astimezone(dt.UTC)


def _set_timers(obligation, *, at):
    """The due date, and those of the form's reminders that lie ahead."""
    set_deadline(DEADLINE, obligation, due_at=obligation.due_at)
    form = form_of(obligation)
    for days in form.reminders:
        moment = obligation.due_at + relativedelta(days=days)
        if moment > at:
            set_deadline(REMINDER, obligation, due_at=moment)
