"""Calls: what can be applied for, under which rules, and whether it is open now."""

import django_filters
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from jaif_portal import clock
from jaif_portal.models import Scope
from onboarding.models import OrganisationType

from ..flows.openings import opening_of
from ..models import AccessMode, AccessPolicy, Availability, Call, StepKind


class OrganisationTypes(serializers.ListField):
    child = serializers.ChoiceField(choices=OrganisationType.choices)


class ModeSerializer(serializers.ModelSerializer):
    name = serializers.CharField(read_only=True)
    summary = serializers.CharField(read_only=True)

    class Meta:
        model = AccessMode
        fields = ["code", "name", "summary"]
        read_only_fields = fields


class PolicySerializer(serializers.ModelSerializer):
    months = serializers.ListField(child=serializers.IntegerField())
    organisation_types = OrganisationTypes(help_text="Who may apply.")
    eu_project_types = OrganisationTypes(help_text="Of these, only within an EU project.")
    paying_types = OrganisationTypes(help_text="Of these, at their own expense.")
    open_research_types = OrganisationTypes(help_text="Of these, for open research only.")
    steps = serializers.ListField(child=serializers.ChoiceField(choices=StepKind.choices))

    class Meta:
        model = AccessPolicy
        fields = [
            "valid_from",
            "unit",
            "least_hours",
            "most_hours",
            "months",
            "organisation_types",
            "eu_project_types",
            "paying_types",
            "open_research_types",
            "contract_months",
            "steps",
            "decision_days",
            "answer_days",
            "start_within_days",
            "report_months",
            "renewals",
            "extension_months",
            "extension_percent",
        ]
        read_only_fields = fields


class OfferSerializer(serializers.Serializer):
    """A system of a call, from an ``OfferOpening``."""

    id = serializers.IntegerField(source="offer.pk", read_only=True)
    system = serializers.CharField(source="offer.partition.system.name", read_only=True)
    partition = serializers.CharField(source="offer.partition.name", read_only=True)
    availability = serializers.ChoiceField(choices=Availability.choices, read_only=True)
    instead = serializers.CharField(
        read_only=True, help_text="Another system, where this one takes no proposals; or empty."
    )


def with_policies(modes, *, at):
    """Modes with their ``valid_policies``, the one in force first."""
    policies = AccessPolicy.objects.valid(at=at)
    return modes.prefetch_related(Prefetch("policies", policies, to_attr="valid_policies"))


class CallSerializer(serializers.ModelSerializer):
    title = serializers.CharField(read_only=True)
    mode = ModeSerializer(read_only=True)
    policy = serializers.SerializerMethodField(help_text="The rules in force now.")
    offers = serializers.SerializerMethodField()
    is_open = serializers.SerializerMethodField(help_text="Whether drafts may be handed in now.")
    availability = serializers.SerializerMethodField(help_text="All systems together, now.")
    next_cut_off = serializers.SerializerMethodField(help_text="Empty for a rolling call.")

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
            "availability",
            "next_cut_off",
            "policy",
            "offers",
        ]
        read_only_fields = fields

    @extend_schema_field(PolicySerializer(allow_null=True))
    def get_policy(self, call):
        policies = call.mode.valid_policies
        return PolicySerializer(policies[0]).data if policies else None

    def to_representation(self, call):
        self.opening = opening_of(call, at=self.context["now"])
        return super().to_representation(call)

    @extend_schema_field(OfferSerializer(many=True))
    def get_offers(self, call):
        return OfferSerializer(self.opening.offers, many=True).data

    @extend_schema_field(serializers.ChoiceField(choices=Availability.choices))
    def get_availability(self, call):
        return self.opening.availability

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_cut_off(self, call):
        moment = self.opening.next_cut_off
        return moment and serializers.DateTimeField().to_representation(moment)

    def get_is_open(self, call) -> bool:
        return call.is_open(at=self.context["now"])


class CallFilters(django_filters.FilterSet):
    mode = django_filters.CharFilter("mode__code", help_text="The code of an access mode.")

    class Meta:
        model = Call
        fields = ["mode", "state"]


class CallViewSet(viewsets.ReadOnlyModelViewSet):
    """Published calls, the newest first."""

    queryset = Call.objects.none()
    serializer_class = CallSerializer
    filterset_class = CallFilters
    required_scopes = {"read": Scope.PROPOSALS_READ}

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        self.now = clock.now()

    def get_queryset(self):
        modes = with_policies(AccessMode.objects.all(), at=self.now)
        return Call.objects.published().with_offers().prefetch_related(Prefetch("mode", modes))

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "now": self.now}
