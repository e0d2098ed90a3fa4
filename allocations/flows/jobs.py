"""Submitting jobs. What becomes of them is up to ``flows.queue``."""

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import birth
from jaif_portal.models import Transition

from ..exceptions import AllocationNotActive, JobNotPossible
from ..models import Allocation, AllocationState, ClosureState, Job, JobDependency, JobHold
from ..scheduler import workload
from .arrays import parse_array
from .dependencies import find_dependencies
from .specs import JobSpec, find_qos, require_possible, require_room, require_within


@transaction.atomic
def submit_job(allocation, *, by, **wishes):
    """Put a job into the queue of the allocation's partition; ``wishes`` are a ``JobSpec``.

    Of an array each task is a job of its own; the first is returned.

    Raises ``AllocationNotActive``; ``JobNotPossible`` where the job could never start;
    ``ArrayNotPossible``; ``DependencyNotPossible``. A job that the budget cannot pay for *now*
    is taken in and waits.
    """
    return submit_jobs(allocation, [JobSpec(**wishes)], by=by)[0]


@transaction.atomic
def submit_jobs(allocation, specs, *, by, chain=""):
    """Put several jobs into the queue, all or none; the first of each is returned.

    ``chain`` is the kind of dependency of each on the one before it. Raises as ``submit_job``.
    """
    allocation = lock_allocation(allocation)
    require(by, "allocations.submit_job", allocation)
    now = clock.now().replace(microsecond=0)
    if allocation.state != AllocationState.ACTIVE or now >= allocation.ends_at:
        raise AllocationNotActive
    heads = []
    for spec in specs:
        require_possible(allocation, nodes=spec.nodes, time_limit=spec.time_limit)
        if spec.begin_at is not None and spec.begin_at >= allocation.ends_at:
            raise JobNotPossible(_("The allocation ends before the job’s begin time."))
        if spec.reservation is not None:
            _require_usable(spec, allocation)
        before = [JobDependency(kind=chain, on=heads[-1])] if chain and heads else []
        heads.append(_submit(allocation, spec, by=by, at=now, dependencies=before))
    return heads


def _require_usable(spec, allocation):
    """Raise ``JobNotPossible`` where the reservation could never take the job."""
    reservation = spec.reservation
    if (
        reservation.allocation_id != allocation.pk
        or ClosureState(reservation.state).is_final
        or spec.nodes > reservation.nodes
    ):
        raise JobNotPossible(
            _("The reservation is not for this allocation, is over, or has too few nodes.")
        )


def lock_allocation(allocation):
    """The allocation, locked, with what decides on its jobs."""
    rows = Allocation.objects.select_for_update(of=("self",))
    return rows.select_related("partition__system", "account", "project").get(pk=allocation.pk)


def _submit(allocation, spec, *, by, at, dependencies):
    """Write one job, or the tasks of one array; the first is returned."""
    tasks, task_limit = [None], None
    if spec.array:
        tasks, task_limit = parse_array(spec.array, most=allocation.partition.longest_array)
    if spec.after:
        dependencies += find_dependencies(allocation, spec.after, of_array=bool(spec.array))
    qos = find_qos(allocation.partition, spec.qos)
    require_within(qos, nodes=spec.nodes, time_limit=spec.time_limit)
    require_room(qos, by=by, jobs=len(tasks))
    head = _new_job(allocation, spec, qos=qos, by=by, at=at)
    head.save()
    if spec.array:
        head.array, head.task, head.task_limit = head, tasks[0], task_limit
    _decide_outcome(head, spec)
    head.save(update_fields=["array", "task", "task_limit", "runtime", "exit_code"])
    others = []
    for task in tasks[1:]:
        job = _new_job(allocation, spec, qos=qos, by=by, at=at)
        job.array, job.task, job.task_limit = head, task, task_limit
        _decide_outcome(job, spec)
        others.append(job)
    jobs = [head, *Job.objects.bulk_create(others)]
    JobDependency.objects.bulk_create(
        JobDependency(job=job, kind=other.kind, on=other.on, on_array=other.on_array)
        for job in jobs
        for other in dependencies
    )
    Transition.objects.bulk_create(birth(job, by=by, at=at) for job in jobs)
    return head


def _new_job(allocation, spec, *, qos, by, at):
    return Job(
        partition=allocation.partition,
        allocation=allocation,
        share_id=allocation.share_id,
        submitted_by=by,
        name=spec.name,
        script=spec.batch_script,
        comment=spec.comment,
        nodes=spec.nodes,
        time_limit=spec.time_limit,
        begin_at=spec.begin_at and spec.begin_at.replace(microsecond=0),
        hold=JobHold.USER if spec.hold else JobHold.NOBODY,
        may_requeue=spec.may_requeue,
        reservation=spec.reservation,
        qos=qos,
        runtime=spec.runtime or spec.time_limit,
        exit_code=spec.exit_code or 0,
        submitted_at=at,
    )


def _decide_outcome(job, spec):
    """Draw how the job will go, as far as the person has not said so."""
    if spec.runtime is not None:
        return
    number = job.pk if job.array_id is None else f"{job.array_id}/{job.task}"
    seed = f"{job.partition.seed}/job/{number}"
    job.runtime, drawn = workload.outcome(seed, limit=job.time_limit)
    job.exit_code = drawn if spec.exit_code is None else spec.exit_code
