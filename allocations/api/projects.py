"""Projects, and the state of their allocations."""

import math

from django.db.models import Case, Count, IntegerField, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django_filters import rest_framework as filters
from rest_framework import serializers, viewsets

from jaif_portal import clock
from jaif_portal.models import Scope

from ..models import (
    Allocation,
    AllocationState,
    EntryKind,
    Job,
    JobState,
    LedgerEntry,
    Obligation,
    Project,
    ProjectMember,
)
from .hours import HoursField

SECONDS_PER_DAY = 86_400


class ProjectMemberSerializer(serializers.ModelSerializer):
    class Meta:
        model = ProjectMember
        fields = ["email", "role"]
        read_only_fields = fields


class ObligationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Obligation
        fields = ["kind", "state", "opened_at", "due_at"]
        read_only_fields = fields


class ProjectAllocationSerializer(serializers.ModelSerializer):
    system = serializers.CharField(source="partition.system.name", read_only=True)
    partition = serializers.CharField(source="partition.name", read_only=True)
    obligations = ObligationSerializer(many=True, read_only=True)

    class Meta:
        model = Allocation
        fields = ["id", "system", "partition", "state", "obligations"]
        read_only_fields = fields


class ProjectSerializer(serializers.ModelSerializer):
    members = ProjectMemberSerializer(many=True, read_only=True)
    allocations = ProjectAllocationSerializer(many=True, read_only=True)

    class Meta:
        model = Project
        fields = [
            "id",
            "identifier",
            "budget",
            "title",
            "organisation",
            "proposal",
            "created_at",
            "members",
            "allocations",
        ]
        read_only_fields = fields


class ProjectViewSet(viewsets.ReadOnlyModelViewSet):
    """The projects that you take part in."""

    queryset = Project.objects.none()
    serializer_class = ProjectSerializer
    filterset_fields = ["identifier", "budget"]
    required_scopes = {"read": Scope.ALLOCATIONS_READ}

    def get_queryset(self):
        return Project.objects.visible_to(self.request.user).prefetch_related(
            "members", "allocations__partition__system", "allocations__obligations"
        )


class AllocationSerializer(serializers.ModelSerializer):
    project = serializers.CharField(source="project.identifier", read_only=True)
    budget = serializers.CharField(source="project.budget", read_only=True)
    system = serializers.CharField(source="partition.system.name", read_only=True)
    partition = serializers.CharField(source="partition.name", read_only=True)
    granted = HoursField()
    charged = HoursField(help_text="Used by jobs that have ended.")
    held = HoursField(help_text="Set aside: the most that running jobs can still use.")
    available = HoursField(help_text="granted - charged - held - lapsed")
    lapsed = HoursField(help_text="Left over when the allocation ended.")
    days_left = serializers.SerializerMethodField(help_text="Begun days; 0 once it has ended.")
    jobs_pending = serializers.IntegerField(read_only=True)
    jobs_running = serializers.IntegerField(read_only=True)
    booked_at = serializers.DateTimeField(
        source="account.updated_at",
        read_only=True,
        allow_null=True,
        help_text="The last entry in the ledger.",
    )
    live_at = serializers.DateTimeField(
        source="partition.advanced_until",
        read_only=True,
        allow_null=True,
        help_text="Up to when the queue has been computed.",
    )

    class Meta:
        model = Allocation
        fields = [
            "id",
            "project",
            "budget",
            "system",
            "partition",
            "state",
            "starts_at",
            "ends_at",
            "days_left",
            "granted",
            "charged",
            "held",
            "available",
            "lapsed",
            "jobs_pending",
            "jobs_running",
            "booked_at",
            "live_at",
        ]
        read_only_fields = fields

    def get_granted(self, allocation):
        return allocation.account.credited, allocation.partition

    def get_charged(self, allocation):
        return allocation.account.debited - allocation.lapsed, allocation.partition

    def get_held(self, allocation):
        return allocation.account.held, allocation.partition

    def get_available(self, allocation):
        return allocation.account.available, allocation.partition

    def get_lapsed(self, allocation):
        return allocation.lapsed, allocation.partition

    def get_days_left(self, allocation) -> int:
        left = (allocation.ends_at - self.context["now"]).total_seconds()
        return max(0, math.ceil(left / SECONDS_PER_DAY))


class AllocationFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=AllocationState)
    project = filters.CharFilter(field_name="project__identifier")


class AllocationViewSet(viewsets.ReadOnlyModelViewSet):
    """Compute time of your projects: what was granted and what is left of it.

    Every amount is given in node-hours, GPU-hours and core-hours of the partition.
    """

    queryset = Allocation.objects.none()
    serializer_class = AllocationSerializer
    filterset_class = AllocationFilter
    required_scopes = {"read": Scope.ALLOCATIONS_READ}

    def get_queryset(self):
        rows = Allocation.objects.visible_to(self.request.user)
        return rows.select_related("project", "partition__system", "account").annotate(
            jobs_pending=_jobs(JobState.PENDING),
            jobs_running=_jobs(JobState.RUNNING),
            lapsed=_lapsed(),
        )

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "now": clock.now()}


def _jobs(state):
    jobs = Job.objects.filter(allocation=OuterRef("pk"), state=state).order_by()
    count = jobs.values("allocation").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(count), Value(0))


def _lapsed():
    """Looked for only where something can have lapsed, so that a live status stays cheap."""
    entries = LedgerEntry.objects.filter(
        debit__allocation=OuterRef("pk"), kind=EntryKind.LAPSE
    ).order_by()
    total = entries.values("debit").annotate(total=Sum("node_seconds")).values("total")
    return Case(
        When(state=AllocationState.EXPIRED, then=Coalesce(Subquery(total), Value(0))),
        default=Value(0),
        output_field=IntegerField(),
    )
