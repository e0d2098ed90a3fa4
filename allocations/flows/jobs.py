"""Submitting and cancelling jobs. What becomes of them is up to ``flows.queue``."""

import math

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import record_birth

from ..exceptions import AllocationNotActive, JobEnded, JobNotPossible
from ..models import Allocation, AllocationState, Job, JobState
from ..scheduler import workload

SHORTEST_LIMIT = 60


@transaction.atomic
def submit_job(allocation, *, by, name, nodes, time_limit, script="", runtime=None, exit_code=None):
    """Put a job into the queue of the allocation's partition.

    ``time_limit`` and ``runtime`` are seconds. ``runtime`` and ``exit_code`` say how the
    simulated job will go; left out, the workload model draws them.

    Raises ``AllocationNotActive``, or ``JobNotPossible`` where the job could never start;
    a job that the budget cannot pay for *now* is taken in and waits.
    """
    rows = Allocation.objects.select_for_update(of=("self",))
    allocation = rows.select_related("partition__system", "account", "project").get(
        pk=allocation.pk
    )
    require(by, "allocations.submit_job", allocation)
    now = clock.now().replace(microsecond=0)
    if allocation.state != AllocationState.ACTIVE or now >= allocation.ends_at:
        raise AllocationNotActive
    _require_possible(allocation, nodes=nodes, time_limit=time_limit)
    job = Job.objects.create(
        partition=allocation.partition,
        allocation=allocation,
        share_id=allocation.share_id,
        submitted_by=by,
        name=name,
        script=script,
        nodes=nodes,
        time_limit=time_limit,
        runtime=runtime or time_limit,
        exit_code=exit_code or 0,
        submitted_at=now,
    )
    if runtime is None:
        seed = f"{allocation.partition.seed}/job/{job.pk}"
        job.runtime, drawn = workload.outcome(seed, limit=time_limit)
        job.exit_code = drawn if exit_code is None else exit_code
        job.save(update_fields=["runtime", "exit_code"])
    record_birth(job, by=by, at=now)
    return job


@transaction.atomic
def cancel_job(job, *, by):
    """Ask for a job to be taken back; the queue does it at this moment of portal time.

    What it has used until then is charged. Asking twice changes nothing.
    """
    job = Job.objects.select_for_update(of=("self",)).select_related("allocation").get(pk=job.pk)
    require(by, "allocations.cancel_job", job)
    if JobState(job.state).is_final:
        raise JobEnded
    if job.cancel_requested_at is None:
        job.cancel_requested_at = clock.now().replace(microsecond=0)
        job.save(update_fields=["cancel_requested_at"])
    return job


def nodes_for(partition, *, gpus):
    """Whole nodes that hold ``gpus`` GPUs: a node is never shared."""
    return math.ceil(gpus / partition.gpus_per_node)


def _number(value, *, places=0):
    """``value`` as the reader writes numbers."""
    return number_format(value, places, use_l10n=True, force_grouping=True)


def _require_possible(allocation, *, nodes, time_limit):
    partition, account = allocation.partition, allocation.account
    if not 1 <= nodes <= partition.nodes:
        raise JobNotPossible(
            _("%(partition)s has %(most)s nodes. Ask for 1 to %(most)s.")
            % {"partition": partition, "most": _number(partition.nodes)}
        )
    if not SHORTEST_LIMIT <= time_limit <= partition.longest_limit:
        raise JobNotPossible(
            _(
                "The time limit must lie between 1 minute and %(hours)g hours. Split longer "
                "work into jobs that save their state and go on from it."
            )
            % {"hours": partition.longest_limit / 3600}
        )
    left = account.credited - account.debited
    if nodes * time_limit > left:
        raise JobNotPossible(
            _(
                "This job may use up to %(cost)s node-hours, and the allocation has "
                "%(left)s left. Ask for fewer nodes or a shorter time limit."
            )
            % {
                "cost": _number(nodes * time_limit / 3600, places=1),
                "left": _number(left / 3600, places=1),
            }
        )
