"""A forecast in a sentence that anybody understands."""

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

SOON = dt.timedelta(minutes=10)
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)

# How exact moments are given, by how far they lie apart or ahead.
GRAINS = [(2 * 60 * MINUTE, 5 * MINUTE), (12 * 60 * MINUTE, 15 * MINUTE), (None, 30 * MINUTE)]


@dataclass(frozen=True, slots=True)
class Expectation:
    """The moments before which a job starts in 10, 50 and 90 % of all cases.

    ``None`` lies beyond the four weeks that are looked ahead. Where only the one in the middle
    is there, it comes from a single run.
    """

    p10: dt.datetime | None
    p50: dt.datetime | None
    p90: dt.datetime | None

    def sentence(self, *, at):
        """When the job will start, as one would say it at the moment ``at``."""
        if self.p50 is None:
            return _("Probably does not start within the next four weeks.")
        if self.p10 is None:
            return self._roughly(at)
        if self.p90 is None:
            return _(
                "Most likely starts about %(middle)s, but it may take longer than four weeks."
            ) % {"middle": _moment(_nearest(self.p50, 30 * MINUTE), at)}
        if self.p90 < at:
            return _("Was expected to start by now. A new forecast is on its way.")
        if self.p90 <= at + SOON:
            return _("Probably starts within the next 10 minutes.")
        return self._between(at)

    def _roughly(self, at):
        if self.p50 <= at + SOON:
            return _("Roughly estimated, it starts within the next 10 minutes.")
        return _("Roughly estimated, it starts about %(middle)s.") % {
            "middle": _moment(_nearest(self.p50, 15 * MINUTE), at)
        }

    def _between(self, at):
        grain = _grain(self.p90 - max(self.p10, at))
        first, last = _floor(self.p10, grain), _floor(self.p90 + grain - SECOND, grain)
        middle = _nearest(self.p50, grain)
        if self.p50 <= at + SOON:
            return _("Probably starts by %(last)s, and most likely within 10 minutes.") % {
                "last": _moment(last, at)
            }
        if self.p10 <= at + SOON:
            return _("Probably starts by %(last)s; most likely about %(middle)s.") % {
                "last": _moment(last, at),
                "middle": _moment(middle, at),
            }
        if localdate(first) == localdate(last):
            return _(
                "Probably starts %(day)s between %(first)s and %(last)s; "
                "most likely about %(middle)s."
            ) % {
                "day": _day(first, at),
                "first": _time(first),
                "last": _time(last),
                "middle": _time(middle),
            }
        return _(
            "Probably starts between %(first)s and %(last)s; most likely about %(middle)s."
        ) % {
            "first": _moment(first, at),
            "last": _moment(last, at),
            "middle": _moment(middle, at),
        }


def _grain(span):
    return next(grain for most, grain in GRAINS if most is None or span <= most)


def _floor(moment, grain):
    """The last full ``grain`` by the moment, in local time."""
    local = localtime(moment)
    return local - (local - local.replace(hour=0, minute=0, second=0, microsecond=0)) % grain


def _nearest(moment, grain):
    return _floor(moment + grain / 2, grain)


def _time(moment):
    return date_format(localtime(moment), "TIME_FORMAT")


def _day(moment, at):
    days = (localdate(moment) - localdate(at)).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return _("on %(date)s") % {"date": date_format(localtime(moment), "l, j F")}


def _moment(moment, at):
    return _("%(time)s %(day)s") % {"day": _day(moment, at), "time": _time(moment)}
