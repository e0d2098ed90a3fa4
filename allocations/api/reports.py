"""The reports that your projects owe: written, and handed in."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal.api.conditional import IF_MATCH, matched_version, tagged
from jaif_portal.api.idempotency import idempotent
from jaif_portal.models import Scope

from ..flows.report_figures import figures, form_of, questions_of
from ..flows.reports import save_report, submit_report
from ..models import Allocation, Obligation


class ReportQuestionSerializer(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()
    help = serializers.CharField()
    words = serializers.IntegerField(help_text="The most that the answer may have.")
    required = serializers.BooleanField()


class ReportSummarySerializer(serializers.ModelSerializer):
    project = serializers.CharField(source="allocation.project.identifier", read_only=True)

    class Meta:
        model = Obligation
        fields = ["id", "allocation", "project", "kind", "state", "opened_at", "due_at"]
        read_only_fields = fields


class ReportSerializer(ReportSummarySerializer):
    version = serializers.SerializerMethodField()
    questions = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField()
    figures = serializers.SerializerMethodField(
        help_text="From the ledger and the queue; frozen when the report is handed in."
    )
    remarks = serializers.CharField(source="report.remarks", default="", read_only=True)

    class Meta(ReportSummarySerializer.Meta):
        fields = [
            *ReportSummarySerializer.Meta.fields,
            "version",
            "questions",
            "answers",
            "figures",
            "remarks",
        ]
        read_only_fields = fields

    def get_version(self, obligation) -> int:
        return _version(obligation)

    @extend_schema(responses=ReportQuestionSerializer(many=True))
    def get_questions(self, obligation) -> list[dict]:
        mode = obligation.allocation.project.proposal.policy.mode
        return questions_of(form_of(obligation), mode=mode)

    def get_answers(self, obligation) -> dict[str, str]:
        report = getattr(obligation, "report", None)
        return report.answers if report else {}

    def get_figures(self, obligation) -> dict:
        report = getattr(obligation, "report", None)
        return (report and report.figures) or figures(obligation.allocation)


class ReportAnswersSerializer(serializers.Serializer):
    answers = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=40_000),
        help_text="By the keys of the questions; those left out stay as they are.",
    )


class ReportViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """The reports of the projects that you take part in."""

    queryset = Obligation.objects.none()
    serializer_class = ReportSummarySerializer
    filterset_fields = ["state", "kind"]
    required_scopes = {"read": Scope.PROPOSALS_READ, "write": Scope.PROPOSALS_WRITE}

    def get_queryset(self):
        mine = Allocation.objects.visible_to(self.request.user)
        rows = Obligation.objects.filter(allocation__in=mine).select_related("allocation__project")
        if not self.detail:
            return rows
        return rows.select_related(
            "report__form",
            "allocation__account",
            "allocation__partition__system",
            "allocation__project__organisation",
            "allocation__project__proposal__policy__mode",
        )

    @extend_schema(responses=ReportSerializer)
    def retrieve(self, request, pk=None):
        return self._shown(self.get_object())

    @extend_schema(
        parameters=[IF_MATCH], request=ReportAnswersSerializer, responses=ReportSerializer
    )
    def partial_update(self, request, pk=None):
        """Save answers."""
        obligation = self.get_object()
        version = matched_version(request, current=_version(obligation))
        body = ReportAnswersSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        answers = body.validated_data["answers"]
        save_report(obligation, by=request.user, version=version, answers=answers)
        return self._shown(self.get_object())

    @extend_schema(request=None, responses=ReportSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def submit(self, request, pk=None):
        """Hand the report in."""
        submit_report(self.get_object(), by=request.user)
        return self._shown(self.get_object())

    def _shown(self, obligation):
        body = ReportSerializer(obligation, context=self.get_serializer_context()).data
        return tagged(Response(body), version=_version(obligation))


def _version(obligation):
    report = getattr(obligation, "report", None)
    return report.version if report else 0
