"""What jobs look like over REST, and what may be asked for."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from jaif_portal.api.fields import VisibleRelatedField

from ..flows.chains import KINDS as CHAIN_KINDS
from ..flows.specs import nodes_for
from ..models import Allocation, Job, JobState, NodeClosure, PendingReason
from .durations import SecondsField
from .forecasts import ForecastSerializer
from .hours import HoursField

MOST_NODES = 1_000_000


class ReasonSerializer(serializers.Serializer):
    code = serializers.ChoiceField(choices=PendingReason.choices, help_text="Slurm's reason code.")
    sentence = serializers.CharField()


class ArraySerializer(serializers.Serializer):
    id = serializers.IntegerField(source="array_id", help_text="Of the array: its first task's.")
    task = serializers.IntegerField()
    task_limit = serializers.IntegerField(allow_null=True, help_text="Tasks at a time.")


class PrioritySerializer(serializers.Serializer):
    """What a priority is made of, in points, as Slurm's ``sprio`` says it."""

    age = serializers.IntegerField(help_text="For the time it has waited.")
    fairshare = serializers.IntegerField(help_text="The more, the less its people have used.")
    job_size = serializers.IntegerField(help_text="For its number of nodes.")
    qos = serializers.IntegerField(help_text="Of its quality of service.")


class JobSerializer(serializers.ModelSerializer):
    number = serializers.CharField(read_only=True, help_text="As Slurm writes it, such as 4711_3.")
    project = serializers.CharField(source="allocation.project.identifier", read_only=True)
    partition = serializers.CharField(source="partition.name", read_only=True)
    qos = serializers.CharField(
        source="qos.name", default="normal", read_only=True, help_text="Its quality of service."
    )
    gpus = serializers.SerializerMethodField(help_text="Of the whole nodes that the job gets.")
    reason = serializers.SerializerMethodField(help_text="Why the job waits, while it does.")
    priority = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="Where the partition's policy goes by priorities; the last one, once it runs.",
    )
    priority_factors = serializers.SerializerMethodField(help_text="Points that add up to it.")
    forecast = serializers.SerializerMethodField(
        help_text="When it will start, while it waits and once that has been worked out."
    )
    array = serializers.SerializerMethodField(help_text="For a task of an array.")
    dependency = serializers.SerializerMethodField(help_text="In Slurm's notation.")
    exit_code = serializers.SerializerMethodField(help_text="Once the job has ended by itself.")
    most = HoursField(help_text="Whole nodes for the whole time limit: the most it can cost.")
    charged = HoursField(help_text="For the nodes and the time that were used, once it has ended.")

    class Meta:
        model = Job
        fields = [
            "id",
            "number",
            "allocation",
            "project",
            "partition",
            "name",
            "comment",
            "nodes",
            "node_list",
            "reservation",
            "qos",
            "gpus",
            "time_limit",
            "state",
            "reason",
            "priority",
            "priority_factors",
            "forecast",
            "low_priority",
            "begin_at",
            "dependency",
            "array",
            "hold",
            "may_requeue",
            "restarts",
            "exit_code",
            "most",
            "charged",
            "submitted_at",
            "eligible_at",
            "started_at",
            "ended_at",
            "cancel_requested_at",
            "requeue_requested_at",
        ]
        read_only_fields = fields

    def get_gpus(self, job) -> int:
        return job.nodes * job.partition.gpus_per_node

    @extend_schema_field(ReasonSerializer(allow_null=True))
    def get_reason(self, job):
        if job.state != JobState.PENDING:
            return None
        return {"code": job.reason, "sentence": job.get_reason_display()}

    @extend_schema_field(PrioritySerializer(allow_null=True))
    def get_priority_factors(self, job):
        return None if job.priority is None else PrioritySerializer(job.points).data

    @extend_schema_field(ForecastSerializer(allow_null=True))
    def get_forecast(self, job):
        waits = job.state == JobState.PENDING and job.cancel_requested_at is None
        latest = getattr(job, "latest_forecasts", []) if waits else []  # none of a new job
        return ForecastSerializer(latest[0], context=self.context).data if latest else None

    @extend_schema_field(ArraySerializer(allow_null=True))
    def get_array(self, job):
        return None if job.array_id is None else ArraySerializer(job).data

    def get_dependency(self, job) -> str:
        return ",".join(str(dependency) for dependency in job.dependencies.all())

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_exit_code(self, job):
        return job.exit_code if job.ended_by_itself else None

    def get_most(self, job):
        return job.nodes * job.time_limit, job.partition

    def get_charged(self, job):
        return None if job.ended_at is None else (job.node_seconds, job.partition)


