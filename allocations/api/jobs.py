"""Jobs: submitted, watched, cancelled."""

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal.api.fields import VisibleRelatedField
from jaif_portal.api.filters import IdFilter
from jaif_portal.api.idempotency import idempotent
from jaif_portal.models import Scope

from ..flows.jobs import cancel_job, nodes_for, submit_job
from ..models import Allocation, Job, JobState, PendingReason
from .durations import SecondsField
from .hours import HoursField

MOST_NODES = 1_000_000


class ReasonSerializer(serializers.Serializer):
    code = serializers.ChoiceField(choices=PendingReason.choices, help_text="Slurm's reason code.")
    sentence = serializers.CharField()


class JobSerializer(serializers.ModelSerializer):
    project = serializers.CharField(source="allocation.project.identifier", read_only=True)
    partition = serializers.CharField(source="partition.name", read_only=True)
    gpus = serializers.SerializerMethodField(help_text="Of the whole nodes that the job gets.")
    reason = serializers.SerializerMethodField(help_text="Why the job waits, while it does.")
    exit_code = serializers.SerializerMethodField(help_text="Once the job has ended by itself.")
    most = HoursField(help_text="Whole nodes for the whole time limit: the most it can cost.")
    charged = HoursField(help_text="Whole nodes for the time they were used, once it has ended.")

    class Meta:
        model = Job
        fields = [
            "id",
            "allocation",
            "project",
            "partition",
            "name",
            "nodes",
            "gpus",
            "time_limit",
            "state",
            "reason",
            "low_priority",
            "exit_code",
            "most",
            "charged",
            "submitted_at",
            "eligible_at",
            "started_at",
            "ended_at",
            "cancel_requested_at",
        ]
        read_only_fields = fields

    def get_gpus(self, job) -> int:
        return job.nodes * job.partition.gpus_per_node

    @extend_schema_field(ReasonSerializer(allow_null=True))
    def get_reason(self, job):
        if job.state != JobState.PENDING:
            return None
        return {"code": job.reason, "sentence": job.get_reason_display()}

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_exit_code(self, job):
        by_itself = job.state in {JobState.COMPLETED, JobState.FAILED}
        return job.exit_code if by_itself else None

    def get_most(self, job):
        return job.nodes * job.time_limit, job.partition

    def get_charged(self, job):
        if job.ended_at is None:
            return None
        seconds = int((job.ended_at - job.started_at).total_seconds()) if job.started_at else 0
        return job.nodes * seconds, job.partition


class SimulationSerializer(serializers.Serializer):
    """How the simulated job goes; left out, the workload model draws it."""

    runtime = SecondsField(required=False)
    exit_code = serializers.IntegerField(required=False, min_value=0, max_value=255)


class SubmissionSerializer(serializers.Serializer):
    allocation = VisibleRelatedField(queryset=Allocation.objects.select_related("partition"))
    name = serializers.CharField(max_length=100)
    nodes = serializers.IntegerField(required=False, min_value=1, max_value=MOST_NODES)
    gpus = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_NODES,
        help_text="Instead of nodes; the job gets, and pays for, whole nodes.",
    )
    time_limit = SecondsField(required=False, help_text="The partition's default if left out.")
    script = serializers.CharField(
        required=False, allow_blank=True, max_length=20_000, trim_whitespace=False
    )
    simulate = SimulationSerializer(required=False)

    def validate(self, attrs):
        """Turn the wishes into what the flow takes: whole nodes, a limit, and the outcome."""
        if ("nodes" in attrs) == ("gpus" in attrs):
            raise serializers.ValidationError({"nodes": [_("Give either nodes or gpus.")]})
        partition = attrs["allocation"].partition
        if "gpus" in attrs:
            attrs["nodes"] = nodes_for(partition, gpus=attrs.pop("gpus"))
        attrs.setdefault("time_limit", partition.default_limit)
        return attrs | attrs.pop("simulate", {})


class JobFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=JobState)
    allocation = IdFilter(field_name="allocation_id")


class JobViewSet(viewsets.ReadOnlyModelViewSet):
    """The jobs of your projects. Time limits are in seconds."""

    queryset = Job.objects.none()
    serializer_class = JobSerializer
    filterset_class = JobFilter
    required_scopes = {"read": Scope.JOBS_READ, "write": Scope.JOBS_WRITE}

    def get_queryset(self):
        jobs = Job.objects.visible_to(self.request.user)
        return jobs.select_related("allocation__project", "allocation__month", "partition").defer(
            "script"
        )

    @extend_schema(request=SubmissionSerializer, responses={201: JobSerializer})
    @idempotent
    def create(self, request):
        """Submit a job. Nodes are never shared, so whole nodes are charged."""
        wishes = SubmissionSerializer(data=request.data, context=self.get_serializer_context())
        wishes.is_valid(raise_exception=True)
        allocation = wishes.validated_data.pop("allocation")
        job = submit_job(allocation, by=request.user, **wishes.validated_data)
        return Response(self.get_serializer(job).data, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def cancel(self, request, pk=None):
        """Take the job back. What it has used is charged; the queue ends it shortly."""
        cancel_job(self.get_object(), by=request.user)
        return Response(self.get_serializer(self.get_object()).data)
