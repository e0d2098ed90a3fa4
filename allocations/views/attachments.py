"""The files of a proposal: listed, added, replaced, removed, and handed out."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Sum
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View
from django.views.generic.detail import SingleObjectMixin

from jaif_portal import clock
from jaif_portal.exceptions import Refusal
from jaif_portal.views.flow_forms import FlowFormMixin

from ..flows.attachments import attach, attached, detach, intake_policy
from ..forms import AttachmentForm
from ..models import Attachment, Proposal, SectionKind
from .drafts import beside, may_edit
from .proposals import Proposals
from .uploads import UploadMixin


class AttachmentPage(UploadMixin, Proposals, FlowFormMixin, SingleObjectMixin, FormView):
    """What is attached, and the form that adds to it while the proposal is a draft."""

    form_class = AttachmentForm
    refusal_field = "file"
    done_message = gettext_lazy("The file is attached.")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.object = self.get_object()

    def get_template_names(self):
        folder = "allocations/editor" if may_edit(self.request.user, self.object) else "allocations"
        return [f"{folder}/attachments.html"]

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "attached": attached(self.object)}

    def get_context_data(self, **kwargs):
        files = attached(self.object)
        return super().get_context_data(
            attachments=files.select_related("uploaded_by"),
            total=files.aggregate(total=Sum("size_bytes"))["total"] or 0,
            limits=intake_policy(at=clock.now()),
            may_edit=may_edit(self.request.user, self.object),
            **beside(self.object, SectionKind.ATTACHMENTS),
            **kwargs,
        )

    def act(self, form):
        answers = {**form.cleaned_data}
        attach(self.object, by=self.request.user, upload=answers.pop("file"), **answers)
        return self.object

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_success_url(self):
        return reverse("allocations:attachments", args=[self.object.pk])


class Attachments(LoginRequiredMixin):
    """A file of a proposal that the reader may see."""

    def get_attachment(self):
        rows = Attachment.objects.filter(
            proposal__in=Proposal.objects.visible_to(self.request.user),
            proposal=self.kwargs["proposal"],
        )
        attachment = rows.select_related("proposal").filter(pk=self.kwargs["pk"]).first()
        if attachment is None:
            raise Http404
        return attachment


class AttachmentRemove(Attachments, View):
    def post(self, request, *args, **kwargs):
        attachment = self.get_attachment()
        try:
            detach(attachment, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("“%(file)s” is no longer attached.") % {"file": attachment})
        return redirect("allocations:attachments", pk=attachment.proposal_id)


class AttachmentFile(Attachments, View):
    """The file itself, to be saved and not to be shown: nothing in it may act here."""

    def get(self, request, *args, **kwargs):
        return file_response(self.get_attachment())


def file_response(attachment):
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
