"""The scheduler takes note of the accounts that may submit to it."""

from django.db import connection
from django.db.models import Exists, OuterRef

from onboarding.flows.cases import complete_step
from onboarding.models import StepKind

from ..models import Allocation, AllocationState


def associations_missing():
    """For partitions: whether there are accounts that are not known to the queue."""
    return Exists(_missing().filter(partition=OuterRef("pk")))


def _missing():
    return Allocation.objects.filter(state=AllocationState.PENDING_ONBOARDING, associated_at=None)


def acknowledge_associations(partition, *, at):
    """Make new budgets known to the partition's queue, and tick the step of their cases.

    One that somebody else is at is left for the next time, so that the queue never waits.
    """
    skip_locked = connection.features.has_select_for_update_skip_locked
    rows = _missing().select_for_update(of=("self",), skip_locked=skip_locked)
    pending = rows.filter(partition=partition)
    for allocation in pending.select_related("project", "case").order_by("pk"):
        allocation.associated_at = at
        allocation.save(update_fields=["associated_at"])
        complete_step(
            allocation.case,
            kind=StepKind.ASSOCIATION,
            evidence=f"{allocation.project.budget} – {partition}",
            at=at,
        )
