"""Conflicts of interest that officers find, or find more or less severe than they seemed."""

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move

from ..exceptions import ReasonMissing
from ..models import ConflictOfInterest, Severity
from .assignments import lock_proposal, recuse
from .conflicts import write_down


@transaction.atomic
def reassess_conflict(conflict, *, by, severity, reason):
    """Change the severity; the history keeps the reason. Who has a real conflict is recused."""
    proposal = lock_proposal(conflict.proposal)
    conflict = ConflictOfInterest.objects.select_related("reviewer").get(pk=conflict.pk)
    require(by, "allocations.assess_conflict", conflict)
    if not reason.strip():
        raise ReasonMissing(_("Say why the conflict is found more or less severe."))
    now = clock.now()
    move(conflict, to=Severity(severity), by=by, at=now, note=reason)
    if severity == Severity.REAL:
        recuse(proposal, conflict.reviewer, by=by, at=now)
    return conflict


@transaction.atomic
def report_conflict(proposal, *, by, reviewer, severity, evidence, management_plan=""):
    """Write down a conflict that an officer knows of."""
    proposal = lock_proposal(proposal)
    require(by, "allocations.assign_reviewers", proposal)
    if not evidence.strip():
        raise ReasonMissing(_("Say what shows the conflict."))
    if severity == Severity.APPARENT and not management_plan.strip():
        raise ReasonMissing(_("Say how the reviewer stays impartial all the same."))
    conflict = write_down(
        proposal,
        reviewer,
        Severity(severity),
        by=by,
        evidence=evidence,
        management_plan=management_plan,
    )
    if severity == Severity.REAL:
        recuse(proposal, reviewer, by=by, at=clock.now())
    return conflict
