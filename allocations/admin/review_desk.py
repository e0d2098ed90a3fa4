"""Where a reviewer reads a proposal and writes the review beside it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jaif_portal.exceptions import Refusal

from ..exceptions import ReviewIncomplete
from ..flows.review_files import file_of
from ..flows.reviews import save_review, submit_review, write_consensus
from ..flows.visibility import Field, can_see, record_read
from ..forms.reviewing import ConsensusForm, ReviewForm
from ..models import AssignmentState, Consensus, Review, SealedItem


class DeskViews:
    """Mixed into the administration of assignments."""

    def desk_view(self, request, pk):
        """One address for the page, its two buttons, the autosave and the consensus."""
        assignment = self.get_object(request, str(pk))
        if assignment is None or not can_see(request.user, assignment.proposal, Field.FILE):
            raise PermissionDenied
        if assignment.reviewer.user_id != request.user.pk:
            raise PermissionDenied
        if request.method == "POST" and "consensus" in request.POST:
            return self._keep_consensus(request, assignment)
        if request.method == "POST":
            return self._keep_review(request, assignment)
        record_read(
            assignment.proposal,
            SealedItem.FILE,
            by=request.user,
            address=request.META.get("REMOTE_ADDR"),
        )
        return self._desk(request, assignment, self._review_form(assignment))

    def _keep_review(self, request, assignment):
        form = self._review_form(assignment, request.POST)
        saved = form.is_valid() and self._saved(request, assignment, form)
        if request.htmx:
            context = {"saved": saved, "form": form, "review": saved or None}
            return TemplateResponse(request, "admin/components/review_saved.html", context)
        if saved and "submit" in request.POST and self._submitted(request, assignment, form):
            messages.success(request, _("Your review has been handed in. Thank you."))
            return HttpResponseRedirect(self._address_of(assignment))
        if saved and "submit" not in request.POST:
            messages.success(request, _("The draft has been saved."))
            return HttpResponseRedirect(self._address_of(assignment))
        if saved:
            form.data = {**form.data.dict(), "version": saved.version}
        return self._desk(request, assignment, form)

    def _saved(self, request, assignment, form):
        """The review, or nothing where it was refused: the form then says why."""
        texts = {name: form.cleaned_data[name] for name in ("comments", "confidential")}
        try:
            return save_review(
                assignment,
                by=request.user,
                version=form.cleaned_data["version"],
                scores=form.scores,
                **texts,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))

    def _submitted(self, request, assignment, form):
        try:
            submit_review(assignment, by=request.user)
        except ReviewIncomplete as refusal:
            for field, sentences in refusal.fields.items():
                form.add_error(field, sentences)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        return form.is_valid()

    def _keep_consensus(self, request, assignment):
        form = ConsensusForm(request.POST)
        if form.is_valid():
            try:
                write_consensus(assignment.proposal, by=request.user, **form.cleaned_data)
            except ReviewIncomplete as refusal:
                for field, sentences in refusal.fields.items():
                    form.add_error(field, sentences)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The consensus has been saved."))
                return HttpResponseRedirect(self._address_of(assignment))
        return self._desk(request, assignment, self._review_form(assignment), consensus_form=form)

    def _review_form(self, assignment, data=None):
        review = Review.objects.filter(assignment=assignment).first()
        policy = assignment.proposal.policy.review_policy
        return ReviewForm(data, policy=policy, initial=ReviewForm.answers_of(review))

    def _desk(self, request, assignment, form, *, consensus_form=None):
        proposal = assignment.proposal
        review = Review.objects.filter(assignment=assignment).first()
        reads_others = can_see(request.user, proposal, Field.REVIEWS)
        if reads_others and consensus_form is None:
            found = Consensus.objects.filter(proposal=proposal).values("text", "score").first()
            consensus_form = ConsensusForm(initial=found)
        sees_applicant = can_see(request.user, proposal, Field.APPLICANT)
        context = {
            **self.admin_site.each_context(request),
            "title": proposal.reference,
            "opts": self.opts,
            "assignment": assignment,
            "proposal": proposal,
            "sees_applicant": sees_applicant,
            "sections": file_of(proposal, with_applicant=sees_applicant),
            "form": form,
            "review": review,
            "is_open": assignment.state == AssignmentState.ACCEPTED,
            "others": self._others(assignment) if reads_others else [],
            "consensus_form": consensus_form if reads_others else None,
        }
        return TemplateResponse(request, "admin/review_desk.html", context)

    def _others(self, assignment):
        """Whoever wrote them: the rapporteur reads them without names too."""
        rows = Review.objects.filter(assignment__proposal=assignment.proposal)
        rows = rows.exclude(assignment=assignment).exclude(submitted_at=None)
        return rows.prefetch_related("scores__criterion").order_by("pk")

    def _address_of(self, assignment):
        return reverse("admin:allocations_reviewassignment_desk", args=[assignment.pk])
