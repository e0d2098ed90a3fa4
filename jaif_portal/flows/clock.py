"""Setting the portal clock: rate, pause, and jumps forward."""

from django.db import transaction
from django.utils import timezone

from .. import clock
from ..exceptions import ClockOnlyMovesForward
from ..models import ClockChange, PortalClock
from .permissions import require


@transaction.atomic
def set_clock(*, by, rate=None, to=None):
    """Let portal time pass at ``rate`` (0 pauses) from now on, or jump forward to ``to``.

    ``by`` is ``None`` where the portal itself does it.

    Raises ``ClockOnlyMovesForward`` for a ``to`` that lies in the portal's past.
    """
    if by is not None:
        require(by, "jaif_portal.set_clock")
    wall = timezone.now()
    PortalClock.objects.get_or_create(pk=1, defaults={"anchor": wall, "anchored_at": wall})
    row = PortalClock.objects.select_for_update().get(pk=1)
    wall = timezone.now()  # read under the lock: what was set meanwhile counts from there
    before, old_rate = row.at(wall), row.rate
    after = before if to is None else to
    if after < before:
        raise ClockOnlyMovesForward
    row.anchor, row.anchored_at = after, wall
    row.rate = old_rate if rate is None else rate
    row.save(update_fields=["anchor", "anchored_at", "rate"])
    ClockChange.objects.create(
        by=by, old_time=before, new_time=after, old_rate=old_rate, new_rate=row.rate
    )
    return row


def start_clock(*, rate):
    """Set the clock to wall time at ``rate``, once: a clock that runs is left alone."""
    if not PortalClock.objects.exists():
        set_clock(by=None, rate=rate)
    return clock.read()


def pause_clock():
    """Stop portal time while the portal is down, unless somebody already has."""
    if clock.read().rate:
        set_clock(by=None, rate=0)


def resume_clock():
    """Let portal time pass again as before ``pause_clock``; a person's own pause stays."""
    last = ClockChange.objects.first()
    if last is not None and last.by is None and last.new_rate == 0:
        set_clock(by=None, rate=last.old_rate)
