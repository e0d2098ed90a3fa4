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
from ..flows.chains import Chain, submit_chain
from ..flows.forecasts import with_forecasts
from ..flows.jobs import submit_job
from ..flows.output import read_log
from ..flows.sacct import accountable, records
from ..models import Job, JobState
from .job_shapes import (
    ChainRequestSerializer,
    ChainSerializer,
    ChangeSerializer,
    JobSerializer,
    LogSerializer,
    RecordsSerializer,
    ScopeSerializer,
    SubmissionSerializer,
)


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
        jobs = Job.objects.visible_to(self.request.user)
        if self.action == "accounting":
            return accountable(jobs)
        jobs = with_forecasts(jobs)
        return (
            jobs.select_related("allocation__project", "allocation__month", "partition", "qos")
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

    @extend_schema(request=ChainRequestSerializer, responses={201: ChainSerializer})
    @action(detail=False, methods=["post"])
    @idempotent
    def chain(self, request):
        """Submit a long training as pieces that follow each other: all or none."""
        wishes = self._read(ChainRequestSerializer)
        allocation = wishes.pop("allocation")
        pieces = Chain(**{name: wishes.pop(name) for name in ("nodes", "total", "piece")})
        jobs = submit_chain(allocation, pieces, by=request.user, **wishes)
        answer = {
            "most": pieces.most,
            "partition": allocation.partition,
            "jobs": [job.pk for job in jobs],
        }
        return Response(ChainSerializer(answer).data, status.HTTP_201_CREATED)

    @extend_schema(responses=RecordsSerializer)
    @action(detail=True)
    def accounting(self, request, pk=None):
        """The job as Slurm's sacct would report it."""
        return Response({"jobs": records(self.get_object())})

    @extend_schema(responses=LogSerializer)
    @action(detail=True)
    def log(self, request, pk=None):
        """What the simulated job has written."""
        return Response({"log": "\n".join(read_log(self.get_object(), at=clock.now()))})

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
