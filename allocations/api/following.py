"""A proposal after its submission: taken back, asked about, answered for."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from jaif_portal import clock
from jaif_portal.api.conditional import IF_MATCH, matched_version
from jaif_portal.api.idempotency import idempotent

from ..flows.clarifications import answer_questions
from ..flows.recall import recall_proposal
from ..flows.timeline import timeline_of
from ..forms.following import LONGEST_ANSWER
from ..models import Clarification
from .proposal_shapes import AnswersSerializer, ProposalSerializer

NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH)


class ClarificationSerializer(serializers.ModelSerializer):
    step = serializers.CharField(source="step.kind", read_only=True)
    fields_open = serializers.JSONField(
        source="fields", read_only=True, help_text="Names of the answers that may be changed."
    )

    class Meta:
        model = Clarification
        fields = [
            "number",
            "step",
            "state",
            "question",
            "fields_open",
            "asked_at",
            "due_at",
            "answer",
            "ended_at",
        ]
        read_only_fields = fields


class AnswerSerializer(AnswersSerializer):
    text = serializers.CharField(
        max_length=LONGEST_ANSWER, help_text="The answer to the questions themselves."
    )
    team = None

    class Meta(AnswersSerializer.Meta):
        fields = ["text", *(name for name in AnswersSerializer.Meta.fields if name != "team")]


class StageSerializer(serializers.Serializer):
    place = serializers.ChoiceField(choices=["done", "now", "ahead"])
    label = serializers.CharField()
    by = serializers.CharField(help_text="Who did it, has it, or will have it.")
    at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class ClockSerializer(serializers.Serializer):
    label = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is paused.")
    is_late = serializers.BooleanField()
    paused_at = serializers.DateTimeField(allow_null=True)


class LetterSerializer(serializers.Serializer):
    subject = serializers.CharField()
    body = serializers.CharField()
    written_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)


class TimelineSerializer(serializers.Serializer):
    stages = StageSerializer(many=True)
    clocks = ClockSerializer(many=True)
    mails = LetterSerializer(many=True, help_text="Those that were written to you.")


class FollowingMixin:
    """What becomes of a submitted proposal until it is decided."""

    @extend_schema(request=None, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def recall(self, request, pk=None):
        """Make it a draft again, until its evaluation begins."""
        return self._shown(recall_proposal(self.get_object(), by=request.user))

    @extend_schema(responses=ClarificationSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def questions(self, request, pk=None):
        """All questions of the office so far, with their answers."""
        rows = self.get_object().clarifications.select_related("step")
        return Response(ClarificationSerializer(rows, many=True).data)

    @extend_schema(responses=TimelineSerializer)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def timeline(self, request, pk=None):
        """What was, whose turn it is, what lies ahead, and by when."""
        found = timeline_of(self.get_object(), user=request.user, at=clock.now())
        return Response(TimelineSerializer(found).data)

    @extend_schema(
        parameters=[IF_MATCH, NUMBER], request=AnswerSerializer, responses=ProposalSerializer
    )
    @action(detail=True, methods=["post"], url_path=r"questions/(?P<number>[0-9]{1,4})/answer")
    @idempotent
    def answer(self, request, pk=None, number=None):
        """Answer open questions, and change the answers that are open for it."""
        proposal = self.get_object()
        clarification = get_object_or_404(proposal.clarifications.all(), number=number)
        version = matched_version(request, current=proposal.version)
        answers = self._read(AnswerSerializer, partial=True).validated_data
        text = answers.pop("text", "")
        answer_questions(clarification, by=request.user, version=version, text=text, **answers)
        return self._shown(proposal)
