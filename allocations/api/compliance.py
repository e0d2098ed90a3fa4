"""The compliance interview of a proposal: read, answered, checked again."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal.api.conditional import IF_MATCH, matched_version, tagged
from jaif_portal.api.idempotency import idempotent

from ..compliance import Kind
from ..flows.assessments import MOST_ANSWERS, answer_questions, check_again
from ..flows.compliance import in_words, standing


class LawSerializer(serializers.Serializer):
    name = serializers.CharField()
    article = serializers.CharField()
    celex = serializers.CharField(help_text="Finds the text in EUR-Lex; empty where it has none.")


class ComplianceChoiceSerializer(serializers.Serializer):
    id = serializers.CharField()
    label = serializers.CharField()
    help = serializers.CharField()


class ComplianceQuestionSerializer(serializers.Serializer):
    id = serializers.CharField()
    part = serializers.CharField()
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in Kind])
    text = serializers.CharField()
    why = serializers.CharField()
    help = serializers.CharField()
    laws = LawSerializer(many=True)
    choices = ComplianceChoiceSerializer(many=True)


@extend_schema_field(OpenApiTypes.ANY)
class AnswerField(serializers.Field):
    """A choice, a list of choices, or a text, as the question's kind says."""

    def to_representation(self, value):
        return value


class GivenAnswerSerializer(serializers.Serializer):
    question = serializers.CharField()
    text = serializers.CharField(help_text="Of the question.")
    answer = AnswerField()
    words = serializers.ListField(child=serializers.CharField())


class DutySerializer(serializers.Serializer):
    id = serializers.CharField()
    text = serializers.CharField()
    laws = LawSerializer(many=True)
    applies_from = serializers.DateField(allow_null=True)


class EnergySerializer(serializers.Serializer):
    kwh = serializers.IntegerField()
    co2_kg = serializers.IntegerField()
    source = serializers.CharField()


class StopSerializer(serializers.Serializer):
    question = serializers.CharField(source="id")
    way_out = serializers.CharField()


class ComplianceSerializer(serializers.Serializer):
    """``findings`` and ``duties`` are empty while a question is open."""

    version = serializers.IntegerField()
    catalogue = serializers.DateTimeField(help_text="The version of the questions, by its date.")
    parts = serializers.ListField(child=serializers.CharField())
    is_done = serializers.BooleanField(help_text="Nothing about compliance hinders submitting.")
    needs_request = serializers.BooleanField(help_text="Say system and GPU-hours first.")
    outdated = serializers.ListField(
        child=serializers.CharField(),
        help_text="What the proposal has asked for otherwise since; check the answers again.",
    )
    answers = GivenAnswerSerializer(many=True)
    next = ComplianceQuestionSerializer(allow_null=True)
    stopped = StopSerializer(allow_null=True)
    findings = serializers.DictField(child=serializers.CharField())
    duties = DutySerializer(many=True)
    energy = EnergySerializer(allow_null=True)


class ComplianceAnswersSerializer(serializers.Serializer):
    """Answers by question. All are kept, or none."""

    answers = serializers.DictField(
        child=serializers.JSONField(), help_text=f"At most {MOST_ANSWERS} at a time."
    )


class ComplianceMixin:
    """What a viewset of proposals answers about compliance."""

    @extend_schema(responses=ComplianceSerializer)
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def compliance(self, request, pk=None):
        """The questions that the mode asks, as far as they are answered, and what follows."""
        return _shown(self.get_object())

    @extend_schema(
        parameters=[IF_MATCH], request=ComplianceAnswersSerializer, responses=ComplianceSerializer
    )
    @compliance.mapping.patch
    def answer_compliance(self, request, pk=None):
        """Answer questions, also several at once; what does not come up is kept and not used."""
        proposal = self.get_object()
        body = ComplianceAnswersSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        version = matched_version(request, current=standing(proposal).assessment.version)
        answers = body.validated_data["answers"]
        answer_questions(proposal, answers, by=request.user, version=version)
        return _shown(proposal)

    @extend_schema(request=None, responses=ComplianceSerializer)
    @action(detail=True, methods=["post"], url_path="compliance/check")
    @idempotent
    def check_compliance(self, request, pk=None):
        """Take the answers over for what the proposal asks for now."""
        proposal = self.get_object()
        check_again(proposal, by=request.user)
        return _shown(proposal)


def _shown(proposal):
    now = standing(proposal)
    settled = now.interview.current is None
    given = now.interview.answers
    body = {
        "version": now.assessment.version,
        "catalogue": now.assessment.catalogue.valid_from,
        "parts": now.parts,
        "is_done": now.is_done,
        "needs_request": now.needs_request,
        "outdated": now.outdated,
        "answers": [
            {
                "question": row.id,
                "text": row.text,
                "answer": given[row.id],
                "words": in_words(row, given[row.id]),
            }
            for row in now.interview.asked
        ],
        "next": now.interview.current,
        "stopped": now.interview.stopped,
        "findings": now.conclusion.findings if settled else {},
        "duties": now.conclusion.duties if settled else [],
        "energy": now.energy,
    }
    return tagged(Response(ComplianceSerializer(body).data), version=now.assessment.version)
