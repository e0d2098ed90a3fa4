"""Access modes and the rules that are in force now, for everybody."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import permissions, serializers, viewsets

from jaif_portal import clock

from ..models import AccessMode, Purpose
from .calls import PolicySerializer, with_policies


class AccessModeSerializer(serializers.ModelSerializer):
    name = serializers.CharField(read_only=True)
    summary = serializers.CharField(read_only=True)
    purposes = serializers.ListField(child=serializers.ChoiceField(choices=Purpose.choices))
    policy = serializers.SerializerMethodField(help_text="The rules in force now.")

    class Meta:
        model = AccessMode
        fields = ["code", "name", "summary", "purposes", "policy"]
        read_only_fields = fields

    @extend_schema_field(PolicySerializer(allow_null=True))
    def get_policy(self, mode):
        return PolicySerializer(mode.valid_policies[0]).data if mode.valid_policies else None


class AccessModeViewSet(viewsets.ReadOnlyModelViewSet):
    """The ways to get compute time."""

    queryset = AccessMode.objects.none()
    serializer_class = AccessModeSerializer
    permission_classes = [permissions.AllowAny]
    lookup_field = "code"
    lookup_value_regex = "[A-Z]{1,4}"

    def get_queryset(self):
        return with_policies(AccessMode.objects.all(), at=clock.now())
