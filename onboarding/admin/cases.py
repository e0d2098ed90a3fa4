from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from jaif_portal import clock
from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge
from jaif_portal.flows.permissions import require

from ..flows.cases import check_case
from ..models import CaseState, CaseStep, CaseTemplate, CaseTemplateStep, OnboardingCase


def check_again(case, *, by):
    require(by, "onboarding.work_on_cases", case)
    check_case(case, at=clock.now())


def why_not_check(case):
    if case.state == CaseState.COMPLETE:
        return translate("This case is complete, and stays so.")
    return ""


class CaseStepInline(ReadOnlyMixin, admin.TabularInline):
    model = CaseStep
    fields = ["kind", "owner", "due_at", "done_at", "evidence"]
    extra = 0


@admin.register(OnboardingCase)
class OnboardingCaseAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    acts = [
        Act(
            name="check_again",
            label=_("Check again"),
            flow=check_again,
            permission="onboarding.work_on_cases",
            possible=why_not_check,
            text=_("The portal does so every few seconds by itself."),
        )
    ]
    list_display = ["title", state_badge, "progress", "owner", "organisation"]
    list_filter = ["state", "opened_at"]
    list_select_related = ["organisation", "owner"]
    search_fields = ["title", "organisation__name", "owner__email", "owner__name"]
    fields = ["title", "organisation", "owner", "state", "opened_at", "completed_at"]
    inlines = [CaseStepInline]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(
                done=Count("steps", filter=Q(steps__done_at__isnull=False)), all=Count("steps")
            )
        )

    @admin.display(description=_("steps done"))
    def progress(self, case):
        return translate("%(done)d of %(all)d") % {"done": case.done, "all": case.all}


class CaseTemplateStepInline(admin.TabularInline):
    model = CaseTemplateStep
    fields = ["position", "kind", "owner", "working_days", "circumstance"]
    ordering = ["position"]
    extra = 0
    min_num = 1

    def get_formset(self, request, obj=None, **kwargs):
        # A case of a template without steps would let everybody pass.
        return super().get_formset(request, obj, validate_min=True, **kwargs)


@admin.register(CaseTemplate)
class CaseTemplateAdmin(admin.ModelAdmin):
    """Steps of the cases to come; those that are open keep their own."""

    list_display = ["name"]
    inlines = [CaseTemplateStepInline]
