"""The numbers of peer review, what counts as a conflict, and who read what is sealed."""

import csv
from itertools import chain

from django.contrib import admin
from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import ReadOnlyMixin

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


class Echo:
    """What ``csv`` writes to: it hands each line on."""

    def write(self, line):
        return line


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
        """Streamed, in one query; an address that a spreadsheet takes for a formula is quoted."""
        writer = csv.writer(Echo())
        head = ["at", "recorded_at", "by", "proposal", "item", "address"]
        rows = queryset.select_related("by", "proposal").iterator(chunk_size=1000)
        lines = (
            [
                read.at.isoformat(),
                read.recorded_at.isoformat(),
                f"'{read.by.email}" if read.by.email[0] in "=+-@" else read.by.email,
                read.proposal.reference,
                read.item,
                read.address or "",
            ]
            for read in rows
        )
        response = StreamingHttpResponse(
            (writer.writerow(line) for line in chain([head], lines)), content_type="text/csv"
        )
        response["Content-Disposition"] = 'attachment; filename="sealed_reads.csv"'
        return response
