"""The files of a proposal over REST."""

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, parsers, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from jaif_portal.api.idempotency import idempotent
from jaif_portal.api.uploads import refuse_what_is_too_large
from jaif_portal.models import Scope

from ..flows.attachments import attach, attached, detach, most_upload_bytes
from ..models import Attachment, AttachmentKind, Proposal


class AttachmentSerializer(serializers.ModelSerializer):
    size_bytes = serializers.IntegerField(read_only=True)
    pages = serializers.IntegerField(read_only=True)

    class Meta:
        model = Attachment
        fields = [
            "id",
            "kind",
            "title",
            "name",
            "content_type",
            "size_bytes",
            "pages",
            "sha256",
            "scanned_by",
            "uploaded_at",
        ]
        read_only_fields = fields


class UploadSerializer(serializers.Serializer):
    file = serializers.FileField(allow_empty_file=True, help_text="PDF, PNG or JPEG.")
    kind = serializers.ChoiceField(choices=AttachmentKind)
    title = serializers.CharField(required=False, allow_blank=True, max_length=120)

    def validate(self, answers):
        if len(self.initial_data.getlist("file")) > 1:
            raise serializers.ValidationError({"file": [_("Upload one file at a time.")]})
        return answers


class AttachmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The files of a proposal that you may see."""

    queryset = Attachment.objects.none()
    serializer_class = AttachmentSerializer
    parser_classes = [parsers.MultiPartParser]
    required_scopes = {"read": Scope.PROPOSALS_READ, "write": Scope.PROPOSALS_WRITE}

    def initial(self, request, *args, **kwargs):
        """By its length, before the check of a session's token reads the body."""
        refuse_what_is_too_large(request, most=most_upload_bytes())
        super().initial(request, *args, **kwargs)

    def get_proposal(self):
        proposals = Proposal.objects.visible_to(self.request.user)
        return get_object_or_404(proposals, pk=self.kwargs["proposal_id"])

    def get_queryset(self):
        return attached(self.get_proposal())

    @extend_schema(
        request={"multipart/form-data": UploadSerializer}, responses={201: AttachmentSerializer}
    )
    @idempotent
    def create(self, request, proposal_id=None):
        """Attach a file to the draft."""
        proposal = self.get_proposal()
        answers = UploadSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        wishes = answers.validated_data
        attachment = attach(proposal, by=request.user, upload=wishes.pop("file"), **wishes)
        return Response(self.get_serializer(attachment).data, status.HTTP_201_CREATED)

    def destroy(self, request, proposal_id=None, pk=None):
        """Remove the file from the draft."""
        detach(self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def content(self, request, proposal_id=None, pk=None):
        """The file itself."""
        attachment = self.get_object()
        return FileResponse(
            attachment.file.open("rb"),
            as_attachment=True,
            filename=attachment.name,
            content_type=attachment.content_type,
            headers={"Content-Security-Policy": "sandbox; default-src 'none'"},
        )
