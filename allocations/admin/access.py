from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import Act, ActsMixin
from jaif_portal.admin.display import state_badge

from ..flows.calls import close_call, open_call, pause_call
from ..flows.late_codes import issue_late_code
from ..flows.limits import in_words
from ..flows.review_policies import carry_over
from ..flows.rounds import add_round_series
from ..forms import AccessModeForm, AccessPolicyForm, LateCodeIssueForm, RoundSeriesForm
from ..models import AccessMode, AccessPolicy, Call, CallState, CheckItem, Round, SystemOffer
from .cells import moment, two_lines
from .guards import before


class CheckItemInline(admin.TabularInline):
    model = CheckItem
    extra = 0


@admin.register(AccessMode)
class AccessModeAdmin(admin.ModelAdmin):
    inlines = [CheckItemInline]
    form = AccessModeForm
    list_display = ["code", "name_en", "series", "letters"]


@admin.register(AccessPolicy)
class AccessPolicyAdmin(admin.ModelAdmin):
    """A limit is changed by a new row with a later date, never in an old one."""

    form = AccessPolicyForm
    list_display = ["mode", "valid_from", "hours", "decision_days"]
    list_filter = ["mode"]
    list_select_related = ["mode"]
    save_as = True

    def has_change_permission(self, request, obj=None):
        """A policy that proposals were begun under stays as it is."""
        used = obj is not None and obj.proposals.exists()
        return not used and super().has_change_permission(request, obj)

    def save_related(self, request, form, formsets, change):
        """A new policy reviews as the mode's last one did, until somebody changes that."""
        super().save_related(request, form, formsets, change)
        carry_over(form.instance)

    @admin.display(description=_("compute time"), ordering="most_hours")
    def hours(self, policy):
        return in_words(policy)


class SystemOfferInline(admin.TabularInline):
    model = SystemOffer
    extra = 0


class RoundInline(admin.TabularInline):
    model = Round
    extra = 0
    readonly_fields = ["last_number"]


@admin.register(Call)
class CallAdmin(ActsMixin, admin.ModelAdmin):
    list_display = ["call", state_badge, "opens", "closes"]
    list_filter = ["state", "mode"]
    list_select_related = ["mode"]
    readonly_fields = ["state"]
    inlines = [SystemOfferInline, RoundInline]
    acts = [
        Act(
            name="open",
            label=_("Open the call"),
            flow=open_call,
            possible=before(CallState.OPEN),
            permission="allocations.run_calls",
        ),
        Act(
            name="pause",
            label=_("Pause the call"),
            flow=pause_call,
            possible=before(CallState.PAUSED),
            permission="allocations.run_calls",
            text=_("No proposal can be submitted until it is opened again; drafts stay."),
        ),
        Act(
            name="close",
            label=_("Close the call"),
            flow=close_call,
            possible=before(CallState.CLOSED),
            permission="allocations.run_calls",
            text=_("For good: a closed call is never opened again."),
            grave=True,
        ),
        Act(
            name="add_rounds",
            label=_("Add a series of rounds"),
            flow=add_round_series,
            form=RoundSeriesForm,
            permission="allocations.run_calls",
            text=_("Cut-offs that the call already has are left as they are."),
        ),
        Act(
            name="late_code",
            label=_("Let somebody hand in late"),
            flow=issue_late_code,
            form=LateCodeIssueForm,
            permission="allocations.run_calls",
            text=_(
                "The person gets a code by mail that works once, for one proposal under this call."
            ),
        ),
    ]

    @admin.display(description=_("call"), ordering="title_en")
    def call(self, call):
        return two_lines(call, call.mode)

    @admin.display(description=_("opens at"), ordering="opens_at")
    def opens(self, call):
        return moment(call.opens_at)

    @admin.display(description=_("closes at"), ordering="closes_at")
    def closes(self, call):
        return moment(call.closes_at)
