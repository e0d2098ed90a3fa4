"""The nightly check of the ledger, whose result is kept for the health page and the staff."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from jaif_portal import clock

from ..models import LedgerCheck
from .audit import check_ledger

NIGHT = dt.time(2, 0, tzinfo=dt.UTC)
MOST_LINES = 50  # of an invariant's breaches; the command lists them all


def check_if_due():
    """Check the ledger unless it has been since last night at two; return the check, if any."""
    last_night = dt.datetime.combine(timezone.now().date(), NIGHT)
    if last_night > timezone.now():
        last_night -= dt.timedelta(days=1)
    if LedgerCheck.objects.filter(recorded_at__gte=last_night).exists():
        return None
    return run_check()


@transaction.atomic
def run_check():
    """Check the ledger now and keep what is broken."""
    breaches = {invariant.name: lines[:MOST_LINES] for invariant, lines in check_ledger() if lines}
    return LedgerCheck.objects.create(at=clock.now(), is_clean=not breaches, breaches=breaches)


def health():
    """What the health page says of the ledger."""
    check = LedgerCheck.objects.first()
    if check is None:
        return {"ledger": {"state": "unchecked", "checked_at": None}}
    state = "ok" if check.is_clean else "broken"
    return {"ledger": {"state": state, "checked_at": check.recorded_at}}
