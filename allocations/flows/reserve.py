"""The reserve list: who waits for hours of a system in a call, in which order, until when."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from jaif_portal.flows.transitions import move

from ..exceptions import PromotionNotPossible
from ..models import ProposalState, ReservePlace
from . import letters


@dataclass(frozen=True)
class AwardTerms:
    """What a proposal would get or gets."""

    node_seconds: int
    months: int
    remarks: str = ""
    rank: int | None = None

    @classmethod
    def of(cls, row):
        """Those of a held outcome or of a place on the reserve list."""
        return cls(row.node_seconds, row.months, row.remarks, row.rank)


def waiting_for(offer):
    """The places on the list of a system in a call, first come first: by round, then by rank."""
    places = ReservePlace.objects.filter(
        proposal__state=ProposalState.RESERVE, proposal__offer=offer
    )
    return places.order_by("proposal__round_id", "rank")


def put_on_reserve(proposal, terms, *, by, at, note=""):
    """Give the proposal its rank in the round, or the place after the last one."""
    rank = terms.rank
    if rank is None:
        last = waiting_for(proposal.offer).filter(proposal__round=proposal.round)
        rank = (last.aggregate(last=Max("rank"))["last"] or 0) + 1
    ReservePlace.objects.update_or_create(
        proposal=proposal,
        defaults={
            "rank": rank,
            "node_seconds": terms.node_seconds,
            "months": terms.months,
            "remarks": terms.remarks,
            "valid_until": at + dt.timedelta(days=proposal.policy.reserve_days),
        },
    )
    move(proposal, to=ProposalState.RESERVE, by=by, at=at, note=note)
    letters.on_reserve(proposal)
    return proposal


def require_next(place, *, at):
    """Raise ``PromotionNotPossible`` unless it is this proposal's turn."""
    if place.valid_until <= at:
        raise PromotionNotPossible(_("This place on the reserve list is no longer valid."))
    proposal = place.proposal
    ahead = waiting_for(proposal.offer).filter(
        Q(proposal__round_id__lt=proposal.round_id)
        | Q(proposal__round_id=proposal.round_id, rank__lt=place.rank),
        valid_until__gt=at,
    )
    first = ahead.select_related("proposal").first()
    if first is not None:
        raise PromotionNotPossible(
            _("%(reference)s comes first on the reserve list. Offer to it, or end its place.")
            % {"reference": first.proposal.reference}
        )
