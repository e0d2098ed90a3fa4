"""From a first draft to a submitted proposal."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.exceptions import StaleVersion, TransitionNotAllowed
from jaif_portal.flows.outbox import write_mail
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, record_birth

from ..exceptions import CallNotOpen, ProposalExists
from ..models import (
    Proposal,
    ProposalState,
    Round,
    TeamMember,
)
from . import letters
from .completeness import require_complete
from .eligibility import require_eligible, require_member, require_no_overdue_report
from .intake import take_in

ANSWERS = (
    "title",
    "abstract",
    "sector",
    "offer",
    "gpu_hours",
    "months",
    "civilian_use",
    "eu_project",
)


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
    try:
        with transaction.atomic():
            proposal = Proposal.objects.create(
                reference=f"DRAFT-{get_random_string(12)}",
                call=call,
                policy=policy,
                organisation=organisation,
                applicant=by,
                title=title,
                created_at=now,
            )
    except IntegrityError as error:
        raise ProposalExists from error
    proposal.reference = f"DRAFT-{proposal.pk:05}"
    proposal.save(update_fields=["reference"])
    record_birth(proposal, by=by, at=now)
    return edit_proposal(proposal, by=by, version=proposal.version, **answers)


@transaction.atomic
def edit_proposal(proposal, *, by, version, team=None, **answers):
    """Change a draft. ``version`` is the one that the editor has seen.

    ``team`` replaces the team's addresses; those who are new to it get a mail.

    Raises ``StaleVersion`` where somebody else has saved since.
    """
    proposal = _lock(proposal)
    require(by, "allocations.edit_proposal", proposal)
    if proposal.state != ProposalState.DRAFT:
        raise TransitionNotAllowed(_("A proposal that was submitted can no longer be edited."))
    if proposal.version != version:
        raise StaleVersion
    unknown = set(answers) - set(ANSWERS)
    if unknown:
        raise TypeError(f"no such answers: {sorted(unknown)}")
    for name, answer in answers.items():
        setattr(proposal, name, answer)
    proposal.version += 1
    proposal.save(update_fields=[*answers, "version"])
    if team is not None:
        _set_team(proposal, team, by=by)
    return proposal


@transaction.atomic
def submit_proposal(proposal, *, by):
    """Hand a draft in while its call is open; see ``take_in`` for when its evaluation starts.

    Raises ``CallNotOpen``, ``NotEligible``, ``ReportOverdue``, ``ProposalIncomplete``, or
    ``TransitionNotAllowed`` where it was already submitted.
    """
    proposal = _lock(proposal)
    require(by, "allocations.submit_proposal", proposal)
    now = clock.now()
    if proposal.state != ProposalState.DRAFT:
        raise TransitionNotAllowed(_("This proposal has already been submitted."))
    if not proposal.call.is_open(at=now):
        raise CallNotOpen
    require_member(proposal.organisation, by)
    require_eligible(proposal.organisation, policy=proposal.policy)
    require_no_overdue_report(proposal.applicant)
    require_complete(proposal)
    was_recalled = proposal.submitted_at is not None
    _give_reference(proposal, at=now)
    step = move(proposal, to=ProposalState.SUBMITTED, by=by, at=now)
    take_in(proposal, at=now)
    letters.receipt(proposal, event=f"receipt:{step.pk}" if was_recalled else "receipt")
    return proposal


def _lock(proposal):
    rows = Proposal.objects.select_for_update(of=("self",))
    return rows.select_related(
        "call__mode", "policy__mode", "organisation__country", "applicant", "offer__partition"
    ).get(pk=proposal.pk)


def _set_team(proposal, emails, *, by):
    wanted = {email.strip().lower() for email in emails} - {proposal.applicant.email}
    proposal.team.exclude(email__in=wanted).delete()
    present = set(proposal.team.values_list("email", flat=True))
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


def _give_reference(proposal, *, at):
    """The next number of the call's open round, under the round's lock.

    A proposal that was recalled keeps its reference in the same round.
    """
    rounds = Round.objects.select_for_update().filter(call=proposal.call)
    intake = (
        rounds.exclude(cut_off_at__lte=at).order_by(F("cut_off_at").asc(nulls_first=True)).first()
    )
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
