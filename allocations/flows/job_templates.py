"""Jobs to start from: kept from a job, shared with its project, filled in again."""

from django.db import IntegrityError, transaction

from jaif_portal.flows.permissions import require

from ..exceptions import TemplateExists
from ..models import JobTemplate
from .arrays import write_array

KEPT = ("name", "nodes", "time_limit", "script", "comment", "may_requeue")


def shape_of(row):
    """What a job or a template hands on to a new job: its shape, not its conditions."""
    array = row.array if isinstance(row, JobTemplate) else _array_of(row)
    return {name: getattr(row, name) for name in KEPT} | {"array": array}


def save_template(job, *, by, title, shared=False):
    """Keep a job as a template: for oneself, or ``shared`` with the job's project.

    Raises ``TemplateExists``.
    """
    require(by, "allocations.submit_job", job.allocation)
    try:
        with transaction.atomic():
            return JobTemplate.objects.create(
                owner=by,
                project=job.allocation.project if shared else None,
                title=title,
                **shape_of(job),
            )
    except IntegrityError as error:
        raise TemplateExists from error


def drop_template(template, *, by):
    """Throw a template away; dropping one twice changes nothing."""
    require(by, "allocations.drop_job_template", template)
    JobTemplate.objects.filter(pk=template.pk).delete()


def _array_of(job):
    if job.array_id is None:
        return ""
    tasks = job.array.tasks.order_by("task").values_list("task", flat=True)
    return write_array(tasks, limit=job.task_limit)
