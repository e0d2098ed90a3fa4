"""The numbers of peer review, what counts as a conflict, and who read what is sealed."""

from itertools import chain

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import ReadOnlyMixin
from jaif_portal.views.tables import stream_csv

from ..models import (
    ConflictRule,
    Criterion,
    PublicMailDomain,
    RelationWindow,
    ReviewPolicy,
    ScaleLabel,
    SealedRead,
)


class CriterionInline(admin.TabularInline):
    model = Criterion
    extra = 0


class ScaleInline(admin.TabularInline):
    model = ScaleLabel
    extra = 0


@admin.register(ReviewPolicy)
class ReviewPolicyAdmin(admin.ModelAdmin):
    """Changed with the access policy that it belongs to, never under proposals in evaluation."""

    list_display = ["policy", "reviewers", "alternates", "review_days", "total_threshold"]
    list_select_related = ["policy__mode"]
    inlines = [CriterionInline, ScaleInline]

    def has_change_permission(self, request, obj=None):
        used = obj is not None and obj.policy.proposals.exists()
        return not used and super().has_change_permission(request, obj)


@admin.register(ConflictRule)
class ConflictRuleAdmin(admin.ModelAdmin):
    list_display = ["kind", "severity"]


@admin.register(RelationWindow)
class RelationWindowAdmin(admin.ModelAdmin):
    list_display = ["kind", "months", "severity"]


@admin.register(PublicMailDomain)
class PublicMailDomainAdmin(admin.ModelAdmin):
    list_display = ["domain"]
    search_fields = ["domain"]


@admin.register(SealedRead)
class SealedReadAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["at", "by", "proposal_reference", "item", "address"]
    list_display_links = None
    list_filter = ["item"]
    search_fields = ["by__email", "proposal__reference", "address"]
    list_select_related = ["by", "proposal"]
    actions = ["export"]

    @admin.display(description=_("proposal"))
    def proposal_reference(self, read):
        return read.proposal.reference

    @admin.action(description=_("Export as CSV"))
    def export(self, _request, queryset):
        """Streamed, in one query."""
        head = ["at", "recorded_at", "by", "proposal", "item", "address"]
        rows = queryset.select_related("by", "proposal").iterator(chunk_size=1000)
        lines = (
            [
                read.at.isoformat(),
                read.recorded_at.isoformat(),
                read.by.email,
                read.proposal.reference,
                read.item,
                read.address or "",
            ]
            for read in rows
        )
        return stream_csv(chain([head], lines), filename="sealed_reads.csv")
