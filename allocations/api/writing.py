"""Writing a draft over REST: its sections with all answers, and changes of single answers."""

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal.api.conditional import IF_MATCH, matched_version, tagged
from jaif_portal.flows.permissions import require

from ..flows.completeness import gaps_in
from ..flows.editing import write_answers
from ..flows.questions import is_required, options_of, sections_of
from ..flows.values import answers_of
from ..models import AnswerChange, FormSection, Question

LARGEST_NUMBER = 2_147_483_647
MOST_ANSWERS = 200  # of one request


class OptionSerializer(serializers.Serializer):
    value = serializers.JSONField()
    label = serializers.CharField()


class QuestionSerializer(serializers.ModelSerializer):
    label = serializers.CharField()
    help = serializers.CharField()
    why = serializers.CharField()
    unit = serializers.CharField()
    least = serializers.IntegerField(min_value=0, max_value=LARGEST_NUMBER, allow_null=True)
    most = serializers.IntegerField(min_value=0, max_value=LARGEST_NUMBER, allow_null=True)
    required = serializers.BooleanField()
    options = OptionSerializer(
        many=True, help_text="What can be chosen; of rows, the columns that each has."
    )
    answer = serializers.JSONField(allow_null=True)
    version = serializers.IntegerField(min_value=0, help_text="Grows with each change.")
    gap = serializers.CharField(help_text="What is missing; empty where nothing is.")

    class Meta:
        model = Question
        fields = [
            "code",
            "kind",
            "label",
            "help",
            "why",
            "unit",
            "least",
            "most",
            "required",
            "options",
            "answer",
            "version",
            "gap",
        ]
        read_only_fields = fields


class SectionSerializer(serializers.ModelSerializer):
    label = serializers.CharField()
    help = serializers.CharField()
    gaps = serializers.DictField(
        child=serializers.CharField(), help_text="A sentence for each thing that is missing."
    )
    questions = QuestionSerializer(many=True)

    class Meta:
        model = FormSection
        fields = ["code", "kind", "label", "help", "gaps", "questions"]
        read_only_fields = fields


class ChangedAnswersSerializer(serializers.Serializer):
    answers = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        help_text="By the codes of the questions; null takes an answer back.",
    )
    versions = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_NUMBER),
        required=False,
        help_text=(
            "The versions that you have seen, by code. Where one is older than the saved one, "
            "nothing is saved, and “conflicts” holds both answers."
        ),
    )

    def validate_answers(self, answers):
        if len(answers) > MOST_ANSWERS:
            raise serializers.ValidationError(f"At most {MOST_ANSWERS} answers at a time.")
        return answers


class AnswerChangeSerializer(serializers.ModelSerializer):
    by = serializers.CharField(source="by.email")

    class Meta:
        model = AnswerChange
        fields = ["question", "version", "old", "new", "by", "at"]
        read_only_fields = fields


class WritingMixin:
    """The sections of a proposal, and the answers of a draft."""

    @extend_schema(responses=SectionSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def sections(self, request, pk=None):
        """The form as this proposal is asked it, with answers, versions and what is missing."""
        return self._sections(self.get_object())

    @extend_schema(
        parameters=[IF_MATCH],
        request=ChangedAnswersSerializer,
        responses={
            200: SectionSerializer(many=True),
            412: inline_serializer(
                "AnswerConflict",
                {
                    "code": serializers.CharField(),
                    "detail": serializers.CharField(),
                    "conflicts": serializers.DictField(
                        child=inline_serializer(
                            "AnswerConflictItem",
                            {
                                "version": serializers.IntegerField(),
                                "yours": serializers.JSONField(),
                                "theirs": serializers.JSONField(),
                            },
                        )
                    ),
                },
            ),
        },
    )
    @action(detail=True, methods=["patch"])
    def answers(self, request, pk=None):
        """Change answers of a draft, all of them or none."""
        proposal = self.get_object()
        version = None
        if "If-Match" in request.headers:
            version = matched_version(request, current=proposal.version)
        sent = self._read(ChangedAnswersSerializer).validated_data
        seen = sent.get("versions")
        write_answers(proposal, sent["answers"], by=request.user, version=version, seen=seen)
        return self._sections(self.get_object())

    @extend_schema(responses=AnswerChangeSerializer(many=True))
    @action(detail=True, filterset_class=None)
    def changes(self, request, pk=None):
        """Who changed which answer when, newest first; for the team alone."""
        proposal = self.get_object()
        require(request.user, "allocations.edit_proposal", proposal)
        rows = proposal.changes.select_related("by")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(AnswerChangeSerializer(page, many=True).data)

    def _sections(self, proposal):
        rows = [_shown(section, proposal) for section in sections_of(proposal)]
        body = SectionSerializer(rows, many=True).data
        return tagged(Response(body), version=proposal.version)


def _shown(section, proposal):
    gaps = gaps_in(section, proposal)
    answers = answers_of(proposal, [question.code for question in section.asked])
    return {
        "code": section.code,
        "kind": section.kind,
        "label": section.label,
        "help": section.help,
        "gaps": gaps,
        "questions": [
            {
                "code": question.code,
                "kind": question.kind,
                "label": question.label,
                "help": question.help,
                "why": question.why,
                "unit": question.unit,
                "least": question.least,
                "most": question.most,
                "required": is_required(question, answers),
                "options": [
                    {"value": value, "label": label}
                    for value, label in options_of(question, proposal)
                ],
                "answer": answers[question.code],
                "version": proposal.answer_versions.get(question.code, 0),
                "gap": gaps.get(question.code, ""),
            }
            for question in section.asked
        ],
    }
