"""Writing a draft, section by section: whole pages, and one answer at a time."""

from types import MappingProxyType

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from jaif_portal import clock
from jaif_portal.exceptions import Refusal

from ..exceptions import AnswerConflict, AnswersNotPossible
from ..flows.completeness import gaps
from ..flows.differences import both, difference, in_words
from ..flows.editing import edit_proposal, write_answers
from ..flows.likeness import alike
from ..flows.presence import be_present
from ..flows.proposals import submit_proposal
from ..flows.questions import is_required, questions_of, sections_of
from ..flows.reuse import earlier_proposals, reusable
from ..flows.values import answer_of, answers_of
from ..forms import AnswersForm, TeamForm
from ..models import Proposal, QuestionKind, SectionKind
from .drafts import DraftPage, DraftPart, fresh, outline

MOST_EARLIER = 20  # proposals to choose from, newest first


class ProposalEdit(DraftPage):
    """What is there and what is missing, and the button that hands it in."""

    template_name = "allocations/editor/overview.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(complete=not gaps(self.proposal), **kwargs)
        return context | {
            "commented": [row for row in context["outline"] if row["comments"]],
            "earlier": earlier_proposals(self.proposal, user=self.request.user)[:MOST_EARLIER],
            "likeness": _likeness(self.proposal, reader=self.request.user),
        }

    def post(self, request, *_args, **_kwargs):
        try:
            submit_proposal(self.proposal, by=request.user)
        except Refusal as refusal:
            return self.render_to_response(self.get_context_data(refusal=refusal))
        messages.success(request, _("Your proposal has been submitted."))
        return redirect("allocations:proposal", pk=self.proposal.pk)


class QuestionsPage(DraftPage):
    """The questions of one section; without scripts its button saves them all."""

    template_name = "allocations/editor/section.html"

    def dispatch(self, request, *args, **kwargs):
        self.code = kwargs["code"]
        return super().dispatch(request, *args, **kwargs)

    def current_section(self):
        return self.code

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        section = self.section()
        form = context.get("form") or self.form()
        earlier = earlier_answers(self.proposal, section.asked, user=self.request.user)
        following = _following(context["outline"], self.code)
        return context | {
            "section": section,
            "form": form,
            "fields": fields_of(self.proposal, form, context.get("conflicts", {}), earlier),
            "following": following,
        }

    def section(self):
        for section in sections_of(self.proposal):
            if section.code == self.code and SectionKind(section.kind).has_questions:
                return section
        raise Http404

    def form(self, data=None):
        return AnswersForm(data, proposal=self.proposal, questions=self.section().asked)

    def post(self, request, *_args, **_kwargs):
        form = self.form(request.POST)
        form.is_valid()
        answers, seen = form.cleaned_data, form.seen()
        theirs = {code for code in answers if f"take-{code}" in request.POST}
        answers = {code: value for code, value in answers.items() if code not in theirs}
        conflicts = self.save(form, answers, seen)
        if form.errors or conflicts:
            self.proposal = fresh(self.proposal)
            context = self.get_context_data(form=form, conflicts=conflicts)
            return self.render_to_response(context, status=409 if conflicts else 422)
        messages.success(request, _("Your draft is saved. You can go on at any time."))
        return redirect(request.get_full_path())

    def save(self, form, answers, seen):
        """Save what can be saved; errors go to the form, conflicts are returned."""
        conflicts = {}
        while answers:
            try:
                write_answers(self.proposal, answers, by=self.request.user, seen=seen)
            except AnswersNotPossible as refusal:
                wrong = refusal.fields
                for code, sentences in wrong.items():
                    form.add_error(code, sentences)
            except AnswerConflict as refusal:
                wrong = refusal.conflicts
                conflicts |= wrong
            else:
                break
            answers = {code: value for code, value in answers.items() if code not in wrong}
        return conflicts


