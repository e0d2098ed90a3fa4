"""Writing together: what changed, what the others say, and what was answered before."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import ListView

from jaif_portal.exceptions import Refusal

from ..flows.comments import add_comment, resolve_comment
from ..flows.differences import difference, in_words
from ..flows.editing import restore_answer
from ..flows.questions import questions_of
from ..flows.reuse import earlier_proposals, take_over
from .drafts import DraftPage, DraftPart


class History(DraftPage, ListView):
    """Every change of every answer, newest first, each with its differences."""

    template_name = "allocations/editor/history.html"
    context_object_name = "changes"
    paginate_by = 30

    def get(self, request, *args, **kwargs):
        return ListView.get(self, request, *args, **kwargs)

    def get_queryset(self):
        rows = self.proposal.changes.select_related("by")
        code = self.request.GET.get("question", "")
        return rows.filter(question=code) if code in questions_of(self.proposal) else rows

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        questions = questions_of(self.proposal)
        for change in context["changes"]:
            question = questions.get(change.question)
            change.label = question.label if question else _("Team")
            old, new = (
                in_words(question, answer, proposal=self.proposal)
                for answer in (change.old, change.new)
            )
            change.difference = difference(old, new)
            versions = self.proposal.answer_versions
            change.may_restore = question and change.version != versions[change.question]
        return context


class DraftAct(DraftPart, View):
    """A button that lets one flow act, and leads back."""

    done = ""

    def post(self, request, *args, **kwargs):
        try:
            self.act()
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, self.done)
        return redirect(self.back())

    def act(self):
        raise NotImplementedError

    def back(self):
        """The page that the button stands on, which is one of this proposal's."""
        here = f"/proposals/{self.proposal.pk}/"
        wanted = self.request.POST.get("back", "")
        return wanted if wanted.startswith(here) else f"{here}edit/"


class AnswerRestore(DraftAct):
    done = _("The earlier answer is back.")

    def act(self):
        change = get_object_or_404(self.proposal.changes.all(), pk=self.kwargs["change"])
        restore_answer(change, by=self.request.user)


class CommentAdd(DraftAct):
    done = _("Your comment is there for the team.")

    def act(self):
        to = self.request.POST.get("to", "")
        known = to.isascii() and to.isdecimal() and len(to) < len("1000000000")
        parent = get_object_or_404(self.proposal.comments.all(), pk=to) if known else None
        add_comment(
            self.proposal,
            by=self.request.user,
            section=self.request.POST.get("section", ""),
            text=self.request.POST.get("text", ""),
            to=parent,
        )


class CommentResolve(DraftAct):
    done = _("The comment is resolved.")

    def act(self):
        comment = get_object_or_404(
            self.proposal.comments.filter(parent=None), pk=self.kwargs["comment"]
        )
        resolve_comment(comment, by=self.request.user)


class Reuse(DraftAct):
    """``take`` names an earlier proposal, and after a colon one question of it."""

    done = _("The earlier answers are taken over. Read them once more.")

    def act(self):
        number, _colon, code = self.request.POST.get("take", "").partition(":")
        known = number.isascii() and number.isdecimal() and len(number) < len("1000000000")
        rows = earlier_proposals(self.proposal, user=self.request.user)
        source = get_object_or_404(rows, pk=number if known else 0)
        take_over(self.proposal, by=self.request.user, source=source, code=code or None)
