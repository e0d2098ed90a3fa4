"""Projects, and the state of their allocations."""

import math

from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from jaif_portal import clock
from jaif_portal.models import Scope

from ..flows.outlook import look_ahead, use_until
from ..flows.standing import enforcement
from ..models import (
    Allocation,
    AllocationState,
    Enforcement,
    Job,
    JobState,
    Obligation,
    Project,
    ProjectMember,
)
from .hours import HoursField, HoursSerializer, hours
from .quota import QuotaMixin

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


class ProjectViewSet(QuotaMixin, viewsets.ReadOnlyModelViewSet):
    """The projects that you take part in."""

    queryset = Project.objects.none()
    serializer_class = ProjectSerializer
    filterset_fields = ["identifier", "budget"]
    required_scopes = {"read": Scope.ALLOCATIONS_READ}

    def get_queryset(self):
        projects = Project.objects.visible_to(self.request.user)
        if self.action == "quota":
            return projects
        return projects.prefetch_related(
            "members", "allocations__partition__system", "allocations__obligations"
        )


class BurnRateSerializer(serializers.Serializer):
    last_7_days = HoursSerializer()
    last_30_days = HoursSerializer()


class AllocationSerializer(serializers.ModelSerializer):
    project = serializers.CharField(source="project.identifier", read_only=True)
    budget = serializers.CharField(source="project.budget", read_only=True)
    system = serializers.CharField(source="partition.system.name", read_only=True)
    partition = serializers.CharField(source="partition.name", read_only=True)
    granted = HoursField()
    charged = HoursField(help_text="Used by jobs that have ended.")
    held = HoursField(help_text="Set aside: the most that running jobs can still use.")
    available = HoursField(help_text="granted - charged - held - lapsed")
    lapsed = HoursField(help_text="Left over when a month or the allocation ended.")
    days_left = serializers.SerializerMethodField(help_text="Begun days; 0 once it has ended.")
    enforcement = serializers.SerializerMethodField(help_text="What the quota means for jobs.")
    burn_rate = serializers.SerializerMethodField(help_text="Hours used a day.")
    projected_exhaustion = serializers.SerializerMethodField(
        help_text="When the hours run out at the burn rate; null if not before the end."
    )
    projected_forfeiture = HoursField(help_text="What lapses unused at the burn rate.")
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
            "acct_mode",
            "exhaustion_policy",
            "enforcement",
            "starts_at",
            "ends_at",
            "days_left",
            "granted",
            "charged",
            "held",
            "available",
            "lapsed",
            "burn_rate",
            "projected_exhaustion",
            "projected_forfeiture",
            "jobs_pending",
            "jobs_running",
            "booked_at",
            "live_at",
        ]
        read_only_fields = fields

    def get_granted(self, allocation):
        return allocation.account.granted, allocation.partition

    def get_charged(self, allocation):
        return allocation.account.charged, allocation.partition

    def get_held(self, allocation):
        return allocation.account.held, allocation.partition

    def get_available(self, allocation):
        return allocation.account.available, allocation.partition

    def get_lapsed(self, allocation):
        return allocation.account.lapsed, allocation.partition

    @extend_schema_field(serializers.ChoiceField(choices=Enforcement.choices))
    def get_enforcement(self, allocation):
        return enforcement(allocation.account)

    @extend_schema_field(BurnRateSerializer)
    def get_burn_rate(self, allocation):
        outlook = self._outlook(allocation)
        return {
            "last_7_days": hours(outlook.rate_7, allocation.partition),
            "last_30_days": hours(outlook.rate_30, allocation.partition),
        }

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_projected_exhaustion(self, allocation):
        return self._outlook(allocation).exhaustion

    def get_projected_forfeiture(self, allocation):
        return self._outlook(allocation).forfeiture, allocation.partition

    def _outlook(self, allocation):
        return look_ahead(
            allocation.account,
            used_7=allocation.used_7,
            used_30=allocation.used_30,
            at=self.context["now"],
        )

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
        return rows.select_related("project", "partition__system", "account", "month").annotate(
            jobs_pending=_jobs(JobState.PENDING),
            jobs_running=_jobs(JobState.RUNNING),
            **use_until(self.now),
        )

    @cached_property
    def now(self):
        return clock.now()

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "now": self.now}


def _jobs(state):
    jobs = Job.objects.filter(allocation=OuterRef("pk"), state=state).order_by()
    count = jobs.values("allocation").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(count), Value(0))