class AnswerPart(DraftPart, View):
    """One answer: GET shows its field as saved, POST saves it by itself."""

    def dispatch(self, request, *args, **kwargs):
        self.code = kwargs["code"]
        return super().dispatch(request, *args, **kwargs)

    def not_a_draft(self):
        message = _("A proposal that was submitted can no longer be edited.")
        return self.status(409, error=message)

    def get(self, request, *_args, **_kwargs):
        form = self.form()
        field = fields_of(self.proposal, form, {})[0]
        return render(
            request, "allocations/editor/field.html", {"answer": field, "proposal": self.proposal}
        )

    def post(self, request, *_args, **_kwargs):
        form = self.form(request.POST)
        form.is_valid()
        try:
            write_answers(self.proposal, form.cleaned_data, by=request.user, seen=form.seen())
        except AnswersNotPossible as refusal:
            return self.status(422, error=" ".join(refusal.fields[self.code]))
        except AnswerConflict as refusal:
            self.proposal = fresh(self.proposal)
            conflicts = refusal.conflicts
            return self.status(409, conflict=_conflict(self.proposal, self.code, conflicts))
        except Refusal as refusal:
            return self.status(409, error=str(refusal))
        self.proposal = fresh(self.proposal)
        return self.status(
            200,
            saved_at=timezone.now(),
            version=self.proposal.answer_versions.get(self.code, 0),
            outline=outline(self.proposal, current=self._section()),
        )

    def form(self, data=None):
        question = questions_of(self.proposal).get(self.code)
        if question is None:
            raise Http404
        return AnswersForm(data, proposal=self.proposal, questions=[question])

    def status(self, status, **context):
        context |= {"code": self.code, "proposal": self.proposal}
        template = "allocations/editor/status.html"
        return render(self.request, template, context, status=status)

    def _section(self):
        return next(
            row.code
            for row in sections_of(self.proposal)
            if any(question.code == self.code for question in row.asked)
        )


class TeamPage(DraftPage):
    template_name = "allocations/editor/team.html"
    section_kind = SectionKind.TEAM

    def get_context_data(self, **kwargs):
        team = self.proposal.team.values_list("email", flat=True)
        kwargs.setdefault("form", TeamForm(initial={"team": "\n".join(team)}))
        seen = self.proposal.answer_versions.get("team", 0)
        return super().get_context_data(team=team, seen=seen, **kwargs)

    def post(self, request, *_args, **_kwargs):
        form = TeamForm(request.POST)
        if form.is_valid():
            try:
                edit_proposal(self.proposal, by=request.user, **form.cleaned_data)
            except Refusal as refusal:
                form.add_error("team", str(refusal))
        if form.errors:
            return self.render_to_response(self.get_context_data(form=form), status=422)
        messages.success(request, _("The team is saved."))
        return redirect("allocations:proposal_team", pk=self.proposal.pk)


class PresencePart(DraftPart, View):
    """Who else is here, and which answers are newer than the page."""

    def post(self, request, *_args, **_kwargs):
        section = request.POST.get("section", "")
        others = be_present(self.proposal, by=request.user, section=section)
        labels = {row.code: row.label for row in sections_of(self.proposal)}
        return render(
            request,
            "allocations/editor/presence.html",
            {
                "others": [(row.user, labels.get(row.section, "")) for row in others],
                "versions": self.proposal.answer_versions,
            },
        )


def earlier_answers(proposal, questions, *, user):
    """``{code: earlier proposal}`` for each open question, by the newest that can answer it."""
    empty = [row.code for row in questions if answer_of(proposal, row.code) is None]
    found = {}
    for source in earlier_proposals(proposal, user=user)[:MOST_EARLIER] if empty else []:
        for code in reusable(proposal, source).keys() & set(empty):
            found.setdefault(code, source)
    return found


def fields_of(proposal, form, conflicts, earlier=MappingProxyType({})):
    """What the template needs to know of each field beside the form's own."""
    answers = answers_of(proposal, form.fields)
    rows = []
    for code in form.fields:
        question = form.fields[code].question
        rows.append(
            {
                "field": form[code],
                "question": question,
                "required": is_required(question, answers),
                "is_text": QuestionKind(question.kind).is_text,
                "version": proposal.answer_versions.get(code, 0),
                "earlier": earlier.get(code),
                "conflict": code in conflicts and _conflict(proposal, code, conflicts),
            }
        )
    return rows


def _likeness(proposal, *, reader):
    """``(alike, whether the reader may see it)``."""
    found = alike(proposal, at=clock.now())
    asked = Proposal.objects.filter(pk__in=[entry.proposal.pk for entry in found])
    visible = set(asked.visible_to(reader).values_list("pk", flat=True)) if found else set()
    return [(entry, entry.proposal.pk in visible) for entry in found]


def _conflict(proposal, code, conflicts):
    question = questions_of(proposal)[code]
    found = conflicts[code]
    theirs = in_words(question, found["theirs"], proposal=proposal)
    yours = in_words(question, found["yours"], proposal=proposal)
    last = proposal.changes.filter(question=code).select_related("by").first()
    return {
        "code": code,
        "version": found["version"],
        "by": last and last.by,
        "difference": difference(theirs, yours),
        "both": both(theirs, yours) if QuestionKind(question.kind).is_text else "",
    }


def _following(rows, code):
    codes = [row["section"].code for row in rows]
    place = codes.index(code) + 1 if code in codes else len(codes)
    return rows[place] if place < len(rows) else None
