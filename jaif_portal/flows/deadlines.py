"""Timers: set, met, or fired once, each in its own transaction."""

import logging

from django.db import connection, transaction

from .. import clock
from ..exceptions import NotYet
from ..models import Deadline

logger = logging.getLogger(__name__)


def set_deadline(kind, subject, *, due_at):
    """Start a timer. Setting the same one again changes nothing, unless it was met: it runs on."""
    deadline, _created = Deadline.objects.get_or_create(
        kind=kind,
        subject_type=_type_of(subject),
        subject_id=subject.pk,
        due_at=due_at,
    )
    if deadline.met_at is not None:
        deadline.met_at = None
        deadline.save(update_fields=["met_at"])
    return deadline


def meet_deadlines(subject, *kinds, at):
    """Stop the timers of ``subject``, paused ones too: what they waited for has happened."""
    timers = Deadline.objects.of(subject).filter(kind__in=kinds)
    (timers.running() | timers.paused()).update(met_at=at)


def pause_deadlines(subject, *, at):
    """Stop every running timer of ``subject`` that is not yet due."""
    Deadline.objects.of(subject).running().filter(due_at__gt=at).update(paused_at=at)


def resume_deadlines(subject, *, at):
    """Go on with what ``pause_deadlines`` stopped: each has the working time left that it had."""
    for deadline in Deadline.objects.of(subject).paused():
        left = clock.working_time(deadline.paused_at, deadline.due_at)
        due_at = clock.add_working_time(at, left)
        if due_at == deadline.due_at:  # nothing was lost, as over a weekend
            deadline.paused_at = None
        else:
            deadline.resumed_at = at
            set_deadline(deadline.kind, subject, due_at=due_at)
        deadline.save(update_fields=["paused_at", "resumed_at"])


def fire_due(handlers, *, until):
    """Fire every timer of the kinds in ``handlers`` that is due by ``until``, oldest first.

    A handler is called as ``handler(subject, at=due_at)`` and may set further timers;
    those already due fire too, so that a jump of the clock comes to the same as the
    passing of time. One that raises ``NotYet`` is asked again next time; any other
    failure is noted on the row and holds up no other.

    Returns the number of timers fired.
    """
    fired, tried = 0, set()
    while (pk := _next_due(handlers, until=until, leaving_out=tried)) is not None:
        tried.add(pk)
        try:
            fired += _fire(pk, handlers)
        except NotYet:
            continue
        except Exception as failure:
            logger.exception("deadline %s failed", pk)
            Deadline.objects.filter(pk=pk).update(failure=repr(failure)[:500])
    return fired


def _next_due(handlers, *, until, leaving_out):
    due = Deadline.objects.running().filter(kind__in=list(handlers), due_at__lte=until)
    return due.exclude(pk__in=leaving_out).values_list("pk", flat=True).first()


@transaction.atomic
def _fire(pk, handlers):
    skip_locked = connection.features.has_select_for_update_skip_locked
    rows = Deadline.objects.running().select_for_update(skip_locked=skip_locked)
    deadline = rows.filter(pk=pk).first()
    if deadline is None:
        return False
    handlers[deadline.kind](deadline.subject, at=deadline.due_at)
    deadline.fired_at = clock.now()
    deadline.failure = ""
    deadline.save(update_fields=["fired_at", "failure"])
    return True


def _type_of(subject):
    return Deadline(subject=subject).subject_type
