"""Who else has a draft open, by wall time."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from jaif_portal.flows.permissions import require

from ..models import Presence

AWAY = dt.timedelta(seconds=40)  # the page asks every ten seconds


@transaction.atomic
def be_present(proposal, *, by, section):
    """Note that ``by`` has ``section`` open; return who else is there."""
    require(by, "allocations.edit_proposal", proposal)
    now = timezone.now()
    Presence.objects.update_or_create(
        proposal=proposal, user=by, defaults={"section": section[:40], "seen_at": now}
    )
    others = proposal.presences.filter(seen_at__gt=now - AWAY).exclude(user=by)
    return others.select_related("user")
