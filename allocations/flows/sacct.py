"""Jobs as Slurm's ``sacct`` reports them: a record for each run (``man sacct``)."""

from django.db.models import Prefetch

from ..models import Job, JobState, PendingReason, elapsed_seconds

SIGNALS = 128  # an exit code above this is that of a signal


def accountable(jobs):
    """``jobs`` with all that ``records`` asks for, whatever their number."""
    return jobs.select_related(
        "allocation__project", "partition", "submitted_by", "qos"
    ).prefetch_related("runs", "dependencies__on", Prefetch("dependencies__on__tasks", _ends()))


def records(job):
    """``[{sacct's field: value}, ...]``: earlier runs first, as with ``--duplicates``.

    Moments are ``datetime``, ``...Raw`` are seconds or joules, ``None`` is not known (yet).
    """
    return [
        {field: value(job, run) for field, value in FIELDS.items()}
        for run in [*job.runs.all(), job]
    ]


def energy(run, partition):
    """Joules of a run that has ended, or ``None`` where a node's power is not known."""
    if partition.node_watts is None:
        return None
    return partition.node_watts * run.nodes * elapsed_seconds(run)


def eligible_at(job):
    """The moment from which nothing but nodes, hours and its place kept the job waiting.

    Slurm also waits for the release of a hold; here a job that was held counts from before.
    ``None`` while the job waits for a moment or for other jobs, or where it never came so far.
    """
    blocked = job.state == JobState.PENDING and PendingReason(job.reason).is_blocked
    if blocked or job.eligible_at is None:
        return None
    moments = [job.eligible_at, job.begin_at]
    for dependency in job.dependencies.all():
        others = list(dependency.on.tasks.all()) if dependency.on_array else [dependency.on]
        moments += [other.ended_at for other in others if other is not None]
    latest = max(moment for moment in moments if moment is not None)
    end = job.started_at or job.ended_at
    return None if end is not None and latest > end else latest


def _ends():
    return Job.objects.only("array", "ended_at").order_by()


def _resources(run, partition):
    cores, gpus = run.nodes * partition.cores_per_node, run.nodes * partition.gpus_per_node
    return f"billing={cores},cpu={cores},gres/gpu={gpus},node={run.nodes}"


def _exit_code(job):
    """``code:signal``."""
    if job.state == JobState.CANCELLED and job.started_at:
        return "0:15"
    if not job.ended_by_itself:
        return "0:0"
    code = job.exit_code
    return f"0:{code - SIGNALS}" if code > SIGNALS else f"{code}:0"


def _clock(seconds):
    """``[D-]HH:MM:SS``."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    time = f"{hours:02}:{minutes:02}:{seconds:02}"
    return f"{days}-{time}" if days else time


def _state(job, run):
    return job.state.upper() if run is job else "REQUEUED"


def _reason(job, run):
    return job.reason if run is job and job.state == JobState.PENDING else "None"


def _eligible(job, run):
    return eligible_at(job) if run is job else run.started_at


def _planned(job, run):
    """How long it waited once it was eligible."""
    eligible = _eligible(job, run)
    if eligible is None or run.started_at is None:
        return None
    return _clock(int((run.started_at - eligible).total_seconds()))


# What sacct calls it, and how it is read off a job and one of its runs.
FIELDS = {
    "JobID": lambda job, run: job.number,
    "JobIDRaw": lambda job, run: job.pk,
    "JobName": lambda job, run: job.name,
    "User": lambda job, run: job.submitted_by.email,
    "Account": lambda job, run: job.allocation.project.budget,
    "Partition": lambda job, run: job.partition.name,
    "QOS": lambda job, run: "normal" if job.qos is None else job.qos.name,
    "Priority": lambda job, run: job.priority if run is job else None,
    "Submit": lambda job, run: job.submitted_at,
    "Eligible": _eligible,
    "Start": lambda job, run: run.started_at,
    "End": lambda job, run: run.ended_at,
    "Elapsed": lambda job, run: _clock(elapsed_seconds(run)),
    "ElapsedRaw": lambda job, run: elapsed_seconds(run),
    "Timelimit": lambda job, run: _clock(run.time_limit),
    "NNodes": lambda job, run: run.nodes,
    "ReqTRES": lambda job, run: _resources(run, job.partition),
    "AllocTRES": lambda job, run: _resources(run, job.partition) if run.started_at else "",
    "CPUTimeRAW": lambda job, run: job.partition.cores_per_node * run.nodes * elapsed_seconds(run),
    "State": _state,
    "ExitCode": lambda job, run: _exit_code(job) if run is job else "0:0",
    "Reason": _reason,
    "Planned": _planned,
    "Restarts": lambda job, run: job.restarts if run is job else run.number,
    "Comment": lambda job, run: job.comment,
    "Reservation": lambda job, run: str(job.reservation_id or ""),
    "NodeList": lambda job, run: run.node_list or "None assigned",
    "ConsumedEnergyRaw": lambda job, run: energy(run, job.partition),
}
