"""What a waiting job waits for, in figures that anybody can read."""

from django.db.models import Q, Sum

from jaif_portal import clock

from ..models import Job, JobState


def prospects(job):
    """How long ``job`` has waited, how many are before it, and which nodes are free now."""
    live = Job.objects.live().filter(partition=job.partition_id)
    busy = live.filter(state=JobState.RUNNING).aggregate(nodes=Sum("nodes"))["nodes"] or 0
    earlier = Q(submitted_at__lt=job.submitted_at) | Q(submitted_at=job.submitted_at, pk__lt=job.pk)
    waiting = live.filter(state=JobState.PENDING, eligible_at__isnull=False)
    return {
        "seconds": max(0, int((clock.now() - job.submitted_at).total_seconds())),
        "ahead": waiting.filter(earlier).count(),
        "free": max(0, job.partition.nodes - busy),
    }
