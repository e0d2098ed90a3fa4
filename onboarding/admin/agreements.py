from django.contrib import admin

from jaif_portal.admin.acts import ReadOnlyMixin

from ..models import Acceptance, Terms


@admin.register(Terms)
class TermsAdmin(admin.ModelAdmin):
    """A text that somebody has signed is not changed any more: write a new version."""

    list_display = ["kind", "version", "valid_from"]
    list_filter = ["kind"]
    fields = ["kind", "version", "valid_from", "text_en", "text_de"]

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.acceptances.exists():
            return False
        return super().has_change_permission(request, obj)


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["user", "terms", "accepted_at"]
    list_filter = ["terms"]
    list_select_related = ["user", "terms"]
    search_fields = ["user__email", "user__name"]
