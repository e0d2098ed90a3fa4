import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Allocation, AllocationState


class JobForm(forms.Form):
    """A job's shape and script. Hours and minutes are its time limit."""

    allocation = forms.ModelChoiceField(
        Allocation.objects.none(),
        label=_("Allocation"),
        help_text=_("The project and the partition that the job runs for and on."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        initial="first-job",
        help_text=_("For you, to find the job again."),
    )
    nodes = forms.IntegerField(
        label=_("Nodes"),
        min_value=1,
        initial=1,
        help_text=_("Whole nodes are charged: on JUPITER each has 4 GPUs and 288 cores."),
    )
    hours = forms.IntegerField(label=_("Hours"), min_value=0, initial=0)
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=0,
        max_value=59,
        initial=10,
        help_text=_("Hours and minutes together are the time limit; the job is ended at it."),
    )
    script = forms.CharField(
        label=_("Script"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "class": "font-monospace"}),
        initial="#!/bin/bash\nsrun python train.py",
        help_text=_("The machine is simulated: the script is kept with the job and not run."),
    )
    runtime_minutes = forms.IntegerField(
        label=_("Simulated run time in minutes"),
        required=False,
        min_value=1,
        help_text=_("How long the job would run. Left empty, a model of real jobs decides."),
    )
    exit_code = forms.IntegerField(
        label=_("Simulated exit code"),
        required=False,
        min_value=0,
        max_value=255,
        help_text=_("0 is success. Left empty, a model of real jobs decides."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        allocations = (
            Allocation.objects.visible_to(user)
            .filter(state=AllocationState.ACTIVE, project__members__email=user.email)
            .select_related("project", "partition__system")
        )
        self.fields["allocation"].queryset = allocations
        if len(allocations) == 1:
            self.initial.setdefault("allocation", allocations[0])

    def shape(self):
        """What ``submit_job`` takes: seconds, and whole nodes."""
        answers = self.cleaned_data
        limit = dt.timedelta(hours=answers["hours"], minutes=answers["minutes"])
        runtime = answers["runtime_minutes"]
        return {
            "name": answers["name"],
            "nodes": answers["nodes"],
            "time_limit": int(limit.total_seconds()),
            "script": answers["script"],
            "runtime": runtime * 60 if runtime else None,
            "exit_code": answers["exit_code"],
        }
