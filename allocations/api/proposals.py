"""Proposals: written, submitted, answered; evaluating them is the administration's."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal.api.conditional import IF_MATCH, matched_version, tagged
from jaif_portal.api.filters import IdFilter
from jaif_portal.api.idempotency import idempotent
from jaif_portal.models import Scope

from ..flows.editing import edit_proposal
from ..flows.offers import accept_offer, decline_offer
from ..flows.proposals import begin_proposal, submit_proposal
from ..flows.withdrawal import withdraw_proposal
from ..models import Proposal, ProposalState
from .appeals import AppealMixin
from .compliance import ComplianceMixin
from .following import FollowingMixin
from .proposal_shapes import (
    AcceptanceSerializer,
    AnswersSerializer,
    DraftSerializer,
    HandInSerializer,
    ProposalSerializer,
    ProposalSummarySerializer,
    WithdrawalSerializer,
)
from .reviews import ReviewsMixin
from .writing import WritingMixin


class ProposalFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=ProposalState)
    call = IdFilter(field_name="call_id")


class ProposalViewSet(
    ComplianceMixin,
    AppealMixin,
    FollowingMixin,
    ReviewsMixin,
    WritingMixin,
    mixins.ListModelMixin,
    viewsets.GenericViewSet,
):
    """Your proposals and those of your teams."""

    queryset = Proposal.objects.none()
    serializer_class = ProposalSummarySerializer
    filterset_class = ProposalFilter
    required_scopes = {"read": Scope.PROPOSALS_READ, "write": Scope.PROPOSALS_WRITE}

    def get_queryset(self):
        proposals = Proposal.objects.visible_to(self.request.user).select_related("applicant")
        if not self.detail:
            return proposals
        if self.action in {"sections", "answers"}:
            return proposals.select_related(
                "form", "policy__mode", "call", "organisation", "offer__partition"
            )
        return proposals.select_related("offer__partition", "award", "project").prefetch_related(
            "team", "steps"
        )

    @extend_schema(responses=ProposalSerializer)
    def retrieve(self, request, pk=None):
        return self._shown(self.get_object())

    @extend_schema(request=DraftSerializer, responses={201: ProposalSerializer})
    @idempotent
    def create(self, request):
        """Begin a draft. What is left out can be added until it is submitted."""
        answers = self._read(DraftSerializer).validated_data
        proposal = begin_proposal(answers.pop("call"), by=request.user, **answers)
        return self._shown(proposal, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[IF_MATCH], request=AnswersSerializer, responses=ProposalSerializer)
    def partial_update(self, request, pk=None):
        """Change a draft. ``team`` replaces the team's addresses."""
        proposal = self.get_object()
        version = matched_version(request, current=proposal.version)
        answers = self._read(AnswersSerializer, partial=True).validated_data
        edit_proposal(proposal, by=request.user, version=version, **answers)
        return self._shown(proposal)

    @extend_schema(request=HandInSerializer, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def submit(self, request, pk=None):
        """Hand the draft in. A late code from the access office counts after the cut-off."""
        answers = self._read(HandInSerializer).validated_data
        return self._shown(submit_proposal(self.get_object(), by=request.user, **answers))

    @extend_schema(request=WithdrawalSerializer, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def withdraw(self, request, pk=None):
        """Take the proposal back."""
        answers = self._read(WithdrawalSerializer).validated_data
        return self._shown(withdraw_proposal(self.get_object(), by=request.user, **answers))

    @extend_schema(request=AcceptanceSerializer, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def accept(self, request, pk=None):
        """Accept the offer and sign the terms of the award; this makes the project."""
        answers = self._read(AcceptanceSerializer).validated_data
        proposal = self.get_object()
        accept_offer(proposal, by=request.user, **answers)
        return self._shown(proposal)

    @extend_schema(request=None, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def decline(self, request, pk=None):
        """Turn the offer down."""
        return self._shown(decline_offer(self.get_object(), by=request.user))

    def _read(self, shape, **options):
        answers = shape(data=self.request.data, context=self.get_serializer_context(), **options)
        answers.is_valid(raise_exception=True)
        return answers

    def _shown(self, proposal, **options):
        """``proposal`` as it is in the database now."""
        self.detail = True
        proposal = self.get_queryset().get(pk=proposal.pk)
        body = ProposalSerializer(proposal, context=self.get_serializer_context()).data
        return tagged(Response(body, **options), version=proposal.version)
