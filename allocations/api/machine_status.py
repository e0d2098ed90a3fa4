"""How busy a partition is: what the machine's page shows, for programs."""

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal.api.conditional import tagged

from ..flows.overview import overviews
from ..models import NodeClosure


class TypicalWaitSerializer(serializers.Serializer):
    """Seconds that jobs of this shape waited which started within the last seven days."""

    longest_limit = serializers.IntegerField(help_text="Of the shape, in seconds.")
    jobs = serializers.IntegerField(help_text="As many jobs the figures stand for.")
    p10 = serializers.IntegerField()
    p50 = serializers.IntegerField()
    p90 = serializers.IntegerField()


class SizeLoadSerializer(serializers.Serializer):
    first = serializers.IntegerField(help_text="Jobs of this many nodes.")
    last = serializers.IntegerField(help_text="Up to this many.")
    running = serializers.IntegerField()
    waiting = serializers.IntegerField()
    typical_waits = serializers.SerializerMethodField()

    @extend_schema_field(TypicalWaitSerializer(many=True))
    def get_typical_waits(self, size):
        rows = [wait for _limit, wait in size.waits if wait is not None]
        return TypicalWaitSerializer(rows, many=True).data


class ClosureSerializer(serializers.ModelSerializer):
    nodes = serializers.IntegerField()  # the model's would take its range from the database
    jobs_left = serializers.IntegerField(help_text="That still run on nodes being emptied.")
    clear_by = serializers.DateTimeField(
        allow_null=True, help_text="By which the last of them has ended."
    )

    class Meta:
        model = NodeClosure
        fields = [
            "kind",
            "state",
            "nodes",
            "node_list",
            "starts_at",
            "ends_at",
            "reason",
            "jobs_left",
            "clear_by",
        ]


class PartitionStatusSerializer(serializers.Serializer):
    """All users together; ``at`` is the portal time of these figures."""

    id = serializers.IntegerField(source="partition.pk")
    at = serializers.DateTimeField(source="status.at", allow_null=True)
    nodes = serializers.IntegerField(source="partition.nodes")
    nodes_busy = serializers.IntegerField(source="status.busy")
    nodes_free = serializers.IntegerField(source="status.free")
    nodes_wanted = serializers.IntegerField(
        source="status.wanted", help_text="By the waiting jobs together."
    )
    running = serializers.IntegerField(source="status.running")
    waiting = serializers.IntegerField(source="status.waiting")
    racks = serializers.ListField(
        child=serializers.DictField(child=serializers.IntegerField()),
        source="status.racks",
        help_text="Rack by rack, nodes by Slurm's state; empty where nodes are only counted.",
    )
    outages = ClosureSerializer(many=True, help_text="In force.")
    maintenance = ClosureSerializer(many=True, help_text="Ahead or in force.")
    sizes = SizeLoadSerializer(many=True)


class StatusMixin:
    """Partitions that tell how busy they are."""

    @extend_schema(responses=PartitionStatusSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def status(self, request, pk=None):
        """How busy the partition is; send `If-None-Match` with the last `ETag`."""
        partition = self.get_object()
        (overview,) = overviews(pk=partition.pk)
        return tagged(Response(PartitionStatusSerializer(overview).data), version=partition.pk)
