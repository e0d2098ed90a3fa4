from django.contrib import admin

from jaif_portal.admin.acts import ReadOnlyMixin

from ..models import Country, Membership, Organisation


class MembershipInline(ReadOnlyMixin, admin.TabularInline):
    model = Membership
    fields = ["user", "role"]
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "organisation")


@admin.register(Organisation)
class OrganisationAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """What organisations say about themselves; their representatives edit it."""

    list_display = ["name", "kind", "country", "registration_number", "staff", "founded_on"]
    list_filter = ["kind", "country__basis"]
    list_select_related = ["country"]
    search_fields = ["name", "registration_number", "members__email"]
    fields = [
        "name",
        "kind",
        "country",
        "registration_number",
        "founded_on",
        "staff",
        "turnover_eur",
        "balance_sheet_eur",
    ]
    inlines = [MembershipInline]


@admin.register(Country)
class CountryAdmin(admin.ModelAdmin):
    """Whose organisations may apply: a decision of the access office, taken here."""

    list_display = ["code", "name_en", "name_de", "basis"]
    list_display_links = ["code", "name_en"]
    list_filter = ["basis"]
    search_fields = ["code", "name_en", "name_de"]
    fields = ["code", "name_en", "name_de", "basis"]
    readonly_fields = ["code", "name_en", "name_de"]
