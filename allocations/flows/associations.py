"""The scheduler takes note of the accounts that may submit to it."""

from django.utils.translation import gettext as _

from onboarding.flows.cases import complete_step
from onboarding.models import StepKind

from ..models import Allocation, AllocationState


def acknowledge_associations(partition, *, at):
    """Make new budgets known to the partition's queue, and tick the step of their cases."""
    pending = Allocation.objects.select_for_update(of=("self",)).filter(
        partition=partition, state=AllocationState.PENDING_ONBOARDING, associated_at=None
    )
    for allocation in pending.select_related("project", "case").order_by("pk"):
        allocation.associated_at = at
        allocation.save(update_fields=["associated_at"])
        complete_step(
            allocation.case,
            kind=StepKind.ASSOCIATION,
            evidence=_("Account %(budget)s on %(partition)s")
            % {"budget": allocation.project.budget, "partition": partition},
            at=at,
        )
