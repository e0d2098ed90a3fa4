"""How a partition weighs jobs: read from its row, changed by a flow that keeps the history."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import Act, ActsMixin

from ..flows import closures, multifactor, regulation
from ..models import QoS, SchedulingParameters


class ReasonForm(forms.ModelForm):
    """Asks for the reason of a change, which is kept in the history."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It is kept in the history.")
    )

    def clean(self):
        answers = super().clean()
        if set(self.changed_data) <= {"reason"}:
            raise forms.ValidationError(_("Nothing would change."))
        return answers

    @property
    def changes(self):
        """``{field: new value}`` of what differs from the row."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "reason"}


class RegulationMixin(ActsMixin):
    """A ``ModelAdmin`` whose rows are changed by a flow, with a reason."""

    form = ReasonForm

    def get_fields(self, request, obj=None):
        """Who may only look is asked for no reason."""
        fields = super().get_fields(request, obj)
        may = self.has_change_permission(request, obj)
        return [name for name in fields if may or name != "reason"]


class ParametersForm(ReasonForm):
    class Meta:
        model = SchedulingParameters
        fields = [
            "priority_weight_age",
            "priority_weight_fairshare",
            "priority_weight_job_size",
            "priority_weight_qos",
            "priority_favor_small",
            "priority_max_age",
            "priority_decay_half_life",
            "priority_calc_period",
            "bf_interval",
            "bf_resolution",
            "bf_window",
            "bf_max_job_test",
            "bf_job_part_count_reserve",
        ]


def uses_them(partition):
    if multifactor.is_used(partition):
        return ""
    return gettext("The partition’s policy goes by no weights. Choose the one like Slurm’s first.")


def current(partition):
    return forms.model_to_dict(multifactor.parameters_of(partition), ParametersForm.Meta.fields)


CHANGE_WEIGHTS = Act(
    name="change-weights",
    label=_("Change weights"),
    flow=regulation.change_parameters,
    permission=closures.OPERATE,
    form=ParametersForm,
    possible=uses_them,
    initial=current,
    text=_(
        "They count from the next step of the queue on. Each weight is the points that a job has "
        "at most for its age, its fair share, its size or its QoS."
    ),
    in_bulk=False,
)


@admin.register(QoS)
class QoSAdmin(RegulationMixin, admin.ModelAdmin):
    list_display = [
        "name",
        "partition",
        "priority",
        "usage_factor",
        "max_wall",
        "max_jobs_per_user",
        "max_submit_per_user",
        "grp_nodes",
    ]
    list_select_related = ["partition__system"]

    def get_readonly_fields(self, _request, obj=None):
        """Jobs that are there have it by its name and partition."""
        return [] if obj is None else ["partition", "name"]

    def has_delete_permission(self, _request, _obj=None):
        return False

    def save_model(self, request, obj, form, change):
        known = {"by": request.user, "reason": form.cleaned_data["reason"]}
        if change:
            regulation.change_qos(obj, **known, **form.changes)
            return
        answers = {name: form.cleaned_data[name] for name in form.cleaned_data if name != "reason"}
        obj.pk = regulation.offer_qos(**known, **answers).pk
