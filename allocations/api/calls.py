"""Calls: what can be applied for, under which rules, and whether it is open now."""

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from jaif_portal import clock
from jaif_portal.models import Scope
from onboarding.models import OrganisationType

from ..models import AccessMode, AccessPolicy, Call, SystemOffer


class ModeSerializer(serializers.ModelSerializer):
    name = serializers.CharField(read_only=True)
    summary = serializers.CharField(read_only=True)

    class Meta:
        model = AccessMode
        fields = ["code", "name", "summary"]
        read_only_fields = fields


class PolicySerializer(serializers.ModelSerializer):
    months = serializers.ListField(child=serializers.IntegerField())
    organisation_types = serializers.ListField(
        child=serializers.ChoiceField(choices=OrganisationType.choices)
    )

    class Meta:
        model = AccessPolicy
        fields = [
            "least_gpu_hours",
            "most_gpu_hours",
            "months",
            "organisation_types",
            "decision_days",
            "answer_days",
            "start_within_days",
            "report_months",
        ]
        read_only_fields = fields


class OfferSerializer(serializers.ModelSerializer):
    system = serializers.CharField(source="partition.system.name", read_only=True)
    partition = serializers.CharField(source="partition.name", read_only=True)

    class Meta:
        model = SystemOffer
        fields = ["id", "system", "partition", "is_open"]
        read_only_fields = fields


class CallSerializer(serializers.ModelSerializer):
    title = serializers.CharField(read_only=True)
    mode = ModeSerializer(read_only=True)
    policy = serializers.SerializerMethodField(help_text="The rules in force now.")
    offers = OfferSerializer(many=True, read_only=True)
    is_open = serializers.SerializerMethodField(help_text="Whether it takes proposals now.")

    class Meta:
        model = Call
        fields = [
            "id",
            "title",
            "mode",
            "state",
            "opens_at",
            "closes_at",
            "is_open",
            "policy",
            "offers",
        ]
        read_only_fields = fields

    @extend_schema_field(PolicySerializer(allow_null=True))
    def get_policy(self, call):
        policies = call.mode.valid_policies
        return PolicySerializer(policies[0]).data if policies else None

    def get_is_open(self, call) -> bool:
        return call.is_open(at=self.context["now"])


class CallViewSet(viewsets.ReadOnlyModelViewSet):
    """Published calls, the newest first."""

    queryset = Call.objects.none()
    serializer_class = CallSerializer
    filterset_fields = ["state"]
    required_scopes = {"read": Scope.PROPOSALS_READ}

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        self.now = clock.now()

    def get_queryset(self):
        policies = AccessPolicy.objects.valid(at=self.now)
        modes = AccessMode.objects.prefetch_related(
            Prefetch("policies", policies, to_attr="valid_policies")
        )
        return Call.objects.published().prefetch_related(
            Prefetch("mode", modes), "offers__partition__system"
        )

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "now": self.now}
