"""What a waiting job waits for, in figures that anybody can read."""

from django.db.models import Q, Sum

from jaif_portal import clock

from ..models import BLOCKING, Job, JobState


def prospects(job):
    """How long ``job`` has waited, how many are before it, and which nodes are free now."""
    live = Job.objects.live().filter(partition=job.partition_id)
    busy = live.filter(state=JobState.RUNNING).aggregate(nodes=Sum("nodes"))["nodes"] or 0
    since = job.eligible_at or job.submitted_at
    earlier = Q(eligible_at__lt=since) | Q(eligible_at=since, pk__lt=job.pk)
    waiting = live.filter(state=JobState.PENDING).exclude(reason__in=BLOCKING)
    return {
        "seconds": max(0, int((clock.now() - job.submitted_at).total_seconds())),
        "ahead": waiting.filter(earlier).count(),
        "free": max(0, job.partition.nodes - busy),
    }