class SimulationSerializer(serializers.Serializer):
    """How the simulated job goes; left out, the workload model draws it."""

    runtime = SecondsField(required=False)
    exit_code = serializers.IntegerField(required=False, min_value=0, max_value=255)


class ShapeSerializer(serializers.Serializer):
    """What a job asks of a partition: whole nodes, by their number or by that of their GPUs."""

    allocation = VisibleRelatedField(queryset=Allocation.objects.select_related("partition"))
    name = serializers.CharField(max_length=100)
    nodes = serializers.IntegerField(required=False, min_value=1, max_value=MOST_NODES)
    gpus = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_NODES,
        help_text="Instead of nodes; the job gets, and pays for, whole nodes.",
    )
    script = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=20_000,
        trim_whitespace=False,
        help_text="A batch script, or a command, which is wrapped in one.",
    )
    comment = serializers.CharField(required=False, allow_blank=True, max_length=200)

    def validate(self, attrs):
        """Turn what was asked for into what the flow takes: whole nodes."""
        if ("nodes" in attrs) == ("gpus" in attrs):
            raise serializers.ValidationError({"nodes": [_("Give either nodes or gpus.")]})
        if "gpus" in attrs:
            partition = attrs["allocation"].partition
            attrs["nodes"] = nodes_for(partition, gpus=attrs.pop("gpus"))
        return attrs


class ChainRequestSerializer(ShapeSerializer):
    name = serializers.CharField(max_length=90)
    total = SecondsField(help_text="How long all pieces run together.")
    piece = SecondsField(
        required=False, help_text="The time limit of a piece; the partition's longest if left out."
    )
    kind = serializers.ChoiceField(
        choices=CHAIN_KINDS,
        default=CHAIN_KINDS[0],
        help_text="afterok: the chain stops where a piece fails; afterany: it goes on.",
    )

    def validate(self, attrs):
        """And pieces as long as the partition allows."""
        attrs = super().validate(attrs)
        attrs.setdefault("piece", attrs["allocation"].partition.longest_limit)
        return attrs


class ChainSerializer(serializers.Serializer):
    most = HoursField(help_text="All pieces for their whole time limits.")
    jobs = serializers.ListField(child=serializers.IntegerField(), help_text="In their order.")

    def get_most(self, chain):
        return chain["most"], chain["partition"]


class RecordsSerializer(serializers.Serializer):
    """Slurm's fields: of each run before a requeue, and of the present one at the end."""

    jobs = serializers.ListField(child=serializers.DictField())


class LogSerializer(serializers.Serializer):
    log = serializers.CharField(help_text="Lines that the present run has written so far.")


class SubmissionSerializer(ShapeSerializer):
    time_limit = SecondsField(required=False, help_text="The partition's default if left out.")
    begin_at = serializers.DateTimeField(
        required=False, help_text="The job does not start earlier. Portal time."
    )
    dependency = serializers.CharField(
        required=False,
        max_length=500,
        source="after",
        help_text="As in Slurm: afterok:4711, also afterany, afternotok, aftercorr, singleton.",
    )
    array = serializers.CharField(
        required=False, max_length=200, help_text="As in Slurm: 0-15%4. Each task is a job."
    )
    reservation = VisibleRelatedField(
        queryset=NodeClosure.objects.all(),
        required=False,
        help_text="Run on the nodes of this reservation for your project, and on no others.",
    )
    qos = serializers.CharField(
        required=False, max_length=30, help_text="One that the partition offers; none is normal."
    )
    hold = serializers.BooleanField(required=False, help_text="Wait until released.")
    may_requeue = serializers.BooleanField(
        required=False, help_text="Whether it may start again from its beginning; true if left out."
    )
    simulate = SimulationSerializer(required=False)

    def validate(self, attrs):
        """And a limit, and the outcome."""
        attrs = super().validate(attrs)
        attrs.setdefault("time_limit", attrs["allocation"].partition.default_limit)
        return attrs | attrs.pop("simulate", {})


class ChangeSerializer(serializers.Serializer):
    """What a waiting job asks for from now on; what is left out stays."""

    nodes = serializers.IntegerField(required=False, min_value=1, max_value=MOST_NODES)
    time_limit = SecondsField(required=False)


class ScopeSerializer(serializers.Serializer):
    whole_array = serializers.BooleanField(
        default=False, help_text="Do it to every task of the job's array that allows it."
    )
