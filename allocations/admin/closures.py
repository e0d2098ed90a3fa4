"""Nodes that operators close and open again."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge

from ..flows import closures
from ..models import Allocation, AllocationState, ClosureState, NodeClosure
from .cells import moment, two_lines
from .filters import PartitionFilter


def moment_field(label, **options):
    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **options)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It is kept in the history; that of outages and maintenance is public."),
    )


class NodesForm(ReasonForm):
    nodes = forms.CharField(
        label=_("Nodes"),
        max_length=2000,
        help_text=_("Racks by number, such as 12,14-16, a node list, or ALL."),
    )
    field_order = ["nodes", "allocation", "starts_at", "ends_at", "reason"]


class OutageForm(NodesForm):
    ends_at = moment_field(
        _("Ends at"),
        required=False,
        help_text=_("In portal time. Left empty, it lasts until somebody ends it."),
    )


class MaintenanceForm(NodesForm):
    starts_at = moment_field(_("Starts at"), help_text=_("In portal time."))
    ends_at = moment_field(_("Ends at"), help_text=_("In portal time."))


class ReservationForm(MaintenanceForm):
    allocation = forms.ModelChoiceField(
        Allocation.objects.filter(state=AllocationState.ACTIVE).select_related(
            "project", "partition__system"
        ),
        label=_("Allocation"),
        help_text=_("Its jobs may ask for the reservation; others never run there."),
    )


def on_nodes(name, label, form, text, *, grave=False):
    """An act of a partition, by the flow of that name."""
    return Act(
        name=name.replace("_", "-"),
        label=label,
        flow=getattr(closures, name),
        permission=closures.OPERATE,
        form=form,
        possible=has_names,
        text=text,
        grave=grave,
        in_bulk=False,
    )


def has_names(partition):
    if sum(partition.racks) == partition.nodes:
        return ""
    return gettext("The nodes of this partition have no names: they are counted.")


ACTS = [
    on_nodes(
        "drain_nodes",
        _("Take nodes out of service"),
        OutageForm,
        _("No job starts on them from now on; those on them go on to their end."),
    ),
    on_nodes(
        "fail_nodes",
        _("Let nodes fail"),
        OutageForm,
        _(
            "They are down from now on. Jobs on them start again elsewhere, or end as a node "
            "failure; their projects are told by mail."
        ),
        grave=True,
    ),
    on_nodes(
        "resume_nodes",
        _("Put nodes back into service"),
        NodesForm,
        _("Ends what outages they have; other nodes stay out."),
    ),
    on_nodes(
        "plan_maintenance",
        _("Plan maintenance"),
        MaintenanceForm,
        _("Jobs that would not be over before it begins wait, or start on other nodes."),
    ),
    on_nodes(
        "reserve_nodes",
        _("Reserve nodes for a project"),
        ReservationForm,
        _("Nobody else’s jobs run on them in that time."),
    ),
]


def not_over(closure):
    return gettext("This has ended already.") if ClosureState(closure.state).is_final else ""


@admin.register(NodeClosure)
class NodeClosureAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["closure", "nodes", state_badge, "begins", "ends"]
    list_filter = ["state", "kind", ("partition", PartitionFilter)]
    list_select_related = ["partition__system"]
    search_fields = ["reason", "node_list"]
    acts = [
        Act(
            name="end",
            label=_("End it now"),
            flow=closures.end_closure,
            permission=closures.OPERATE,
            form=ReasonForm,
            possible=not_over,
            text=_("The nodes are for everybody again. What lies ahead is withdrawn."),
        )
    ]

    @admin.display(description=_("closure of nodes"), ordering="pk")
    def closure(self, closure):
        return two_lines(closure, closure.reason)

    @admin.display(description=_("starts at"), ordering="starts_at")
    def begins(self, closure):
        return moment(closure.starts_at)

    @admin.display(description=_("ends at"), ordering="ends_at", empty_value="–")
    def ends(self, closure):
        return moment(closure.ends_at)
