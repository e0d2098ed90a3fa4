"""Taking a submitted proposal back to go on writing, until its evaluation begins."""

from django.db import transaction

from jaif_portal import clock
from jaif_portal.flows.deadlines import meet_deadlines
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move

from ..exceptions import RecallNotPossible
from ..models import Proposal, ProposalState
from . import intake, notices


@transaction.atomic
def recall_proposal(proposal, *, by):
    """Make a submitted proposal a draft again; it keeps its reference.

    Raises ``RecallNotPossible`` once the evaluation has begun: in a rolling mode at once,
    else with the cut-off.
    """
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("round", "applicant")
    proposal = rows.get(pk=proposal.pk)
    require(by, "allocations.recall_proposal", proposal)
    now = clock.now()
    if not may_recall(proposal, at=now):
        raise RecallNotPossible
    proposal.steps.all().delete()  # those of the policy are made anew when it is submitted
    meet_deadlines(proposal, intake.DEADLINE, at=now)
    step = move(proposal, to=ProposalState.DRAFT, by=by, at=now)
    notices.recalled(proposal, event=f"recalled:{step.pk}")
    return proposal


def may_recall(proposal, *, at):
    """Whether the evaluation has not begun; a timer that is late keeps no cut-off open."""
    cut_off = proposal.round and proposal.round.cut_off_at
    return proposal.state == ProposalState.SUBMITTED and cut_off is not None and at < cut_off
