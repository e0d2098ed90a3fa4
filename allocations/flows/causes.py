"""What jobs have waited for: each second of a wait belongs to one cause."""

import datetime as dt
from collections import Counter
from itertools import pairwise

from django.db import models
from django.utils.translation import gettext_lazy as _

from jaif_portal import clock

from ..models import PendingReason


class WaitCause(models.TextChoices):
    """The causes of a wait, in the order in which a job gets past them."""

    CONDITIONS = "dependency", _("Its own conditions: other jobs, begin time, hold")
    LIMITS = "limit", _("Limits: hours, jobs or nodes at a time")
    PRIORITY = "priority", _("Other jobs ahead in the queue")
    RESOURCES = "resources", _("Enough free nodes at the same time")
    UNKNOWN = "not_recorded", _("Not recorded")


CAUSES = {  # all others are limits
    PendingReason.NONE: WaitCause.UNKNOWN,
    PendingReason.BEGIN_TIME: WaitCause.CONDITIONS,
    PendingReason.DEPENDENCY: WaitCause.CONDITIONS,
    PendingReason.DEPENDENCY_NEVER_SATISFIED: WaitCause.CONDITIONS,
    PendingReason.JOB_HELD_USER: WaitCause.CONDITIONS,
    PendingReason.JOB_HELD_ADMIN: WaitCause.CONDITIONS,
    PendingReason.JOB_HOLD_MAX_REQUEUE: WaitCause.CONDITIONS,
    PendingReason.PRIORITY: WaitCause.PRIORITY,
    PendingReason.RESOURCES: WaitCause.RESOURCES,
    PendingReason.RESERVATION: WaitCause.RESOURCES,
    PendingReason.REQ_NODE_NOT_AVAIL: WaitCause.RESOURCES,
}


def decompose(job, *, at):
    """``{cause: seconds}`` of all that ``job`` has waited until ``at``, also after requeues.

    The causes add up to the wait. A reason is known from the end of the step of the queue that
    found it; what lies between submission and the first one counts as the first one.
    """
    changes = [(clock.moment(second), reason) for second, reason in job.reason_log]
    total = Counter()
    for begin, end in _waits(job, at):
        total += _divide(
            begin, end, [(when, reason) for when, reason in changes if begin <= when < end]
        )
    return {cause: total[cause] for cause in WaitCause if total[cause]}


def _waits(job, at):
    """``(begin, end)`` of each time the job has waited, before every run and until now."""
    begin = job.submitted_at
    for run in sorted(job.runs.all(), key=lambda run: run.started_at):
        yield begin, run.started_at
        begin = run.ended_at
    end = job.started_at or job.ended_at or at
    if end > begin:
        yield begin, end


def _divide(begin, end, changes):
    """The seconds of one wait by cause; ``changes`` are ``(moment, reason)`` within it."""
    if not changes:
        return Counter({WaitCause.UNKNOWN: _seconds(end - begin)})
    moments = [begin, *(moment for moment, _reason in changes[1:]), end]
    seconds = Counter()
    for (_moment, reason), (start, stop) in zip(changes, pairwise(moments), strict=True):
        cause = CAUSES.get(reason, WaitCause.LIMITS)
        seconds[cause] += _seconds(stop - start)
    return seconds


def _seconds(length):
    return length // dt.timedelta(seconds=1)
