"""Change requests at the desk: granted by one or two persons, or refused with a reason."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge

from ..flows.change_requests import grant_change, refuse_change
from ..models import ChangeRequest, ChangeState
from .guards import before
from .obligations import AcceptReportForm, WaiveReportForm

SECONDS_PER_HOUR = 3600


@admin.register(ChangeRequest)
class ChangeRequestAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["allocation", "kind", state_badge, "months", "hours", "requested_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["allocation__project", "allocation__partition__system"]
    search_fields = ["allocation__project__identifier", "reason"]
    acts = [
        Act(
            name="grant",
            label=_("Grant the request"),
            flow=grant_change,
            form=AcceptReportForm,
            permission="allocations.decide_change",
            possible=before(ChangeState.GRANTED),
            text=_(
                "It is carried out at once. More hours than the partition's limit wait for an "
                "administrator or a panel chair."
            ),
            grave=True,
        ),
        Act(
            name="refuse",
            label=_("Refuse the request"),
            flow=refuse_change,
            form=WaiveReportForm,
            permission="allocations.decide_change",
            possible=before(ChangeState.REFUSED),
        ),
    ]

    @admin.display(description=_("GPU-hours"), ordering="node_seconds")
    def hours(self, change):
        gpus = change.allocation.partition.gpus_per_node
        return change.node_seconds * gpus // SECONDS_PER_HOUR
