"""Systems and their partitions, for anybody who is signed in."""

from rest_framework import serializers, viewsets

from ..models import Partition, System


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


class PartitionViewSet(viewsets.ReadOnlyModelViewSet):
    """Identical nodes behind one queue. Time limits are in seconds."""

    queryset = Partition.objects.select_related("system")
    serializer_class = PartitionSerializer
    required_scopes = {}
