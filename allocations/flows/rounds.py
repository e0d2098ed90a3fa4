"""Rounds of a call, added as a series: "the 1st of each month at 10:00, 12 times"."""

import datetime as dt

from dateutil.rrule import MONTHLY, rrule
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.permissions import require

from ..exceptions import RoundsNotPossible
from ..models import Call, Round


@transaction.atomic
def add_round_series(call, *, by, first_on, days, time, every, count):
    """Add the ``count`` cut-offs that follow from the day ``first_on`` on; return the new rounds.

    ``days`` are days of the month, ``every`` is in months, ``time`` is Brussels time. Cut-offs
    that the call already has are left as they are, so that doing it twice adds nothing.

    Raises ``RoundsNotPossible`` for a rolling call and for cut-offs outside the call's period.
    """
    require(by, "allocations.run_calls", call)
    call = Call.objects.select_for_update().get(pk=call.pk)
    present = list(call.rounds.all())
    if any(row.cut_off_at is None for row in present):
        raise RoundsNotPossible(_("This call is rolling: it has one round without a cut-off."))
    moments = series(first_on=first_on, days=days, time=time, every=every, count=count)
    _require_within(call, moments)
    known = {row.cut_off_at for row in present}
    added = []
    for moment in (moment for moment in moments if moment not in known):
        year = moment.astimezone(clock.BRUSSELS).year
        numbers = [row.number for row in [*present, *added] if row.year == year]
        added.append(
            Round.objects.create(
                call=call, year=year, number=max(numbers, default=0) + 1, cut_off_at=moment
            )
        )
    return added


def series(*, first_on, days, time, every, count):
    """The moments of a series, oldest first. A day that a month lacks is left out."""
    start = dt.datetime.combine(first_on, time)
    rule = rrule(MONTHLY, dtstart=start, interval=every, bymonthday=days, count=count)
    return [moment.replace(tzinfo=clock.BRUSSELS).astimezone(dt.UTC) for moment in rule]


def _require_within(call, moments):
    outside = [moment for moment in moments if not call.opens_at < moment <= call.closes_at]
    if outside:
        raise RoundsNotPossible(
            _(
                "The cut-off on %(day)s lies outside the call, which runs from %(opens)s to "
                "%(closes)s. Change the call’s dates first, or ask for fewer rounds."
            )
            % {
                "day": date_format(outside[0].astimezone(clock.BRUSSELS), "DATE_FORMAT"),
                "opens": date_format(call.opens_at.astimezone(clock.BRUSSELS), "DATE_FORMAT"),
                "closes": date_format(call.closes_at.astimezone(clock.BRUSSELS), "DATE_FORMAT"),
            }
        )
