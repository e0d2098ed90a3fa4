from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge

from ..flows.quota import set_accounting
from ..flows.standing import enforcement
from ..models import (
    AccountingMode,
    Allocation,
    AllocationState,
    Award,
    ExhaustionPolicy,
    Project,
    ProjectMember,
    QuotaMonth,
)
from .corrections import CORRECT
from .filters import PartitionFilter
from .obligations import CLOSE


class AccountingForm(forms.Form):
    acct_mode = forms.ChoiceField(label=_("Accounting"), choices=AccountingMode)
    exhaustion_policy = forms.ChoiceField(
        label=_("When the quota is used up"), choices=ExhaustionPolicy
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("It is kept in the allocation's history."),
    )


def not_ended(allocation):
    ended = AllocationState(allocation.state).is_over
    return gettext("The allocation has ended.") if ended else ""


class ProjectMemberInline(ReadOnlyMixin, admin.TabularInline):
    model = ProjectMember
    extra = 0


class AllocationInline(ReadOnlyMixin, admin.TabularInline):
    model = Allocation
    fields = ["partition", "share", "state", "node_seconds", "starts_at", "ends_at"]
    readonly_fields = fields
    show_change_link = True
    extra = 0


class QuotaMonthInline(ReadOnlyMixin, admin.TabularInline):
    model = QuotaMonth
    fields = [
        "number",
        "opens",
        "node_seconds",
        "carried",
        "used",
        "corrected",
        "lapsed",
        "forgiven",
        "closed_at",
    ]
    readonly_fields = ["opens"]
    extra = 0

    @admin.display(description=_("opens"))
    def opens(self, month):
        return timezone.localtime(month.starts_at)


@admin.register(Project)
class ProjectAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["identifier", "title", "organisation", "created_at"]
    search_fields = ["identifier", "budget", "title", "organisation__name", "members__email"]
    list_select_related = ["organisation"]
    inlines = [AllocationInline, ProjectMemberInline]


@admin.register(Allocation)
class AllocationAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["project", "partition", state_badge, "quota_means", "starts_at", "ends_at"]
    list_filter = ["state", "acct_mode", ("partition", PartitionFilter)]
    search_fields = ["project__identifier", "project__budget"]
    list_select_related = ["project", "partition__system", "account", "month"]
    inlines = [QuotaMonthInline]
    acts = [
        CORRECT,
        CLOSE,
        Act(
            name="accounting",
            label=_("Change the accounting"),
            flow=set_accounting,
            permission="allocations.set_accounting",
            form=AccountingForm,
            possible=not_ended,
            initial=lambda allocation: {
                "acct_mode": allocation.acct_mode,
                "exhaustion_policy": allocation.exhaustion_policy,
            },
            text=_(
                "What the allocation has left stays what it is. Into months it is divided evenly "
                "over the rest of the period."
            ),
        ),
    ]

    @admin.display(description=_("quota"))
    def quota_means(self, allocation):
        return enforcement(allocation.account).label


@admin.register(Award)
class AwardAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["proposal", "node_seconds", "months", "offered_at", "answer_by", "answered_at"]
    list_select_related = ["proposal"]
    search_fields = ["proposal__reference"]
