"""Node-seconds, the ledger's unit, as the hours that people think in."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

PLACES = 4  # a tenth of a node-second: nothing of the ledger is lost


class HoursSerializer(serializers.Serializer):
    node_hours = serializers.FloatField()
    gpu_hours = serializers.FloatField()
    core_hours = serializers.FloatField()


@extend_schema_field(HoursSerializer)
class HoursField(serializers.SerializerMethodField):
    """A method that answers ``(node_seconds, partition)``, or ``None`` where nothing is known."""

    def to_representation(self, value):
        answer = super().to_representation(value)
        return None if answer is None else hours(*answer)


def hours(node_seconds, partition):
    return {
        "node_hours": round(node_seconds / 3600, PLACES),
        "gpu_hours": round(node_seconds * partition.gpus_per_node / 3600, PLACES),
        "core_hours": round(node_seconds * partition.cores_per_node / 3600, PLACES),
    }
