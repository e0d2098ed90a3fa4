import datetime as dt
import math

from django import forms
from django.utils.translation import gettext_lazy as _

from jaif_portal.exceptions import Refusal

from ..flows.arrays import parse_array
from ..flows.specs import nodes_for
from ..models import (
    Allocation,
    AllocationState,
    DependencyKind,
    NodeClosure,
    ProjectRole,
    QoS,
)

# Beyond every machine; what a partition really allows is the flow's answer, in its own words.
MOST_NODES = 1_000_000
MOST_HOURS = 10_000
MOST_MINUTES = 1_000_000

KEPT = [  # of the form's answers, as they are
    "name",
    "nodes",
    "comment",
    "begin_at",
    "array",
    "reservation",
    "qos",
    "hold",
    "may_requeue",
    "exit_code",
]


class AllocationForm(forms.Form):
    """Asks for one of the allocations that the person may submit to."""

    allocation = forms.ModelChoiceField(
        Allocation.objects.none(),
        label=_("Allocation"),
        help_text=_("The project and the partition that the job runs for and on."),
    )

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


class SizeForm(AllocationForm):
    """Whole nodes, by their number or by that of their GPUs."""

    nodes = forms.IntegerField(
        label=_("Number of nodes or GPUs"),
        min_value=1,
        max_value=MOST_NODES,
        initial=1,
        help_text=_("Whole nodes are charged: on JUPITER each has 4 GPUs and 288 cores."),
    )
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=[("nodes", _("nodes")), ("gpus", _("GPUs, rounded up to whole nodes"))],
        required=False,
        initial="nodes",
    )

    def clean(self):
        """Turn GPUs into whole nodes."""
        answers = super().clean()
        if answers.get("unit") == "gpus" and {"nodes", "allocation"} <= answers.keys():
            partition = answers["allocation"].partition
            answers["nodes"] = nodes_for(partition, gpus=answers["nodes"])
        return answers


class ShapeForm(SizeForm):
    """What a job's cost depends on. Hours and minutes are its time limit."""

    hours = forms.IntegerField(label=_("Hours"), min_value=0, max_value=MOST_HOURS, initial=0)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=59, initial=10)
    array = forms.CharField(
        label=_("Array"),
        required=False,
        max_length=200,
        help_text=_(
            "For many jobs alike, as Slurm writes it: 0-15 are 16 tasks, 0-15%4 lets 4 of them "
            "run at a time. Left empty, it is one job."
        ),
    )

    @property
    def time_limit(self):
        """Seconds."""
        answers = self.cleaned_data
        limit = dt.timedelta(hours=answers["hours"], minutes=answers["minutes"])
        return int(limit.total_seconds())

    @property
    def tasks(self):
        """How many jobs it is."""
        answers = self.cleaned_data
        if not answers["array"]:
            return 1
        return len(parse_array(answers["array"], most=self._longest_array)[0])

    def clean(self):
        answers = super().clean()
        if answers.get("array") and "allocation" in answers:
            try:
                parse_array(answers["array"], most=self._longest_array)
            except Refusal as refusal:
                self.add_error("array", str(refusal))
        return answers

    @property
    def _longest_array(self):
        return self.cleaned_data["allocation"].partition.longest_array


class ReservationField(forms.ModelChoiceField):
    def label_from_instance(self, reservation):
        return reservation.label


