"""Who goes last: jobs beyond a monthly quota whose policy is the lowest priority.

A job gets the lowest priority when it may cost more than is left at full priority, and keeps it
until it is resubmitted. What running jobs only hold does not count: it may come back. To the
scheduler such jobs are those of another budget, numbered below zero, so that they never take
what jobs at full priority wait for.
"""

from collections import defaultdict

from jaif_portal import clock

from ..models import ExhaustionPolicy
from ..scheduler import Budget, Cancelled, Ended, Requeued, Submitted
from .standing import left_at_full_priority, startable


def purse(job):
    """The budget that pays for ``job``, as the scheduler knows it."""
    if job.allocation_id is not None and job.low_priority:
        return -job.allocation_id
    return job.allocation_id


def budgets(jobs, accounts):
    """``{purse: what its jobs may use}`` for the jobs of one step."""
    waiting, low = _waiting(jobs, low=False), _waiting(jobs, low=True)
    purses = {}
    for pk, account in accounts.items():
        ends_at = clock.seconds(account.allocation.ends_at)
        amount = startable(account)
        if pk in low:
            amount = max(0, amount) if pk in waiting else 0
            purses[-pk] = Budget(account.available - amount, ends_at)
        purses[pk] = Budget(amount, ends_at)
    return purses


def lower(jobs, accounts):
    """Give the lowest priority to the jobs that have crossed the limit; return their ids."""
    crossed = set()
    for pk, most in _limits(accounts).items():
        for job_id, cost in _waiting(jobs, low=False)[pk].items():
            if cost > most:
                jobs[job_id].low_priority = True
                crossed.add(job_id)
    return crossed


def first_change(events, *, jobs, accounts):
    """The first second after which ``lower`` or ``budgets`` would answer otherwise, if any.

    A step of the queue ends there. So it does not depend on the steps which job goes last.
    """
    limits = _limits(accounts)
    if not limits:
        return None
    waiting, low = _waiting(jobs, low=False), _waiting(jobs, low=True)
    for event in events:
        job = jobs[event.job.id]
        pk = job.allocation_id
        if pk not in limits:
            continue
        limits[pk] -= _used(event)
        if isinstance(event, Submitted | Requeued) and not job.low_priority:
            waiting[pk][job.pk] = job.nodes * job.time_limit
        else:
            waiting[pk].pop(job.pk, None)
        if pk in low or max(waiting[pk].values(), default=0) > limits[pk]:
            return event.at
    return None


def _used(event):
    """Node-seconds for which ``event`` brings a charge."""
    if isinstance(event, Ended | Cancelled | Requeued):
        return event.job.nodes * event.elapsed
    return 0


def _limits(accounts):
    """``{allocation id: what is left at full priority}`` where more than that goes last."""
    return {
        pk: left_at_full_priority(account)
        for pk, account in accounts.items()
        if account.allocation.month is not None
        and account.allocation.exhaustion_policy == ExhaustionPolicy.LOW_PRIORITY
    }


def _waiting(jobs, *, low):
    """``{allocation id: {job id: the most it can cost}}`` of those the scheduler has seen."""
    waiting = defaultdict(dict)
    for job in jobs.values():
        if job.allocation_id is None or job.eligible_at is None or job.started_at is not None:
            continue
        if job.low_priority == low:
            waiting[job.allocation_id][job.pk] = job.nodes * job.time_limit
    return waiting
