"""A forecast in a sentence that anybody understands."""

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

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
            return _("Most likely starts %(middle)s, but it may take longer than four weeks.") % {
                "middle": _about(_nearest(self.p50, 30 * MINUTE), at)
            }
        if self.p90 < at:
            return _("Was expected to start by now. A new forecast is on its way.")
        if self.p90 <= at + SOON:
            return _("Probably starts within the next 10 minutes.")
        return self._between(at)

    def _roughly(self, at):
        if self.p50 <= at + SOON:
            return _("Roughly estimated, it starts within the next 10 minutes.")
        return _("Roughly estimated, it starts %(middle)s.") % {
            "middle": _about(_nearest(self.p50, 15 * MINUTE), at)
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
            return _("Probably starts by %(last)s; most likely %(middle)s.") % {
                "last": _moment(last, at),
                "middle": _about(middle, at),
            }
        if localdate(first) == localdate(last):
            return _(
                "Probably starts %(day)s between %(first)s and %(last)s; "
                "most likely about %(middle)s."
            ) % {
                "day": _on(first, at),
                "first": _time(first),
                "last": _time(last),
                "middle": _time(middle),
            }
        return _("Probably starts between %(first)s and %(last)s; most likely %(middle)s.") % {
            "first": _moment(first, at),
            "last": _moment(last, at),
            "middle": _about(middle, at),
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
    """Today and tomorrow by name; nothing for other days."""
    days = (localdate(moment) - localdate(at)).days
    return {0: _("today"), 1: _("tomorrow")}.get(days, "")


def _date(moment):
    return date_format(localtime(moment), pgettext("date format", "l, j F"))


def _on(moment, at):
    return _day(moment, at) or _("on %(date)s") % {"date": _date(moment)}


def _moment(moment, at):
    words = {"time": _time(moment), "day": _day(moment, at), "date": _date(moment)}
    return (_("%(time)s %(day)s") if words["day"] else _("%(time)s on %(date)s")) % words


def _about(moment, at):
    words = {"time": _time(moment), "day": _day(moment, at), "date": _date(moment)}
    return (
        _("about %(time)s %(day)s") if words["day"] else _("about %(time)s on %(date)s")
    ) % words
