import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Allocation, AllocationState, ProjectRole

# Beyond every machine; what a partition really allows is the flow's answer, in its own words.
MOST_NODES = 1_000_000
MOST_HOURS = 10_000
MOST_MINUTES = 1_000_000


class ShapeForm(forms.Form):
    """What a job's cost depends on. Hours and minutes are its time limit."""

    allocation = forms.ModelChoiceField(
        Allocation.objects.none(),
        label=_("Allocation"),
        help_text=_("The project and the partition that the job runs for and on."),
    )
    nodes = forms.IntegerField(
        label=_("Nodes"),
        min_value=1,
        max_value=MOST_NODES,
        initial=1,
        help_text=_("Whole nodes are charged: on JUPITER each has 4 GPUs and 288 cores."),
    )
    hours = forms.IntegerField(label=_("Hours"), min_value=0, max_value=MOST_HOURS, initial=0)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=59, initial=10)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        allocations = Allocation.objects.filter(
            state=AllocationState.ACTIVE,
            project__members__email=user.email,
            project__members__role__in=[ProjectRole.PI, ProjectRole.PA, ProjectRole.MEMBER],
        ).select_related("project", "partition__system", "account")
        self.fields["allocation"].queryset = allocations
        if len(allocations) == 1:
            self.initial.setdefault("allocation", allocations[0].pk)

    @property
    def time_limit(self):
        """Seconds."""
        answers = self.cleaned_data
        limit = dt.timedelta(hours=answers["hours"], minutes=answers["minutes"])
        return int(limit.total_seconds())


class JobForm(ShapeForm):
    """A job's shape and script, and how the simulated job goes."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        initial="first-job",
        help_text=_("For you, to find the job again."),
    )
    script = forms.CharField(
        label=_("Script"),
        required=False,
        strip=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "class": "font-monospace"}),
        initial="#!/bin/bash\nsrun python train.py",
        help_text=_("The machine is simulated: the script is kept with the job and not run."),
    )
    runtime_minutes = forms.IntegerField(
        label=_("Simulated run time in minutes"),
        required=False,
        min_value=1,
        max_value=MOST_MINUTES,
        help_text=_("How long the job would run. Left empty, a model of real jobs decides."),
    )
    exit_code = forms.IntegerField(
        label=_("Simulated exit code"),
        required=False,
        min_value=0,
        max_value=255,
        help_text=_("0 is success. Left empty, a model of real jobs decides."),
    )
    field_order = ["allocation", "name", "nodes", "hours", "minutes", "script"]

    @property
    def shape_answers(self):
        """What has been typed so far, or stands in the form from the start, for a ``ShapeForm``."""
        return {name: self[name].value() for name in ShapeForm.base_fields}

    def shape(self):
        """What ``submit_job`` takes: seconds, and whole nodes."""
        answers = self.cleaned_data
        runtime = answers["runtime_minutes"]
        return {
            "name": answers["name"],
            "nodes": answers["nodes"],
            "time_limit": self.time_limit,
            "script": answers["script"].replace("\r\n", "\n"),
            "runtime": runtime * 60 if runtime else None,
            "exit_code": answers["exit_code"],
        }
