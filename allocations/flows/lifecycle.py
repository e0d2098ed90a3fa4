"""What time does to allocations: they become active, end, and owe their report."""

import logging

from dateutil.relativedelta import relativedelta
from django.db import transaction

from jaif_portal.exceptions import NotYet
from jaif_portal.flows.deadlines import fire_due
from jaif_portal.flows.transitions import move
from onboarding.models import CaseState

from ..models import (
    Allocation,
    AllocationState,
    EntryKind,
    FundingShare,
    Job,
    JobState,
    ObligationKind,
    Proposal,
    ProposalState,
)
from . import (
    alerts,
    appeals,
    assignments,
    clarifications,
    intake,
    ledger,
    letters,
    quota,
    reports,
)

logger = logging.getLogger(__name__)


def fund_shares(*, at):
    """Give each funding share whose period has begun its part of the machine's time, once."""
    begun = FundingShare.objects.filter(starts_at__lte=at)
    for share in begun.exclude(account__credits__kind=EntryKind.FUND):
        period = int((share.ends_at - share.starts_at).total_seconds())
        amount = int(share.partition.nodes * period * share.percent / 100)
        ledger.fund(share, node_seconds=amount, key=f"share:{share.pk}:fund", at=share.starts_at)


def activate_ready(*, at):
    """Activate every allocation whose case is complete and whose start has come.

    One that fails holds up no other, and is tried again next time.
    """
    ready = Allocation.objects.filter(
        state=AllocationState.PENDING_ONBOARDING,
        case__state=CaseState.COMPLETE,
        starts_at__lte=at,
        ends_at__gt=at,
    )
    for pk in ready.order_by("pk").values_list("pk", flat=True):
        try:
            activate(pk, at=at)
        except Exception:
            logger.exception("allocation %s could not be activated", pk)


@transaction.atomic
def activate(pk, *, at):
    allocation = Allocation.objects.select_for_update(of=("self",)).get(pk=pk)
    if allocation.state != AllocationState.PENDING_ONBOARDING:
        return
    move(allocation, to=AllocationState.ACTIVE, by=None, at=at)
    letters.activated(allocation)


def keep_deadlines(*, until):
    """Fire this app's due timers, each once; see ``jaif_portal.flows.deadlines.fire_due``."""
    return fire_due(HANDLERS, until=until)


def expire(allocation, *, at):
    """End an allocation: what is left lapses, and the final report falls due.

    Waits until the queue has been computed up to the end, so that everything that ran
    before it is charged before. Running jobs come to their end; waiting ones are cancelled.
    """
    rows = Allocation.objects.select_for_update(of=("self",))
    allocation = rows.select_related("partition", "project__proposal__policy").get(pk=allocation.pk)
    reached = allocation.partition.advanced_until
    if reached is None or reached < at:
        raise NotYet
    move(allocation, to=AllocationState.EXPIRED, by=None, at=at)
    _cancel_waiting_jobs(allocation, at=at)
    ledger.lapse(allocation, at=at, key=f"allocation:{allocation.pk}:lapse")
    months = allocation.project.proposal.policy.report_months
    obligation = reports.owe_report(
        allocation,
        ObligationKind.FINAL_REPORT,
        at=at,
        due_at=at + relativedelta(months=months),
    )
    letters.expired(allocation, obligation)


def _cancel_waiting_jobs(allocation, *, at):
    """Locks the jobs in the queue's order, and before the account, so that none waits crosswise."""
    waiting = Job.objects.filter(
        allocation=allocation, state=JobState.PENDING, cancel_requested_at=None
    )
    locked = list(waiting.select_for_update().order_by("pk").values_list("pk", flat=True))
    Job.objects.filter(pk__in=locked).update(cancel_requested_at=at)


def decision_overdue(proposal, *, at):
    """Escalate: the decision stays with the officers."""
    if proposal.state in (ProposalState.SUBMITTED, ProposalState.IN_EVALUATION):
        letters.decision_overdue(proposal)


def answer_due(proposal, *, at):
    """Remind the applicant and tell the officers, who may lapse the offer."""
    if Proposal.objects.filter(pk=proposal.pk, state=ProposalState.OFFERED).exists():
        letters.answer_due(proposal)


def answer_soon(proposal, *, at):
    """Remind the applicant while there is time to answer."""
    if Proposal.objects.filter(pk=proposal.pk, state=ProposalState.OFFERED).exists():
        letters.answer_soon(proposal)


HANDLERS = {
    intake.DEADLINE: intake.cut_off_reached,
    "decision": decision_overdue,
    "answer": answer_due,
    "answer_reminder": answer_soon,
    clarifications.DEADLINE: clarifications.answer_late,
    appeals.DEADLINE: appeals.appeal_due,
    "expiry": expire,
    quota.DEADLINE: quota.month_due,
    alerts.DEADLINE: alerts.outlook_due,
    assignments.ANSWER: assignments.answer_missing,
    assignments.REMINDER: assignments.review_reminder,
    assignments.DUE: assignments.review_overdue,
    reports.DEADLINE: reports.report_due,
    reports.REMINDER: reports.remind,
}
