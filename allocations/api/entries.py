"""The ledger entries of an allocation."""

from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets

from jaif_portal.api.filters import IdFilter
from jaif_portal.models import Scope

from ..flows.statement import entries_of
from ..models import Allocation, EntryKind, LedgerEntry
from .hours import HoursField


class EntrySerializer(serializers.ModelSerializer):
    amount = HoursField(help_text="What the entry is about; a hold sets that much aside.")
    change = HoursField(
        help_text="Of what is left, with its sign; 0 for a hold. They add up to it."
    )

    class Meta:
        model = LedgerEntry
        fields = ["id", "kind", "key", "at", "job", "note", "amount", "change"]
        read_only_fields = fields

    def get_amount(self, entry):
        return entry.node_seconds, self.context["partition"]

    def get_change(self, entry):
        return entry.change, self.context["partition"]


class EntryFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=EntryKind)
    job = IdFilter(field_name="job_id")
    since = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    before = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")


@extend_schema(parameters=[OpenApiParameter("allocation_id", int, OpenApiParameter.PATH)])
class EntryViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """What was booked on an allocation of your projects, newest first."""

    queryset = LedgerEntry.objects.none()
    serializer_class = EntrySerializer
    filterset_class = EntryFilter
    required_scopes = {"read": Scope.ALLOCATIONS_READ}

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        rows = Allocation.objects.visible_to(self.request.user)
        rows = rows.select_related("account", "partition")
        self.allocation = get_object_or_404(rows, pk=self.kwargs["allocation_id"])
        return entries_of(self.allocation)

    def get_serializer_context(self):
        allocation = getattr(self, "allocation", None)
        return {
            **super().get_serializer_context(),
            "partition": allocation and allocation.partition,
        }
