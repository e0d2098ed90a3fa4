"""Taking a proposal back for good."""

from django.db import transaction
from django.utils.translation import gettext_noop

from jaif_portal import clock
from jaif_portal.flows.deadlines import meet_deadlines
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move

from ..models import Proposal, ProposalState
from . import intake, notices
from .assignments import release_all
from .clarifications import drop_clarification
from .endings import end_evaluation, end_offer


@transaction.atomic
def withdraw_proposal(proposal, *, by, note=""):
    """Take a proposal back, at any time before it is awarded; staff are told of all but drafts."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("applicant")
    proposal = rows.get(pk=proposal.pk)
    require(by, "allocations.withdraw_proposal", proposal)
    now, was_draft = clock.now(), proposal.state == ProposalState.DRAFT
    drop_clarification(proposal, by=by, at=now)
    move(proposal, to=ProposalState.WITHDRAWN, by=by, at=now, note=note)
    end_evaluation(proposal, by=by, at=now)
    end_offer(proposal, by=by, at=now)
    release_all(proposal, by=by, at=now, note=gettext_noop("The proposal was withdrawn"))
    meet_deadlines(proposal, intake.DEADLINE, "decision", "reply", at=now)
    meet_deadlines(proposal, "answer", "answer_reminder", at=now)
    if not was_draft:
        notices.withdrawn(proposal, note=note)
    return proposal
