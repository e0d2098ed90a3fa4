"""The itemised request of a proposal, and its frozen revisions, over REST."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response
from rest_framework.views import APIView

from jaif_portal.api.conditional import IF_MATCH, matched_version, tagged
from jaif_portal.models import Scope

from ..flows.resources import MOST_LINES, set_resources, sum_up, usual_partition
from ..models import Device, Proposal, ResourceLine, Revision
from ..models.resources import MOST_DEVICES, MOST_RUNS


class LineSerializer(serializers.ModelSerializer):
    runs = serializers.IntegerField(min_value=1, max_value=MOST_RUNS)
    devices = serializers.IntegerField(
        min_value=1, max_value=MOST_DEVICES, help_text="GPUs or nodes of one run."
    )
    device = serializers.ChoiceField(choices=Device, default=Device.GPU)

    class Meta:
        model = ResourceLine
        fields = ["workload", "description", "runs", "devices", "device", "hours"]


class SumsSerializer(serializers.Serializer):
    gpu_hours = serializers.IntegerField()
    node_hours = serializers.DecimalField(max_digits=20, decimal_places=2)
    contingency_percent = serializers.IntegerField()
    peak_gpus = serializers.IntegerField()
    percent = serializers.IntegerField(
        allow_null=True, help_text="Of the most that the mode gives."
    )


class ResourcesSerializer(serializers.Serializer):
    lines = serializers.ListField(child=LineSerializer(), max_length=MOST_LINES)
    sums = SumsSerializer(read_only=True, allow_null=True)


class ResourcesView(APIView):
    """What the hours of a proposal are for. Nodes are charged whole."""

    required_scopes = {"read": Scope.PROPOSALS_READ, "write": Scope.PROPOSALS_WRITE}

    def get_proposal(self):
        rows = Proposal.objects.visible_to(self.request.user)
        rows = rows.select_related("offer__partition", "policy", "call")
        return get_object_or_404(rows, pk=self.kwargs["proposal_id"])

    @extend_schema(responses=ResourcesSerializer)
    def get(self, request, proposal_id):
        return _shown(self.get_proposal())

    @extend_schema(
        parameters=[IF_MATCH], request=ResourcesSerializer, responses=ResourcesSerializer
    )
    def put(self, request, proposal_id):
        """Replace the lines; their sum becomes the GPU-hours that the proposal asks for."""
        proposal = self.get_proposal()
        version = matched_version(request, current=proposal.version)
        wishes = ResourcesSerializer(data=request.data)
        wishes.is_valid(raise_exception=True)
        lines = wishes.validated_data["lines"]
        set_resources(proposal, by=request.user, version=version, lines=lines)
        return _shown(self.get_proposal())


class RevisionSerializer(serializers.ModelSerializer):
    number = serializers.IntegerField(read_only=True)
    snapshot = serializers.DictField(read_only=True)
    by = serializers.CharField(source="by.email", read_only=True)

    class Meta:
        model = Revision
        fields = ["number", "at", "by", "sha256", "snapshot"]
        read_only_fields = fields


class RevisionsView(APIView):
    """What was handed in, frozen: the snapshot, and the SHA-256 of its canonical JSON."""

    required_scopes = {"read": Scope.PROPOSALS_READ}

    @extend_schema(responses=RevisionSerializer(many=True))
    def get(self, request, proposal_id):
        proposals = Proposal.objects.visible_to(request.user)
        proposal = get_object_or_404(proposals, pk=proposal_id)
        rows = proposal.revisions.select_related("by").order_by("number")
        return Response(RevisionSerializer(rows, many=True).data)


def _shown(proposal):
    lines, partition = list(proposal.lines.all()), usual_partition(proposal)
    shown = {
        "lines": lines,
        "sums": partition and sum_up(lines, partition=partition, policy=proposal.policy),
    }
    return tagged(Response(ResourcesSerializer(shown).data), version=proposal.version)
