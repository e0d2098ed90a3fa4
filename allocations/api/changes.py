"""Change requests of your projects' allocations."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal.api.fields import VisibleRelatedField
from jaif_portal.api.idempotency import idempotent
from jaif_portal.models import Scope

from ..flows.change_requests import request_change, withdraw_change
from ..models import Allocation, ChangeKind, ChangeRequest
from .hours import HoursField

LARGEST_NUMBER = 2_147_483_647


class AllocationChangeSerializer(serializers.ModelSerializer):
    hours = HoursField()

    class Meta:
        model = ChangeRequest
        fields = [
            "id",
            "allocation",
            "kind",
            "months",
            "hours",
            "people",
            "reason",
            "state",
            "requested_at",
            "decided_at",
            "remarks",
        ]
        read_only_fields = fields

    def get_hours(self, change):
        return change.node_seconds, change.allocation.partition


class ChangeWishSerializer(serializers.Serializer):
    allocation = VisibleRelatedField(queryset=Allocation.objects.all())
    kind = serializers.ChoiceField(choices=ChangeKind)
    reason = serializers.CharField(max_length=3000)
    months = serializers.IntegerField(required=False, min_value=0, max_value=120)
    gpu_hours = serializers.IntegerField(required=False, min_value=0, max_value=LARGEST_NUMBER)
    people = serializers.ListField(
        child=serializers.EmailField(),
        required=False,
        max_length=50,
        help_text="The new principal investigator, or everybody who shall be in the team.",
    )


class ChangeRequestViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet
):
    """What your projects asked to change about their allocations."""

    queryset = ChangeRequest.objects.none()
    serializer_class = AllocationChangeSerializer
    filterset_fields = ["state", "kind"]
    required_scopes = {"read": Scope.PROPOSALS_READ, "write": Scope.PROPOSALS_WRITE}

    def get_queryset(self):
        mine = Allocation.objects.visible_to(self.request.user)
        rows = ChangeRequest.objects.filter(allocation__in=mine)
        return rows.select_related("allocation__partition", "allocation__project")

    @extend_schema(request=ChangeWishSerializer, responses={201: AllocationChangeSerializer})
    @idempotent
    def create(self, request):
        """Ask for a change. What the mode does not offer is refused with what to do instead."""
        body = ChangeWishSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        wishes = body.validated_data
        allocation = wishes.pop("allocation")
        hours = wishes.pop("gpu_hours", 0)
        if hours:
            wishes["node_seconds"] = allocation.partition.node_seconds(gpu_hours=hours)
        change = request_change(allocation, by=request.user, **wishes)
        return Response(self.get_serializer(change).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=AllocationChangeSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def withdraw(self, request, pk=None):
        """Take the request back before it is decided."""
        change = withdraw_change(self.get_object(), by=request.user)
        return Response(self.get_serializer(change).data)
