"""Whether calls and their systems take proposals, until when, and what to use instead.

A ``call`` comes with its ``offers``, their partitions, and its ``rounds``, prefetched.
"""

import datetime as dt
from dataclasses import dataclass

from ..models import Availability, Call, CallState, SystemOffer


@dataclass(frozen=True)
class OfferOpening:
    """``instead`` names another system, where this one takes no proposals."""

    offer: SystemOffer
    availability: Availability
    instead: str


@dataclass(frozen=True)
class Opening:
    """``next_cut_off`` is empty for a rolling call and for one that takes no proposals."""

    call: Call
    availability: Availability
    next_cut_off: dt.datetime | None
    offers: list[OfferOpening]

    @property
    def is_open(self):
        return self.availability == Availability.OPEN


def opening_of(call, *, at):
    """How a call stands at the moment ``at``."""
    offers = list(call.offers.all())
    standing = _call_alone(call, at=at)
    each = [offer.availability if standing == Availability.OPEN else standing for offer in offers]
    takes = [str(row.partition) for row, now in zip(offers, each, strict=True) if now == "open"]
    if standing == Availability.OPEN:
        standing = _together(each)
    intake = call.intake(at=at)
    ended = standing == Availability.CLOSED or intake is None
    return Opening(
        call=call,
        availability=standing,
        next_cut_off=None if ended else intake.cut_off_at,
        offers=[
            OfferOpening(
                offer=offer,
                availability=Availability(now),
                instead="" if now == Availability.OPEN else ", ".join(takes) or offer.fallback,
            )
            for offer, now in zip(offers, each, strict=True)
        ],
    )


def _call_alone(call, *, at):
    """What the call's own state and dates say, whatever its systems do."""
    if call.state == CallState.CLOSED or at >= call.closes_at:
        return Availability.CLOSED
    if at < call.opens_at or call.state == CallState.DRAFT:
        return Availability.UPCOMING
    if call.intake(at=at) is None:
        return Availability.CLOSED
    return Availability.PAUSED if call.state == CallState.PAUSED else Availability.OPEN


def _together(availabilities):
    """The best that one of a call's systems has to say."""
    for best in (Availability.OPEN, Availability.PAUSED, Availability.FULL):
        if best in availabilities:
            return best
    return Availability.CLOSED
