"""Templates of jobs: listed, kept from a job, thrown away."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.response import Response

from jaif_portal.api.fields import VisibleRelatedField
from jaif_portal.api.idempotency import idempotent
from jaif_portal.models import Scope

from ..flows.job_templates import drop_template, save_template
from ..models import Job, JobTemplate


class JobTemplateSerializer(serializers.ModelSerializer):
    class Meta:
        model = JobTemplate
        fields = [
            "id",
            "title",
            "project",
            "name",
            "nodes",
            "time_limit",
            "array",
            "script",
            "comment",
            "may_requeue",
        ]
        read_only_fields = fields


class TemplateRequestSerializer(serializers.Serializer):
    job = VisibleRelatedField(queryset=Job.objects, help_text="Whose shape and script are kept.")
    title = serializers.CharField(max_length=100)
    shared = serializers.BooleanField(
        default=False, help_text="For everybody in the job's project, not for yourself alone."
    )


class JobTemplateViewSet(mixins.DestroyModelMixin, viewsets.ReadOnlyModelViewSet):
    """Your templates, and those that somebody has shared with a project of yours."""

    queryset = JobTemplate.objects.none()
    serializer_class = JobTemplateSerializer
    required_scopes = {"read": Scope.JOBS_READ, "write": Scope.JOBS_WRITE}

    def get_queryset(self):
        return JobTemplate.objects.visible_to(self.request.user)

    @extend_schema(request=TemplateRequestSerializer, responses={201: JobTemplateSerializer})
    @idempotent
    def create(self, request):
        """Keep the shape and the script of a job."""
        wishes = TemplateRequestSerializer(data=request.data, context=self.get_serializer_context())
        wishes.is_valid(raise_exception=True)
        job = wishes.validated_data.pop("job")
        template = save_template(job, by=request.user, **wishes.validated_data)
        return Response(self.get_serializer(template).data, status.HTTP_201_CREATED)

    def perform_destroy(self, instance):
        drop_template(instance, by=self.request.user)
