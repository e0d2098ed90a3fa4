from django.contrib import admin

from jaif_portal.admin.acts import ReadOnlyMixin

from ..models import LedgerAccount, LedgerEntry


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["__str__", "kind", "credited", "debited", "held", "lapsed", "updated_at"]
    list_filter = ["kind"]
    list_select_related = [
        "partition__system",
        "share__partition__system",
        "allocation__project",
        "allocation__partition__system",
    ]


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["key", "kind", "debit", "credit", "node_seconds", "at", "by"]
    list_filter = ["kind"]
    search_fields = ["key"]
    list_select_related = [
        "by",
        *(
            f"{side}__{path}"
            for side in ("debit", "credit")
            for path in ("partition__system", "share", "allocation__project")
        ),
        "debit__allocation__partition__system",
        "credit__allocation__partition__system",
    ]
    show_full_result_count = False
