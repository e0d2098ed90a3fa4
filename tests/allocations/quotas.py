"""Allocations with a monthly quota on a machine that they have to themselves."""

import datetime as dt

from allocations.flows.jobs import submit_job
from allocations.flows.lifecycle import keep_deadlines
from allocations.flows.queue import advance_partition
from allocations.models import AccessPolicy, Job, LedgerAccount
from jaif_portal import clock
from tests.allocations import factories

MONTH = 1_500_000  # node-seconds: a third of 5,000 GPU-hours
NODE_HOURS = 3600


def quiet_machine():
    booster = factories.booster()
    booster.background_load = 0
    booster.advanced_until = clock.now().replace(microsecond=0) - dt.timedelta(seconds=1)
    booster.save()
    return booster


def monthly(policy="block", **answers):
    """Three months from now on, of 1,500,000 node-seconds each."""
    quiet_machine()
    AccessPolicy.objects.update(acct_mode="monthly", exhaustion_policy=policy)
    return factories.active(**({"months": 3} | answers))


def submit(allocation, *, node_seconds, nodes=100, runtime=None):
    """A job that uses its whole time limit, or ``runtime`` seconds of it."""
    limit = node_seconds // nodes
    return submit_job(
        allocation,
        by=allocation.project.proposal.applicant,
        name="train",
        nodes=nodes,
        time_limit=limit,
        runtime=runtime or limit,
    )


def pass_time(allocation, *, until):
    """Let the queue and the timers catch up with the moment ``until``, as tasks do."""
    progress = advance_partition(allocation.partition_id, until=until)
    keep_deadlines(until=until)
    return progress.reached


def account_of(allocation):
    return LedgerAccount.objects.select_related("allocation__month").get(allocation=allocation)


def table(allocation):
    """``[(quota, carried, used, lapsed), ...]`` of the months that have closed."""
    closed = allocation.months.filter(closed_at__isnull=False)
    return list(closed.values_list("node_seconds", "carried", "used", "lapsed"))


def states(allocation):
    jobs = Job.objects.filter(allocation=allocation).order_by("pk")
    return list(jobs.values_list("state", "started_at", "ended_at", "low_priority"))
