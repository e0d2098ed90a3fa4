"""What a change request of each kind asks."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..flows.change_limits import ceilings
from ..models import ChangeKind, ProjectRole
from .proposals import EmailsField


class ChangeForm(forms.Form):
    """``answers`` gives what the flow takes."""

    months = forms.IntegerField(label=_("Months more"), min_value=0, required=False)
    gpu_hours = forms.IntegerField(label=_("GPU-hours more"), min_value=0, required=False)
    person = forms.EmailField(
        label=_("E-mail address of the new principal investigator"),
        help_text=_("They have an account in this portal and belong to your organisation."),
    )
    team = EmailsField(
        label=_("Team"),
        required=False,
        help_text=_("Everybody who shall be in the team, one address a line."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=3000,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("The access office decides by this text."),
    )

    FIELDS = {
        ChangeKind.EXTEND: ["months", "gpu_hours"],
        ChangeKind.TOP_UP: ["gpu_hours"],
        ChangeKind.RENEW: [],
        ChangeKind.CHANGE_PI: ["person"],
        ChangeKind.CHANGE_TEAM: ["team"],
    }

    def __init__(self, *args, allocation, kind, **kwargs):
        super().__init__(*args, **kwargs)
        self.partition = allocation.partition
        self.fields = {name: self.fields[name] for name in [*self.FIELDS[kind], "reason"]}
        months, node_seconds = ceilings(allocation)
        for name, most in [
            ("months", months),
            ("gpu_hours", self.partition.gpu_hours(node_seconds=node_seconds)),
        ]:
            if name in self.fields:
                self.fields[name].widget.attrs["max"] = most
                self.fields[name].help_text = _("At most %(most)d.") % {"most": most}
        if kind == ChangeKind.CHANGE_TEAM:
            rows = allocation.project.members.filter(role=ProjectRole.MEMBER)
            self.initial["team"] = "\n".join(rows.values_list("email", flat=True))

    def answers(self):
        given = self.cleaned_data
        found = {"reason": given["reason"]}
        if given.get("months"):
            found["months"] = given["months"]
        if given.get("gpu_hours"):
            hours = given["gpu_hours"]
            found["node_seconds"] = self.partition.node_seconds(gpu_hours=hours)
        if "person" in given:
            found["people"] = [given["person"].lower()]
        if "team" in given:
            found["people"] = [email.lower() for email in given["team"]]
        return found
