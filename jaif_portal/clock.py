"""Portal time, in which every date of the domain is read.

Security (sessions, tokens, throttles, signatures) lives in wall time: ``django.utils.timezone``.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

from .models import Holiday, PortalClock

BRUSSELS = ZoneInfo("Europe/Brussels")
WEEKEND = {5, 6}


def read():
    """The clock's row; wall time at rate 1 where none has been set."""
    wall = timezone.now()
    return PortalClock.objects.first() or PortalClock(anchor=wall, anchored_at=wall, rate=1)


def now():
    """Portal time, in one query: call it once and hand the moment on as ``at=``."""
    return read().at(timezone.now())


def seconds(moment):
    """``moment`` as whole seconds since the epoch, the scheduler's unit."""
    return int(moment.timestamp())


def moment(seconds):
    """The scheduler's second as a moment."""
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


def add_working_days(start, days):
    """The moment ``days`` working days after ``start``, at the same time of day in Brussels.

    A start on a free day counts from the next working day's midnight on.
    """
    local = start.astimezone(BRUSSELS)
    holidays = set(Holiday.objects.filter(day__gte=local.date()).values_list("day", flat=True))
    day, time = local.date(), local.timetz()
    if is_free(day, holidays):
        time = dt.time(tzinfo=BRUSSELS)
        while is_free(day, holidays):
            day += dt.timedelta(days=1)
    for _step in range(days):
        day += dt.timedelta(days=1)
        while is_free(day, holidays):
            day += dt.timedelta(days=1)
    return dt.datetime.combine(day, time).astimezone(dt.UTC)


def working_time(start, end):
    """How much of the time from ``start`` to ``end`` lies on working days of Brussels."""
    start, end = (moment.astimezone(BRUSSELS).replace(tzinfo=None) for moment in (start, end))
    holidays = set(Holiday.objects.filter(day__gte=start.date()).values_list("day", flat=True))
    total = dt.timedelta()
    while start < end:
        midnight = _next_midnight(start)
        if not is_free(start.date(), holidays):
            total += min(midnight, end) - start
        start = midnight
    return total


def add_working_time(start, duration):
    """The first moment by which ``duration`` of working days has passed since ``start``.

    ``add_working_days`` for amounts that are no whole days, such as what a pause has left.
    """
    here = start.astimezone(BRUSSELS).replace(tzinfo=None)
    holidays = set(Holiday.objects.filter(day__gte=here.date()).values_list("day", flat=True))
    while is_free(here.date(), holidays) or duration >= _next_midnight(here) - here:
        midnight = _next_midnight(here)
        if not is_free(here.date(), holidays):
            duration -= midnight - here
        here = midnight
    return (here + duration).replace(tzinfo=BRUSSELS).astimezone(dt.UTC)


def _next_midnight(local):
    return dt.datetime.combine(local.date() + dt.timedelta(days=1), dt.time())  # local


def is_free(day, holidays):
    """Whether ``day`` is a Saturday, a Sunday or one of ``holidays``."""
    return day.weekday() in WEEKEND or day in holidays
