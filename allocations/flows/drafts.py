"""What becomes of drafts at a cut-off: they go on to the next round, or end with the call."""

import datetime as dt

from django.db import transaction

from jaif_portal.flows.transitions import move

from ..models import Proposal, ProposalState, Round
from . import letters
from .attachments import intake_policy


def keep_drafts(*, at):
    """Pass every cut-off up to ``at`` once, one transaction each."""
    due = Round.objects.filter(cut_off_at__lte=at, drafts_told_at=None)
    for pk in due.order_by("cut_off_at", "pk").values_list("pk", flat=True):
        _pass_cut_off(pk, at=at)
    for pk in _overdue(at=at):
        _lapse(pk, at=at)


@transaction.atomic
def _pass_cut_off(pk, *, at):
    """One mail for each draft: when the next cut-off is, or until when a late code helps."""
    rows = Round.objects.select_for_update(of=("self",)).select_related("call__mode")
    row = rows.get(pk=pk)
    if row.drafts_told_at is not None:
        return
    following = row.call.intake(at=at)
    ends_at = row.cut_off_at + dt.timedelta(days=intake_policy(at=at).draft_days)
    drafts = Proposal.objects.filter(
        call=row.call, state=ProposalState.DRAFT, created_at__lt=row.cut_off_at
    )
    for draft in drafts.select_related("applicant", "call"):
        if following is not None:
            letters.carried_over(draft, passed=row, following=following)
        else:
            letters.draft_ends(draft, passed=row, ends_at=ends_at)
    row.drafts_told_at = at
    row.save(update_fields=["drafts_told_at"])


def _overdue(*, at):
    """Drafts of calls whose last cut-off has passed long enough ago."""
    policy = intake_policy(at=at)
    if policy is None:
        return []
    before = at - dt.timedelta(days=policy.draft_days)
    drafts = Proposal.objects.filter(state=ProposalState.DRAFT)
    ended = drafts.exclude(call__rounds__cut_off_at=None).exclude(
        call__rounds__cut_off_at__gt=before
    )
    return list(ended.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _lapse(pk, *, at):
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=pk)
    if proposal.state == ProposalState.DRAFT:
        move(proposal, to=ProposalState.LAPSED, by=None, at=at)