class JobForm(ShapeForm):
    """A job's shape and script, when it may start, and how the simulated job goes."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        initial="first-job",
        help_text=_("For you, to find the job again."),
    )
    script = forms.CharField(
        label=_("Script or command"),
        required=False,
        strip=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "class": "font-monospace"}),
        initial="#!/bin/bash\nsrun python train.py",
        help_text=_("The machine is simulated: the script is kept with the job and not run."),
    )
    comment = forms.CharField(label=_("Comment"), required=False, max_length=200)
    begin_at = forms.DateTimeField(
        label=_("Not before"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Portal time. Left empty, the job may start at once."),
    )
    after_kind = forms.ChoiceField(
        label=_("Only once another job"),
        required=False,
        choices=[("", _("no matter what other jobs do")), *DependencyKind.choices],
    )
    after = forms.CharField(
        label=_("Numbers of the other jobs"),
        required=False,
        max_length=200,
        help_text=_("Of your project, separated by commas: 4711, or 4711_3 for a task."),
    )
    hold = forms.BooleanField(
        label=_("Put it on hold"),
        required=False,
        help_text=_("It waits in the queue until you release it."),
    )
    may_requeue = forms.BooleanField(
        label=_("It may start again from its beginning"),
        required=False,
        initial=True,
        help_text=_("When a node fails, or when you ask for it."),
    )
    reservation = ReservationField(
        NodeClosure.objects.none(),
        label=_("Reservation"),
        required=False,
        empty_label=_("none"),
        help_text=_("On the nodes that are set aside for your project, and on no others."),
    )
    qos = forms.ChoiceField(
        label=_("QoS"),
        required=False,
        help_text=_("One with a higher priority starts sooner and has limits of its own."),
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
    field_order = ["allocation", "name", "nodes", "unit", "hours", "minutes", "script"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["reservation"].queryset = NodeClosure.objects.visible_to(user).live()
        names = QoS.objects.names_for(self.fields["allocation"].queryset)
        self.fields["qos"].choices = [("", _("normal")), *((name, name) for name in names)]

    def clean(self):
        answers = super().clean()
        kind, others = answers.get("after_kind"), answers.get("after")
        alone = kind in {"", DependencyKind.SINGLETON}
        if alone and others:
            self.add_error("after_kind", _("Say what has to have happened to the other jobs."))
        if not alone and not others and "after" in answers:
            self.add_error("after", _("Say which jobs it waits for."))
        return answers

    @staticmethod
    def answers(shape):
        """The form's answers for the shape of a job or a template; limits in whole minutes."""
        hours, minutes = divmod(math.ceil(shape["time_limit"] / 60), 60)
        return {"hours": hours, "minutes": minutes} | {
            name: value for name, value in shape.items() if name != "time_limit"
        }

    @property
    def shape_answers(self):
        """What has been typed so far, or stands in the form from the start, for a ``ShapeForm``."""
        return {name: self[name].value() for name in ShapeForm.base_fields}

    def _has_answers(self, *names):
        """Whether anything but what stands in the form from the start is in these fields."""
        return any(
            self.errors.get(name)
            or (self[name].value() or "") not in {"", self[name].initial or ""}
            for name in names
        )

    @property
    def later_has_answers(self):
        return self._has_answers(
            "begin_at", "after_kind", "after", "reservation", "qos", "hold", "comment"
        )

    @property
    def simulation_has_answers(self):
        return self._has_answers("runtime_minutes", "exit_code")

    @property
    def dependency(self):
        """In Slurm's notation."""
        kind, others = self.cleaned_data["after_kind"], self.cleaned_data["after"]
        return ":".join([kind, *others.replace(" ", "").split(",")]) if others else kind

    def wishes(self):
        """What ``submit_job`` takes: seconds, and whole nodes."""
        answers = self.cleaned_data
        runtime = answers["runtime_minutes"]
        return {name: answers[name] for name in KEPT} | {
            "time_limit": self.time_limit,
            "script": answers["script"].replace("\r\n", "\n"),
            "after": self.dependency,
            "runtime": runtime * 60 if runtime else None,
        }


class ChangeForm(forms.Form):
    """What a waiting job asks for from now on."""

    nodes = forms.IntegerField(label=_("Nodes"), min_value=1, max_value=MOST_NODES)
    hours = forms.IntegerField(label=_("Hours"), min_value=0, max_value=MOST_HOURS)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=59)

    @property
    def time_limit(self):
        """Seconds."""
        return 3600 * self.cleaned_data["hours"] + 60 * self.cleaned_data["minutes"]


class OrderForm(forms.Form):
    """An order about a job, or about all tasks of its array."""

    whole_array = forms.BooleanField(label=_("All tasks of this array"), required=False)

    def __init__(self, *args, is_task, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_task:
            del self.fields["whole_array"]
