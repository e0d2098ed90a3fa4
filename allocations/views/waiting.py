"""What a waiting job waits for, in figures that anybody can read."""

import datetime as dt

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.views.generic import View

from jaif_portal import clock
from jaif_portal.views.tables import stream_csv

from ..flows.causes import WaitCause, decompose
from ..models import BLOCKING, Job, JobState, PartitionStatus, Project

COLUMNS = [
    "job",
    "name",
    "partition",
    "nodes",
    "time_limit",
    "state",
    "submitted_at",
    "started_at",
    "ended_at",
    "waited",
]


def prospects(job, *, at):
    """How long ``job`` has waited, how many are before it, and which nodes are free now.

    ``ahead`` is ``None`` where priorities decide, which are kept of projects' jobs alone.
    """
    live = Job.objects.live().filter(partition=job.partition_id)
    status = PartitionStatus.objects.select_related("partition").filter(pk=job.partition_id).first()
    since = job.eligible_at or job.submitted_at
    earlier = Q(eligible_at__lt=since) | Q(eligible_at=since, pk__lt=job.pk)
    waiting = live.filter(state=JobState.PENDING).exclude(reason__in=BLOCKING)
    return {
        "seconds": max(0, int((at - job.submitted_at).total_seconds())),
        "ahead": waiting.filter(earlier).count() if job.priority is None else None,
        "free": status.free if status else job.partition.nodes,
    }


def waits_of(job, *, at):
    """``[(cause in words, seconds), ...]`` of what the job has waited for so far."""
    return [(cause.label, seconds) for cause, seconds in decompose(job, at=at).items()]


class WaitsCSV(LoginRequiredMixin, View):
    """What each job of a visible project has waited for: evidence for its report."""

    def get(self, request, pk):
        project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
        jobs = Job.objects.filter(allocation__project=project).select_related("partition__system")
        jobs = jobs.defer("script").prefetch_related("runs").order_by("pk")
        return stream_csv(_rows(jobs, at=clock.now()), filename=f"waits-{project.identifier}.csv")


def _rows(jobs, *, at):
    """Machine-readable: names in English, moments in UTC, waits in seconds."""
    yield [*COLUMNS, *WaitCause.values]
    for job in jobs.iterator(chunk_size=500):
        waits = decompose(job, at=at)
        yield [
            job.number,
            job.name,
            str(job.partition),
            job.nodes,
            job.time_limit,
            job.state,
            *(_moment(moment) for moment in (job.submitted_at, job.started_at, job.ended_at)),
            sum(waits.values()),
            *(waits.get(cause, 0) for cause in WaitCause),
        ]


def _moment(moment):
    return moment.astimezone(dt.UTC).isoformat() if moment else ""
