"""An estimate in jobs as long as the portal's machine allows."""

from django.db.models import Max

from ..estimates import estimate
from ..models import Partition

USUAL_JOB_SECONDS = 12 * 3600  # where the portal knows no machine yet


def estimate_on(gpu, work):
    """The estimate of ``work(job_seconds=…)`` on one kind of GPU."""
    longest = Partition.objects.aggregate(longest=Max("longest_limit"))["longest"]
    return estimate(work(job_seconds=longest or USUAL_JOB_SECONDS), gpu)
