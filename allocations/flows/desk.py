"""A round on one page: where each proposal is, by when, whom it waits for, and what is held."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery

from jaif_portal.models import Deadline
from onboarding.models import Role

from ..models import (
    EvaluationStep,
    Finding,
    FindingState,
    FundingShare,
    HeldOutcome,
    HeldState,
    Proposal,
    ProposalState,
    StepKind,
    StepOutcome,
    StepState,
)
from .capacity import Capacity, capacity_of

OWNERS = {
    StepKind.ADMINISTRATIVE: Role.ACCESS_OFFICER,
    StepKind.TECHNICAL: Role.TECHNICAL_REVIEWER,
    StepKind.PEER_REVIEW: Role.ACCESS_OFFICER,
    StepKind.RIGHT_TO_REPLY: Role.ACCESS_OFFICER,
    StepKind.PANEL: Role.PANEL_CHAIR,
}
SECONDERS = {
    StepKind.ADMINISTRATIVE: Role.ACCESS_OFFICER,
    StepKind.TECHNICAL: Role.TECHNICAL_LEAD,
}


@dataclass(frozen=True)
class Row:
    """``waits_for`` is a role, ``asked`` the node-seconds that the site found right, or else
    those of the request.

    Whoever belongs to the proposal sees neither what is held nor that anything is.
    """

    proposal: Proposal
    step: EvaluationStep | None
    due_at: dt.datetime | None
    is_overdue: bool
    is_seconded: bool
    waits_for: str
    held: HeldOutcome | None
    asked: int


def latest_decision_due():
    """By when each proposal is to be decided, as a column; a paused clock's last date."""
    due = Deadline.objects.filter(
        kind="decision",
        met_at=None,
        resumed_at=None,
        subject_type=ContentType.objects.get_for_model(Proposal),
        subject_id=OuterRef("pk"),
    )
    return Subquery(due.order_by("-due_at").values("due_at")[:1])


def rows_of(panel_round, *, by, at):
    """The proposals of a round, those with a held award first; queries do not grow with them."""
    own = set(_involving(by, panel_round).values_list("pk", flat=True))
    proposed = Finding.objects.filter(step__proposal=OuterRef("pk"), state=FindingState.PROPOSED)
    held = HeldOutcome.objects.filter(state=HeldState.HELD)
    proposals = (
        panel_round.proposals.exclude(state=ProposalState.DRAFT)
        .select_related("organisation", "offer__partition__system", "offer__share")
        .annotate(
            due_at=latest_decision_due(),
            is_proposed=Exists(proposed),
        )
        .prefetch_related(
            Prefetch("steps", to_attr="all_steps"),
            Prefetch("held_outcomes", held, to_attr="held"),
        )
        .order_by("reference")
    )
    rows = [_row(proposal, at=at, is_own=proposal.pk in own) for proposal in proposals]
    return sorted(rows, key=_order)


@dataclass(frozen=True)
class Pool:
    """A share as it stands, and with ``wanted`` more node-seconds awarded out of it."""

    share: FundingShare
    capacity: Capacity
    wanted: int

    @property
    def left_after(self):
        return self.capacity.left - self.wanted

    @property
    def percent_after(self):
        load = self.capacity.load_with(self.wanted, partition=self.share.partition)
        return 100 * load


def awarded_in(rows, *, also):
    """``{share id: node-seconds}`` if the proposals ``also``, on which nothing is held, won."""
    wanted = Counter()
    for row in rows:
        if row.proposal.pk in also and row.held is None and row.asked:
            wanted[row.proposal.offer.share_id] += row.asked
    return wanted


def pools_of(panel_round, wanted):
    """The pools that the round's awards come from, with what more is ``wanted``."""
    offers = panel_round.call.offers.select_related("share__partition__system")
    shares = {offer.share_id: offer.share for offer in offers}
    return [Pool(share, capacity_of(share), wanted[pk]) for pk, share in shares.items()]


def _involving(user, panel_round):
    """The proposals of a round that ``user`` belongs to, see ``rules.is_involved``."""
    return panel_round.proposals.filter(
        Q(applicant=user) | Q(team__email=user.email) | Q(organisation__memberships__user=user)
    )


def _row(proposal, *, at, is_own):
    active = (step for step in proposal.all_steps if step.state == StepState.ACTIVE)
    step = next(active, None)
    is_open = proposal.state == ProposalState.IN_EVALUATION
    held = proposal.held[0] if proposal.held and not is_own else None
    owner = ""
    if step is not None and is_open and held is None:
        owner = (SECONDERS if proposal.is_proposed else OWNERS)[StepKind(step.kind)].label
    return Row(
        proposal=proposal,
        step=step,
        due_at=proposal.due_at if step else None,
        is_overdue=bool(step and proposal.due_at and proposal.due_at <= at),
        is_seconded=proposal.is_proposed,
        waits_for=owner,
        held=held,
        asked=_asked(proposal),
    )


def _asked(proposal):
    found = [step.gpu_hours for step in proposal.all_steps if step.gpu_hours]
    gpu_hours = found[0] if found else proposal.gpu_hours
    return proposal.offer.partition.node_seconds(gpu_hours=gpu_hours)


def _order(row):
    places = [StepOutcome.AWARD, StepOutcome.RESERVE, StepOutcome.REJECT]
    place = places.index(row.held.outcome) if row.held else len(places)
    rank = row.held.rank or 0 if row.held else 0
    return place, rank, row.proposal.reference
