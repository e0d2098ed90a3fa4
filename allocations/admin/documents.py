"""What comes with proposals: files, frozen revisions, late codes, and the limits of intake."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from jaif_portal import clock
from jaif_portal.admin.acts import ReadOnlyMixin

from ..flows.revisions import differences
from ..models import Attachment, IntakePolicy, LateCode, ResourceLine, Revision
from .cells import moment, two_lines


@admin.register(IntakePolicy)
class IntakePolicyAdmin(admin.ModelAdmin):
    """Limits change by a new row with a later date; one that is in force stays as it is."""

    list_display = ["valid_from", "most_files", "most_file_bytes", "most_pages", "alike_percent"]
    save_as = True

    def has_change_permission(self, request, obj=None):
        ahead = obj is None or obj.valid_from > clock.now()
        return ahead and super().has_change_permission(request, obj)


@admin.register(LateCode)
class LateCodeAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["person", "call", "until", "issued_by", "redeemed_at"]
    list_filter = ["call", ("redeemed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["person", "call__mode", "issued_by"]
    search_fields = ["person__email", "reason"]


@admin.register(Revision)
class RevisionAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """A revision and what differs from the one before, field by field and word by word."""

    list_display = ["revision", "at", "by", "short_hash"]
    list_select_related = ["proposal", "by"]
    search_fields = ["proposal__reference", "proposal__title"]
    fields = ["proposal", "number", "at", "by", "sha256", "document", "changes"]
    readonly_fields = ["document", "changes"]
    ordering = ["-pk"]

    def get_queryset(self, request):
        return Revision.objects.visible_to(request.user)

    @admin.display(description=_("revision"), ordering="proposal__reference")
    def revision(self, revision):
        return two_lines(
            f"{revision.proposal.reference} r{revision.number}", revision.proposal.title
        )

    @admin.display(description="SHA-256")
    def short_hash(self, revision):
        return revision.sha256[:16]

    @admin.display(description=_("document"))
    def document(self, revision):
        return pdf_link(revision)

    @admin.display(description=_("changes"))
    def changes(self, revision):
        before = revision.proposal.revisions.filter(number=revision.number - 1).first()
        changes = differences(revision, before=before) if before else []
        return render_to_string("admin/revision_changes.html", {"changes": changes})


class ResourceLineInline(ReadOnlyMixin, admin.TabularInline):
    model = ResourceLine
    fields = ["workload", "description", "runs", "devices", "device", "hours"]
    extra = 0


class AttachmentInline(ReadOnlyMixin, admin.TabularInline):
    model = Attachment
    fields = [
        "download",
        "kind",
        "content_type",
        "size_bytes",
        "sha256",
        "scanned_by",
        "removed_at",
    ]
    readonly_fields = fields
    extra = 0

    @admin.display(description=_("file"))
    def download(self, attachment):
        address = reverse("allocations:attachment", args=[attachment.proposal_id, attachment.pk])
        return format_html('<a href="{}">{}</a>', address, attachment.name)


class RevisionInline(ReadOnlyMixin, admin.TabularInline):
    model = Revision
    fields = ["number", "moment", "by", "sha256", "document"]
    readonly_fields = fields
    show_change_link = True
    extra = 0

    @admin.display(description=_("at"))
    def moment(self, revision):
        return moment(revision.at)

    @admin.display(description=_("document"))
    def document(self, revision):
        return pdf_link(revision)


def pdf_link(revision):
    address = reverse("allocations:revision_pdf", args=[revision.proposal_id, revision.number])
    return format_html('<a href="{}">PDF</a>', address)
