"""What a proposal looks like over REST, and what can be written into it."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from jaif_portal.api.fields import VisibleRelatedField
from jaif_portal.models import Deadline, Transition
from onboarding.models import Organisation

from ..models import Award, Call, Column, EvaluationStep, Proposal, SystemOffer
from .hours import HoursField

LARGEST_NUMBER = 2_147_483_647
LARGEST_TEAM = 50


class ProposalSummarySerializer(serializers.ModelSerializer):
    applicant = serializers.EmailField(source="applicant.email", read_only=True)

    class Meta:
        model = Proposal
        fields = [
            "id",
            "reference",
            "call",
            "organisation",
            "applicant",
            "title",
            "state",
            "gpu_hours",
            "months",
            "version",
            "created_at",
            "submitted_at",
        ]
        read_only_fields = fields


class EvaluationStepSerializer(serializers.ModelSerializer):
    label = serializers.CharField(source="get_kind_display", read_only=True)

    class Meta:
        model = EvaluationStep
        fields = ["kind", "label", "state", "outcome", "remarks", "started_at", "ended_at"]
        read_only_fields = fields


class AwardSerializer(serializers.ModelSerializer):
    amount = HoursField()

    class Meta:
        model = Award
        fields = ["amount", "months", "remarks", "offered_at", "answer_by", "answered_at"]
        read_only_fields = fields

    def get_amount(self, award):
        return award.node_seconds, award.proposal.offer.partition


class DeadlineSerializer(serializers.ModelSerializer):
    class Meta:
        model = Deadline
        fields = ["kind", "due_at"]
        read_only_fields = fields


class TransitionSerializer(serializers.ModelSerializer):
    by = serializers.SerializerMethodField(help_text="Empty where a rule of the portal acted.")

    class Meta:
        model = Transition
        fields = ["from_state", "to_state", "by", "at", "note"]
        read_only_fields = fields

    def get_by(self, transition) -> str:
        return str(transition.by or "")


class ProposalSerializer(ProposalSummarySerializer):
    team = serializers.SerializerMethodField()
    project = serializers.SerializerMethodField()
    steps = EvaluationStepSerializer(many=True, read_only=True)
    award = serializers.SerializerMethodField()
    next_deadline = serializers.SerializerMethodField()
    history = serializers.SerializerMethodField()

    class Meta:
        model = Proposal
        fields = [
            *ProposalSummarySerializer.Meta.fields,
            "abstract",
            "sector",
            "offer",
            "civilian_use",
            "eu_project",
            "team",
            "project",
            "steps",
            "award",
            "next_deadline",
            "history",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.EmailField()))
    def get_team(self, proposal):
        return [member.email for member in proposal.team.all()]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_project(self, proposal):
        project = getattr(proposal, "project", None)
        return project and project.identifier

    @extend_schema_field(AwardSerializer(allow_null=True))
    def get_award(self, proposal):
        award = getattr(proposal, "award", None)
        return award and AwardSerializer(award).data

    @extend_schema_field(DeadlineSerializer(allow_null=True))
    def get_next_deadline(self, proposal):
        deadline = Deadline.objects.of(proposal).running().first()
        return deadline and DeadlineSerializer(deadline).data

    @extend_schema_field(TransitionSerializer(many=True))
    def get_history(self, proposal):
        return TransitionSerializer(Transition.objects.of(proposal), many=True).data


class AnswersSerializer(serializers.ModelSerializer):
    """The answers of a draft, which may be short until it is submitted."""

    abstract = serializers.CharField(
        required=False, allow_blank=True, max_length=3000, help_text="100 to 3,000 characters."
    )
    offer = serializers.PrimaryKeyRelatedField(
        queryset=SystemOffer.objects.all(),
        required=False,
        allow_null=True,
        help_text="One of the call's offers.",
    )
    gpu_hours = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_NUMBER
    )
    months = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=120)
    team = serializers.ListField(
        child=serializers.EmailField(), required=False, max_length=LARGEST_TEAM
    )

    class Meta:
        model = Proposal
        fields = [*Column.values, "team"]
        validators = []  # that there is one live proposal per call is the flow's to say


class DraftSerializer(AnswersSerializer):
    call = serializers.PrimaryKeyRelatedField(queryset=Call.objects.published())
    organisation = VisibleRelatedField(queryset=Organisation.objects.all())

    class Meta(AnswersSerializer.Meta):
        fields = ["call", "organisation", *AnswersSerializer.Meta.fields]


class HandInSerializer(serializers.Serializer):
    late_code = serializers.CharField(required=False, allow_blank=True, max_length=40)


class WithdrawalSerializer(serializers.Serializer):
    note = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class AcceptanceSerializer(serializers.Serializer):
    starts_on = serializers.DateField(
        required=False, allow_null=True, help_text="A date in Jülich; today if left out."
    )
