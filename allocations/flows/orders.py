"""What people ask of jobs that are there: cancel, hold, release, requeue, change.

A cancellation and a requeue happen at their moment of portal time. What else is asked for
counts from the first second that the queue has not computed yet.
"""

import datetime as dt

import rules
from django.db import transaction
from django.utils.translation import gettext_noop

from jaif_portal import clock
from jaif_portal.exceptions import Refusal
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import remark

from ..exceptions import (
    JobEnded,
    JobHeldByAdmin,
    JobNotRunning,
    JobNotWaiting,
    RequeueNotAllowed,
)
from ..models import Job, JobHold, JobState, PendingReason
from .specs import require_possible, require_within


@transaction.atomic
def cancel_job(job, *, by):
    """Ask for a job to be taken back; the queue does it at this moment of portal time.

    What it has used until then is charged. Asking twice changes nothing.
    """
    job = _lock(job)
    require(by, "allocations.cancel_job", job)
    if JobState(job.state).is_final:
        raise JobEnded
    if job.cancel_requested_at is None:
        job.cancel_requested_at = clock.now().replace(microsecond=0)
        job.save(update_fields=["cancel_requested_at"])
    return job


@transaction.atomic
def hold_job(job, *, by):
    """Keep a waiting job from starting until it is released. It keeps its place in the queue.

    An administrator who has no part in the job holds it as such. Holding twice changes nothing.

    Raises ``JobNotWaiting``.
    """
    job = _lock(job)
    require(by, "allocations.control_job", job)
    _require_waiting(job)
    hold = JobHold.ADMIN if _is_in_charge(by, job) else JobHold.USER
    if job.hold in {hold, JobHold.ADMIN}:
        return job
    return _set_hold(job, hold, by=by, note=HELD[hold])


@transaction.atomic
def release_job(job, *, by):
    """Let a job that was held go its way. Releasing a job that nobody holds changes nothing.

    Raises ``JobNotWaiting``, or ``JobHeldByAdmin`` where only an administrator may.
    """
    job = _lock(job)
    require(by, "allocations.control_job", job)
    _require_waiting(job)
    if job.hold == JobHold.NOBODY:
        return job
    if job.hold == JobHold.ADMIN and not _is_in_charge(by, job):
        raise JobHeldByAdmin
    return _set_hold(job, JobHold.NOBODY, by=by, note=gettext_noop("Released."))


@transaction.atomic
def requeue_job(job, *, by):
    """Ask for a running job to start again from its beginning, as if submitted at this moment.

    It keeps its number; what it has run is charged. Asking twice changes nothing.

    Raises ``JobNotRunning``, or ``RequeueNotAllowed`` where it was submitted as not to be.
    """
    job = _lock(job)
    require(by, "allocations.control_job", job)
    if job.state != JobState.RUNNING:
        raise JobNotRunning
    if not job.may_requeue:
        raise RequeueNotAllowed
    if job.requeue_requested_at is None:
        now = clock.now()
        job.requeue_requested_at = now.replace(microsecond=0)
        job.save(update_fields=["requeue_requested_at"])
        remark(job, by=by, at=now, note=gettext_noop("Asked to start again."))
    return job


@transaction.atomic
def modify_job(job, *, by, nodes=None, time_limit=None):
    """Let a waiting job ask for another number of nodes or another time limit (seconds).

    With less it keeps its place in the queue; with more of either it queues anew, so that
    nobody behind it is delayed.

    Raises ``JobNotWaiting``, or ``JobNotPossible`` where it could never start.
    """
    job = _lock(job)
    require(by, "allocations.control_job", job)
    _require_waiting(job)
    before = job.nodes, job.time_limit
    after = nodes or job.nodes, time_limit or job.time_limit
    if after == before:
        return job
    require_possible(job.allocation, nodes=after[0], time_limit=after[1])
    require_within(job.qos, nodes=after[0], time_limit=after[1])
    job.nodes, job.time_limit = after
    if after[0] > before[0] or after[1] > before[1]:
        job.eligible_at, job.reason = None, PendingReason.NONE
    job.save(update_fields=["nodes", "time_limit", "eligible_at", "reason"])
    remark(job, by=by, at=clock.now(), note=f"{_shape(*before)} → {_shape(*after)}")
    return job


@transaction.atomic
def for_all_tasks(flow, job, *, by):
    """Let ``flow`` act on each task of the job's array; return those on which it did.

    Tasks that refuse, because they have ended or run, are left alone; the refusal is raised
    where all do.
    """
    if job.array_id is None:
        return [flow(job, by=by)]
    done, refusal = [], None
    rows = Job.objects.filter(array=job.array_id).select_for_update().order_by("pk")
    for task in rows:
        try:
            done.append(flow(task, by=by))
        except Refusal as found:
            refusal = found
    if refusal is not None and not done:
        raise refusal
    return done


HELD = {
    JobHold.USER: gettext_noop("Put on hold."),
    JobHold.ADMIN: gettext_noop("Put on hold by an administrator."),
}


def _lock(job):
    rows = Job.objects.select_for_update(of=("self",)).select_related(
        "allocation__account", "allocation__project", "partition__system"
    )
    return rows.get(pk=job.pk)


def _require_waiting(job):
    if JobState(job.state).is_final:
        raise JobEnded
    if job.state != JobState.PENDING:
        raise JobNotWaiting


def _is_in_charge(user, job):
    """Whether ``user`` acts on the job as an administrator, not as one of its people."""
    return rules.has_perm("allocations.administer_job", user, job)


def _set_hold(job, hold, *, by, note):
    job.hold = hold
    job.save(update_fields=["hold"])
    remark(job, by=by, at=clock.now(), note=note)
    return job


def _shape(nodes, time_limit):
    return f"{nodes} × {dt.timedelta(seconds=time_limit)}"
