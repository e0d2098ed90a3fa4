from django.contrib import admin

from jaif_portal.admin.acts import ReadOnlyMixin

from ..flows import regulation
from ..models import DayTotal, FundingShare, Partition, System, Tick
from .closures import ACTS
from .reports import ReportMixin
from .scheduling import CHANGE_WEIGHTS, RegulationMixin


@admin.register(System)
class SystemAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["name"]


@admin.register(Partition)
class PartitionAdmin(RegulationMixin, admin.ModelAdmin):
    acts = [*ACTS, CHANGE_WEIGHTS]
    list_display = ["name", "system", "nodes", "policy", "background_load", "advanced_until"]
    list_select_related = ["system"]
    readonly_fields = ["system", "name", "advanced_until", "background_day", "totalled_day"]

    def has_add_permission(self, _request):
        """Partitions come with the machine they belong to."""
        return False

    def save_model(self, request, obj, form, change):
        """What has changed alone, since the queue may have gone on meanwhile."""
        reason = form.cleaned_data["reason"]
        regulation.change_partition(obj, by=request.user, reason=reason, **form.changes)


@admin.register(FundingShare)
class FundingShareAdmin(ReportMixin, ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["funder", "partition", "percent", "starts_at", "ends_at"]
    list_filter = ["funder", "starts_at"]
    list_select_related = ["partition__system"]


@admin.register(Tick)
class TickAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = [
        "at",
        "partition",
        "reached",
        "lag",
        "milliseconds",
        "steps",
        "events",
        "waiting",
        "running",
    ]
    list_filter = ["partition"]
    list_select_related = ["partition__system"]


@admin.register(DayTotal)
class DayTotalAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = [
        "day",
        "partition",
        "share",
        "size_class",
        "started",
        "ended",
        "wait_seconds",
        "node_seconds",
    ]
    list_filter = ["partition", "share", "size_class"]
    list_select_related = ["partition__system", "share"]
    date_hierarchy = "day"
