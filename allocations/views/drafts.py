"""What the pages of a draft's editor stand on; other parts of the portal fill sections, too.

A part that fills a kind of section enters its page into ``PAGES``, builds it on ``DraftPage``
with ``allocations/editor/base.html``, and says what is missing in ``flows.completeness.GAPS``.
"""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import TemplateView

from jaif_portal import clock

from ..flows.comments import open_comments
from ..flows.completeness import gaps_in
from ..flows.questions import sections_of
from ..models import Proposal, ProposalState, SectionKind

# The page of each kind of section, by the proposal's key; questions have one a section.
PAGES = {
    SectionKind.QUESTIONS: "allocations:proposal_section",
    SectionKind.DECLARATIONS: "allocations:proposal_section",
    SectionKind.TEAM: "allocations:proposal_team",
    SectionKind.RESOURCES: "allocations:resources",
    SectionKind.ATTACHMENTS: "allocations:attachments",
    SectionKind.COMPLIANCE: "allocations:compliance",
}


class DraftPart(LoginRequiredMixin):
    """Something of a draft that the reader may write; other proposals are shown, not edited."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        rows = Proposal.objects.visible_to(request.user).select_related(
            "call__mode", "policy__mode", "organisation__country", "applicant", "form",
            "offer__partition__system",
        )  # fmt: skip
        self.proposal = get_object_or_404(rows, pk=kwargs["pk"])
        if self.proposal.state != ProposalState.DRAFT:
            return self.not_a_draft()
        if not request.user.has_perm("allocations.edit_proposal", self.proposal):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def not_a_draft(self):
        return redirect("allocations:proposal", pk=self.proposal.pk)


class DraftPage(DraftPart, TemplateView):
    """A page of the editor, with all sections beside it."""

    section_kind = None  # of a page that fills a section of its own kind

    def get_context_data(self, **kwargs):
        user, current = self.request.user, self.current_section()
        comments = self.proposal.comments.filter(section=current, parent=None)
        return super().get_context_data(
            proposal=self.proposal,
            current=current,
            outline=outline(self.proposal, current=current),
            comments=comments.select_related("by", "resolved_by").prefetch_related("answers__by"),
            intake=self.proposal.call.intake(at=clock.now()),
            may_submit=user.has_perm("allocations.submit_proposal", self.proposal),
            may_withdraw=user.has_perm("allocations.withdraw_proposal", self.proposal),
            **kwargs,
        )

    def current_section(self):
        return code_of(self.section_kind, self.proposal)


def code_of(kind, proposal):
    """Of the section of this kind, empty where the proposal's mode has none."""
    return next((row.code for row in sections_of(proposal) if row.kind == kind), "")


def may_edit(user, proposal):
    return proposal.state == ProposalState.DRAFT and user.has_perm(
        "allocations.edit_proposal", proposal
    )


def beside(proposal, kind):
    """What the editor's frame shows around a page that readers, too, see without the frame."""
    if proposal.state != ProposalState.DRAFT:
        return {}
    section = {"code": code_of(kind, proposal)}
    return {"section": section, "outline": outline(proposal, current=section["code"])}


def outline(proposal, *, current=""):
    """Each section that has a page, with what is missing in it."""
    rows, comments = [], open_comments(proposal)
    for section in sections_of(proposal):
        if section.kind not in PAGES:
            continue
        by_code = [section.code] if SectionKind(section.kind).has_questions else []
        url = reverse(PAGES[section.kind], args=[proposal.pk, *by_code])
        gaps = gaps_in(section, proposal)
        rows.append(
            {
                "section": section,
                "url": url,
                "gaps": gaps,
                "comments": comments.get(section.code, 0),
                "current": section.code == current,
            }
        )
    return rows


def fresh(proposal):
    """The row as it is saved now, with all that a page shows of it."""
    return _with_all(Proposal.objects.all()).get(pk=proposal.pk)


def _with_all(rows):
    return rows.select_related(
        "call__mode",
        "policy__mode",
        "organisation__country",
        "applicant",
        "form",
        "offer__partition__system",
    )
