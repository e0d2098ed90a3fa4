"""The desk of a round: its proposals by step, its pools, its panel, its publication."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jaif_portal import clock
from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.views.tables import stream_csv
from onboarding.models import Role, User

from ..flows.desk import awarded_in, pools_of, rows_of
from ..flows.panel import seat_panel
from ..flows.publishing import (
    complete_round,
    confirm_publication,
    propose_publication,
    publish_rest,
    return_publication,
)
from ..models import PublicationState, Round, RoundState
from .cells import moment
from .guards import in_state

COLUMNS = ["reference", "title", "organisation", "step", "due_at", "waits_for", "outcome"]
PANEL = [Role.PANEL_CHAIR, Role.PEER_REVIEWER, Role.ACCESS_OFFICER]


class SeatsForm(forms.Form):
    present = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Present"),
        queryset=User.objects.filter(groups__name__in=PANEL, is_active=True).distinct(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Say so again whenever somebody comes or leaves."),
    )


class PublishForm(forms.Form):
    force_reason = forms.CharField(
        label=gettext_lazy("Why although proposals are undecided"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Only needed while the panel has not decided on all proposals."),
    )


class ReturnForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 3}))


def waiting(panel_round):
    """Whether a publication waits for a second person."""
    if panel_round.publications.filter(state=PublicationState.PROPOSED).exists():
        return ""
    return _("No publication of this round waits for confirmation.")


def not_waiting(panel_round):
    if waiting(panel_round):
        return ""
    return _("A publication of this round waits for confirmation.")


def failed(panel_round):
    if panel_round.held_outcomes.filter(state="held").exclude(failure="").exists():
        return ""
    return _("Nothing failed when this round was published.")


@admin.register(Round)
class RoundAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["__str__", "stage", "cut_off", "proposals"]
    list_filter = ["call__mode"]
    list_select_related = ["call__mode"]
    ordering = ["-cut_off_at"]
    fields = ["call", "stage", "cut_off"]
    readonly_fields = ["stage", "cut_off"]
    change_form_template = "admin/round_change_form.html"
    acts = [
        Act(
            name="seats",
            label=gettext_lazy("Say who of the panel is present"),
            flow=seat_panel,
            form=SeatsForm,
            permission="allocations.seat_panel",
            initial=lambda row: {
                "present": row.seats.filter(is_present=True).values_list("member", flat=True)
            },
        ),
        Act(
            name="publish",
            label=gettext_lazy("Propose to publish the round"),
            flow=propose_publication,
            form=PublishForm,
            permission="allocations.propose_publication",
            possible=not_waiting,
            text=gettext_lazy("A second person confirms it; then each letter goes out."),
        ),
        Act(
            name="confirm",
            label=gettext_lazy("Confirm and publish"),
            flow=confirm_publication,
            permission="allocations.confirm_publication",
            possible=waiting,
            text=gettext_lazy("Offers are made and all letters go out."),
            grave=True,
        ),
        Act(
            name="return",
            label=gettext_lazy("Return the publication"),
            flow=return_publication,
            form=ReturnForm,
            permission="allocations.confirm_publication",
            possible=waiting,
        ),
        Act(
            name="retry",
            label=gettext_lazy("Publish what failed"),
            flow=publish_rest,
            permission="allocations.confirm_publication",
            possible=failed,
            grave=True,
        ),
        Act(
            name="complete",
            label=gettext_lazy("Complete the round"),
            flow=complete_round,
            permission="allocations.complete_round",
            possible=in_state(RoundState.PUBLISHED),
            grave=True,
        ),
    ]

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_csv"
        view = self.admin_site.admin_view(self.csv_view)
        return [path("<int:pk>/proposals.csv", view, name=name), *super().get_urls()]

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("call__mode")
        return rows.annotate(count=Count("proposals", filter=~Q(proposals__state="draft")))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            rows = rows_of(obj, by=request.user, at=clock.now())
            ticked = {int(pk) for pk in request.GET.getlist("award") if pk.isdecimal()}
            context |= {
                "rows": rows,
                "ticked": ticked,
                "pools": pools_of(obj, awarded_in(rows, also=ticked)),
                "failures": [row.held for row in rows if row.held and row.held.failure],
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def csv_view(self, request, pk):
        """What the desk shows, for spreadsheets."""
        obj = self.get_object(request, str(pk))
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        rows = rows_of(obj, by=request.user, at=clock.now())
        return stream_csv([COLUMNS, *map(_line, rows)], filename=f"{obj}.csv".replace(" ", "-"))

    @admin.display(description=gettext_lazy("stage"))
    def stage(self, panel_round):
        return panel_round.stage(at=clock.now()).label

    @admin.display(description=gettext_lazy("cut-off"), ordering="cut_off_at")
    def cut_off(self, panel_round):
        return moment(panel_round.cut_off_at) or _("Rolling intake")

    @admin.display(description=gettext_lazy("proposals"), ordering="count")
    def proposals(self, panel_round):
        return panel_round.count


def _line(row):
    return [
        row.proposal.reference,
        row.proposal.title,
        str(row.proposal.organisation),
        row.step.get_kind_display() if row.step else row.proposal.get_state_display(),
        row.due_at.isoformat() if row.due_at else "",
        str(row.waits_for),
        row.held.get_outcome_display() if row.held else "",
    ]
