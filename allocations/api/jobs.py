"""Jobs: submitted, watched, held, changed, cancelled."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal import clock
from jaif_portal.api.filters import IdFilter
from jaif_portal.api.idempotency import idempotent
from jaif_portal.models import Scope

from ..flows import orders
from ..flows.forecasts import with_forecasts
from ..flows.jobs import submit_job
from ..models import Job, JobState
from .job_shapes import ChangeSerializer, JobSerializer, ScopeSerializer, SubmissionSerializer


class JobFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=JobState)
    allocation = IdFilter(field_name="allocation_id")
    array = IdFilter(field_name="array_id")
    name = filters.CharFilter()
    since = filters.IsoDateTimeFilter(field_name="submitted_at", lookup_expr="gte")
    before = filters.IsoDateTimeFilter(field_name="submitted_at", lookup_expr="lt")


class JobViewSet(viewsets.ReadOnlyModelViewSet):
    """The jobs of your projects. Time limits are in seconds."""

    queryset = Job.objects.none()
    serializer_class = JobSerializer
    filterset_class = JobFilter
    required_scopes = {"read": Scope.JOBS_READ, "write": Scope.JOBS_WRITE}

    def get_queryset(self):
        jobs = with_forecasts(Job.objects.visible_to(self.request.user))
        return (
            jobs.select_related("allocation__project", "allocation__month", "partition")
            .prefetch_related("dependencies__on", "runs")
            .defer("script")
        )

    def get_serializer_context(self):
        return super().get_serializer_context() | {"at": clock.now()}

    @extend_schema(request=SubmissionSerializer, responses={201: JobSerializer})
    @idempotent
    def create(self, request):
        """Submit a job, or an array of jobs; the answer is its first task.

        Nodes are never shared, so whole nodes are charged.
        """
        wishes = self._read(SubmissionSerializer)
        allocation = wishes.pop("allocation")
        job = submit_job(allocation, by=request.user, **wishes)
        return Response(self.get_serializer(job).data, status.HTTP_201_CREATED)

    @extend_schema(request=ScopeSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def cancel(self, request, pk=None):
        """Take the job back. What it has used is charged; the queue ends it shortly."""
        return self._order(orders.cancel_job)

    @extend_schema(request=ScopeSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def hold(self, request, pk=None):
        """Keep a waiting job from starting until it is released. It keeps its place."""
        return self._order(orders.hold_job)

    @extend_schema(request=ScopeSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def release(self, request, pk=None):
        """Let a held job go its way. An administrator's hold is released by one."""
        return self._order(orders.release_job)

    @extend_schema(request=ScopeSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def requeue(self, request, pk=None):
        """Let a running job start again from its beginning. What it has run is charged."""
        return self._order(orders.requeue_job)

    @extend_schema(request=ChangeSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def modify(self, request, pk=None):
        """Change what a waiting job asks for.

        With less it keeps its place in the queue; with more it queues anew.
        """
        orders.modify_job(self.get_object(), by=request.user, **self._read(ChangeSerializer))
        return Response(self.get_serializer(self.get_object()).data)

    def _order(self, flow):
        """Let ``flow`` act on the job, or on all tasks of its array."""
        job, by = self.get_object(), self.request.user
        if self._read(ScopeSerializer)["whole_array"]:
            orders.for_all_tasks(flow, job, by=by)
        else:
            flow(job, by=by)
        return Response(self.get_serializer(self.get_object()).data)

    def _read(self, serializer_class):
        """What was sent, checked."""
        sent = serializer_class(data=self.request.data, context=self.get_serializer_context())
        sent.is_valid(raise_exception=True)
        return sent.validated_data
