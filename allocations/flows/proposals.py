"""From a first draft to a submitted proposal."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.exceptions import TransitionNotAllowed
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, record_birth

from ..exceptions import CallNotOpen, ProposalExists
from ..models import (
    Proposal,
    ProposalState,
    Round,
)
from . import letters
from .completeness import require_complete
from .editing import edit_proposal
from .eligibility import require_eligible, require_member, require_no_overdue_report
from .intake import take_in
from .late_codes import redeem
from .questions import current_form
from .revisions import freeze_revision


@transaction.atomic
def begin_proposal(call, *, organisation, by, title, **answers):
    """Start a draft under the policy of the call's mode that is valid now.

    Raises ``CallNotOpen``, ``NotEligible``, ``ReportOverdue``, or ``ProposalExists`` where
    the person already has a proposal under this call that has not come to an end.
    """
    now = clock.now()
    require_member(organisation, by)
    if not call.is_open(at=now):
        raise CallNotOpen
    policy = call.mode.policies.valid(at=now).first()
    if policy is None:
        raise CallNotOpen
    require_eligible(organisation, policy=policy)
    require_no_overdue_report(by)
    form = current_form(call.mode, at=now)
    try:
        with transaction.atomic():
            proposal = Proposal.objects.create(
                reference=f"DRAFT-{get_random_string(12)}",
                call=call,
                policy=policy,
                form=form,
                organisation=organisation,
                applicant=by,
                created_at=now,
            )
    except IntegrityError as error:
        raise ProposalExists from error
    proposal.reference = f"DRAFT-{proposal.pk:05}"
    proposal.save(update_fields=["reference"])
    record_birth(proposal, by=by, at=now)
    return edit_proposal(proposal, by=by, title=title, **answers)


@transaction.atomic
def submit_proposal(proposal, *, by, late_code=""):
    """Hand a draft in while its call is open; see ``take_in`` for when its evaluation starts.

    It is frozen as a revision. A ``late_code`` is used up, and lets it into the round whose
    cut-off has just passed.

    Raises ``CallNotOpen``, ``LateCodeNotValid``, ``NotEligible``, ``ReportOverdue``,
    ``ProposalIncomplete``, or ``TransitionNotAllowed`` where it was already submitted.
    """
    proposal = _lock(proposal)
    require(by, "allocations.submit_proposal", proposal)
    now = clock.now()
    if proposal.state != ProposalState.DRAFT:
        raise TransitionNotAllowed(_("This proposal has already been submitted."))
    if late_code:
        redeem(late_code, proposal=proposal, by=by, at=now)
    elif not proposal.call.is_open(at=now):
        raise CallNotOpen
    require_member(proposal.organisation, by)
    require_eligible(proposal.organisation, policy=proposal.policy)
    require_no_overdue_report(proposal.applicant)
    require_complete(proposal)
    was_recalled = proposal.submitted_at is not None
    _give_reference(proposal, at=now, is_late=bool(late_code))
    step = move(proposal, to=ProposalState.SUBMITTED, by=by, at=now)
    take_in(proposal, at=now)
    revision = freeze_revision(proposal, by=by, at=now)
    event = f"receipt:{step.pk}" if was_recalled else "receipt"
    letters.receipt(proposal, event=event, revision=revision)
    return proposal


def _lock(proposal):
    rows = Proposal.objects.select_for_update(of=("self",))
    return rows.select_related(
        "call__mode",
        "policy__mode",
        "organisation__country",
        "applicant",
        "offer__partition",
        "form",
    ).get(pk=proposal.pk)


def _give_reference(proposal, *, at, is_late):
    """The next number of the call's open round, or of the last one, under the round's lock.

    A proposal that was recalled keeps its reference in the same round.
    """
    rounds = Round.objects.select_for_update().filter(call=proposal.call)
    ahead = rounds.exclude(cut_off_at__lte=at).order_by(F("cut_off_at").asc(nulls_first=True))
    passed = rounds.filter(cut_off_at__lte=at).order_by("-cut_off_at")
    intake = (passed.first() if is_late else None) or ahead.first()
    if intake is None:
        raise CallNotOpen
    if proposal.round_id == intake.pk:
        proposal.submitted_at = at
        proposal.save(update_fields=["submitted_at"])
        return
    intake.last_number += 1
    intake.save(update_fields=["last_number"])
    mode = proposal.call.mode
    proposal.reference = (
        f"EHPC-{mode.series}-{intake.year}{mode.letters}{intake.number:02}-{intake.last_number:04}"
    )
    proposal.round = intake
    proposal.submitted_at = at
    proposal.save(update_fields=["reference", "round", "submitted_at"])
