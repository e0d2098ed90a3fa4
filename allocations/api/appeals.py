"""Objecting to being turned down."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal.api.idempotency import idempotent

from ..flows.appeals import file_appeal
from ..models import Appeal
from .proposal_shapes import ProposalSerializer


class AppealSerializer(serializers.ModelSerializer):
    class Meta:
        model = Appeal
        fields = ["id", "state", "text", "filed_at", "answer", "back_to", "decided_at"]
        read_only_fields = [name for name in fields if name != "text"]


class AppealMixin:
    @extend_schema(request=AppealSerializer, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def appeal(self, request, pk=None):
        """Object to the decision that turned the proposal down, once and in time."""
        answers = self._read(AppealSerializer).validated_data
        proposal = self.get_object()
        file_appeal(proposal, by=request.user, **answers)
        return self._shown(proposal)

    @extend_schema(responses=AppealSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def appeals(self, request, pk=None):
        """The appeals so far, with their answers."""
        return Response(AppealSerializer(self.get_object().appeals.all(), many=True).data)
