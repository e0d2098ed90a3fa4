from django.contrib import admin

from jaif_portal.admin.acts import ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge

from ..models import Allocation, Award, Obligation, Project, ProjectMember


class ProjectMemberInline(ReadOnlyMixin, admin.TabularInline):
    model = ProjectMember
    extra = 0


class AllocationInline(ReadOnlyMixin, admin.TabularInline):
    model = Allocation
    fields = ["partition", "share", "state", "node_seconds", "starts_at", "ends_at"]
    readonly_fields = fields
    show_change_link = True
    extra = 0


@admin.register(Project)
class ProjectAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["identifier", "title", "organisation", "created_at"]
    search_fields = ["identifier", "budget", "title", "organisation__name", "members__email"]
    list_select_related = ["organisation"]
    inlines = [AllocationInline, ProjectMemberInline]


@admin.register(Allocation)
class AllocationAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["project", "partition", state_badge, "starts_at", "ends_at"]
    list_filter = ["state", "partition"]
    search_fields = ["project__identifier", "project__budget"]
    list_select_related = ["project", "partition__system"]


@admin.register(Award)
class AwardAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["proposal", "node_seconds", "months", "offered_at", "answer_by", "answered_at"]
    list_select_related = ["proposal"]
    search_fields = ["proposal__reference"]


@admin.register(Obligation)
class ObligationAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["allocation", "kind", state_badge, "due_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["allocation__project", "allocation__partition__system"]
