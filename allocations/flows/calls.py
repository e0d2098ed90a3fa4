"""Opening, pausing and closing a call."""

from django.db import transaction

from jaif_portal import clock
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move

from ..exceptions import CallNotReady
from ..models import Call, CallState


@transaction.atomic
def open_call(call, *, by):
    """Let a call take proposals, for the first time or again after a pause.

    Raises ``CallNotReady`` while it offers no system, has no round, or its mode no policy.
    """
    call, now = _lock(call, by=by)
    policies = call.mode.policies.valid(at=call.opens_at)
    if not (call.offers.exists() and call.rounds.exists() and policies.exists()):
        raise CallNotReady
    move(call, to=CallState.OPEN, by=by, at=now)
    return call


@transaction.atomic
def pause_call(call, *, by):
    """Take no proposals for a while; drafts stay."""
    call, now = _lock(call, by=by)
    move(call, to=CallState.PAUSED, by=by, at=now)
    return call


@transaction.atomic
def close_call(call, *, by):
    """Take no more proposals, for good."""
    call, now = _lock(call, by=by)
    move(call, to=CallState.CLOSED, by=by, at=now)
    return call


def _lock(call, *, by):
    require(by, "allocations.run_calls", call)
    rows = Call.objects.select_for_update(of=("self",)).select_related("mode")
    return rows.get(pk=call.pk), clock.now()
