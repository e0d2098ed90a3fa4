"""Systems and their partitions, for anybody who is signed in."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal import clock

from ..flows.shapes import foresee_shape
from ..models import Partition, System
from .forecasts import ForecastQuerySerializer, ShapeForecastSerializer
from .machine_status import StatusMixin


class PartitionSerializer(serializers.ModelSerializer):
    system = serializers.CharField(source="system.name", read_only=True)

    class Meta:
        model = Partition
        fields = [
            "id",
            "system",
            "name",
            "nodes",
            "gpus_per_node",
            "cores_per_node",
            "longest_limit",
            "default_limit",
            "longest_array",
            "node_watts",
            "node_watts_source",
            "policy",
            "advanced_until",
        ]
        read_only_fields = fields


class SystemSerializer(serializers.ModelSerializer):
    partitions = PartitionSerializer(many=True, read_only=True)

    class Meta:
        model = System
        fields = ["id", "name", "description", "partitions"]
        read_only_fields = fields


class SystemViewSet(viewsets.ReadOnlyModelViewSet):
    """The machines that the portal gives access to."""

    queryset = System.objects.prefetch_related("partitions__system")
    serializer_class = SystemSerializer
    required_scopes = {}


class PartitionViewSet(StatusMixin, viewsets.ReadOnlyModelViewSet):
    """Identical nodes behind one queue. Time limits are in seconds."""

    queryset = Partition.objects.select_related("system")
    serializer_class = PartitionSerializer
    required_scopes = {}

    @extend_schema(parameters=[ForecastQuerySerializer], responses=ShapeForecastSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def forecast(self, request, pk=None):
        """When a job of this shape would start if it were submitted now.

        409 with `forecast_not_ready` before the first forecast.
        """
        partition = self.get_object()
        wish = ForecastQuerySerializer(data=request.query_params)
        wish.is_valid(raise_exception=True)
        shape = {"time_limit": partition.default_limit} | wish.validated_data
        at = clock.now()
        found = foresee_shape(partition, **shape, at=at)
        return Response(ShapeForecastSerializer(found, context={"at": at}).data)
