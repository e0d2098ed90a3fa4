"""What the interface shows; flows decide."""

from rest_framework import serializers

from ..models import CaseStep, OnboardingCase, Organisation, SSHKey, Terms

LARGEST_NUMBER = 2_147_483_647
MOST_EUROS = 10**15


class OrganisationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Organisation
        fields = [
            "id",
            "name",
            "kind",
            "country",
            "registration_number",
            "founded_on",
            "staff",
            "turnover_eur",
            "balance_sheet_eur",
            "version",
        ]
        read_only_fields = ["version"]
        extra_kwargs = {
            "staff": {"max_value": LARGEST_NUMBER},
            "turnover_eur": {"max_value": MOST_EUROS},
            "balance_sheet_eur": {"max_value": MOST_EUROS},
        }
        validators = []  # the flow refuses a second registration, also of the same moment


class CaseStepSerializer(serializers.ModelSerializer):
    label = serializers.CharField(source="get_kind_display", read_only=True)

    class Meta:
        model = CaseStep
        fields = ["kind", "label", "owner", "due_at", "done_at", "evidence"]
        read_only_fields = fields


class OnboardingCaseSerializer(serializers.ModelSerializer):
    steps = CaseStepSerializer(many=True, read_only=True)

    class Meta:
        model = OnboardingCase
        fields = ["id", "title", "organisation", "state", "opened_at", "completed_at", "steps"]
        read_only_fields = fields


class SSHKeySerializer(serializers.ModelSerializer):
    class Meta:
        model = SSHKey
        fields = [
            "id",
            "name",
            "public_key",
            "fingerprint",
            "key_type",
            "networks",
            "added_at",
        ]
        read_only_fields = ["fingerprint", "key_type", "networks", "added_at"]


class TermsSerializer(serializers.ModelSerializer):
    text = serializers.CharField(read_only=True, help_text="In the language of the request.")
    accepted_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Terms
        fields = ["id", "kind", "version", "valid_from", "text", "accepted_at"]
        read_only_fields = fields
