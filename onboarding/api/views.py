from django.db.models import OuterRef, Subquery
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal import clock
from jaif_portal.api.conditional import IF_MATCH, matched_version, tagged
from jaif_portal.api.idempotency import idempotent
from jaif_portal.models import Scope

from ..flows.agreements import accept_terms
from ..flows.keys import add_key, remove_key
from ..flows.organisations import create_organisation, edit_organisation
from ..models import Acceptance, OnboardingCase, Organisation, SSHKey, Terms
from .serializers import (
    OnboardingCaseSerializer,
    OrganisationSerializer,
    SSHKeySerializer,
    TermsSerializer,
)

ONBOARDING = {"read": Scope.ONBOARDING_READ, "write": Scope.ONBOARDING_WRITE}


class OrganisationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """The organisations that you act for."""

    queryset = Organisation.objects.none()
    serializer_class = OrganisationSerializer
    required_scopes = ONBOARDING

    def get_queryset(self):
        return Organisation.objects.visible_to(self.request.user)

    @idempotent
    def create(self, request):
        """Register an organisation; you become its representative."""
        answers = self.get_serializer(data=request.data)
        answers.is_valid(raise_exception=True)
        organisation = create_organisation(by=request.user, **answers.validated_data)
        return Response(self.get_serializer(organisation).data, status.HTTP_201_CREATED)

    def retrieve(self, request, pk=None):
        return self._shown(self.get_object())

    @extend_schema(parameters=[IF_MATCH])
    def partial_update(self, request, pk=None):
        """Change an organisation that you represent."""
        organisation = self.get_object()
        version = matched_version(request, current=organisation.version)
        answers = self.get_serializer(organisation, data=request.data, partial=True)
        answers.is_valid(raise_exception=True)
        organisation = edit_organisation(
            organisation, by=request.user, version=version, **answers.validated_data
        )
        return self._shown(organisation)

    def _shown(self, organisation):
        body = self.get_serializer(organisation).data
        return tagged(Response(body), version=organisation.version)


class OnboardingCaseViewSet(viewsets.ReadOnlyModelViewSet):
    """Your check-lists between an award and the first job."""

    queryset = OnboardingCase.objects.none()
    serializer_class = OnboardingCaseSerializer
    filterset_fields = ["state"]
    required_scopes = ONBOARDING

    def get_queryset(self):
        return OnboardingCase.objects.visible_to(self.request.user).prefetch_related("steps")


class SSHKeyViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet,
):
    """Your own public keys."""

    queryset = SSHKey.objects.none()
    serializer_class = SSHKeySerializer
    required_scopes = ONBOARDING

    def get_queryset(self):
        return SSHKey.objects.filter(user=self.request.user)

    @idempotent
    def create(self, request):
        """Add a key."""
        answers = self.get_serializer(data=request.data)
        answers.is_valid(raise_exception=True)
        key = add_key(request.user, **answers.validated_data, at=clock.now())
        return Response(self.get_serializer(key).data, status.HTTP_201_CREATED)

    def perform_destroy(self, instance):
        remove_key(instance, by=self.request.user)


class TermsViewSet(viewsets.ReadOnlyModelViewSet):
    """The texts in force, and whether you have signed them."""

    queryset = Terms.objects.none()
    serializer_class = TermsSerializer
    required_scopes = ONBOARDING

    def get_queryset(self):
        signed = Acceptance.objects.filter(user=self.request.user, terms=OuterRef("pk"))
        terms = Terms.objects.annotate(accepted_at=Subquery(signed.values("accepted_at")[:1]))
        if self.detail:
            return terms
        return terms.filter(pk__in=self._in_force())

    def _in_force(self):
        now = clock.now()
        newest = (Terms.objects.in_force(kind, at=now).first() for kind in Terms.Kind)
        return [terms.pk for terms in newest if terms]

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    @idempotent
    def accept(self, request, pk=None):
        """Sign these terms; only the version in force can be signed."""
        accept_terms(self.get_object(), by=request.user)
        return Response(self.get_serializer(self.get_object()).data)
