"""The compliance interview: of a proposal, and before an account without storing anything."""

from contextlib import suppress
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.views.generic import DetailView, FormView, TemplateView

from jaif_portal import clock
from jaif_portal.exceptions import Refusal

from ..compliance import AnswerNotPossible, Kind, cleaned, conclude, read, walk
from ..flows.assessments import answer_questions, check_again
from ..flows.compliance import (
    catalogue_at,
    findings_in_words,
    in_words,
    language,
    standing,
    told,
)
from ..flows.questions import sections_of
from ..forms import AssessmentForm, QuestionForm
from ..models import CompliancePart, ProposalState, SectionKind
from .drafts import DraftPart, outline
from .proposals import Proposals

PUBLIC_PARTS = [CompliancePart.AI_ACT, CompliancePart.GPAI]


class CompliancePage(Proposals, DetailView):
    """All answers and what follows; by POST they are taken over for a changed request.

    Whoever writes a draft sees it as a section of the editor.
    """

    def get_template_names(self):
        name = "section" if self.may_answer() else "overview"
        return [f"allocations/compliance/{name}.html"]

    def may_answer(self):
        proposal, user = self.object, self.request.user
        is_draft = proposal.state == ProposalState.DRAFT
        return is_draft and user.has_perm("allocations.edit_proposal", proposal)

    def get_context_data(self, **kwargs):
        now = standing(self.object)
        return super().get_context_data(
            standing=now,
            told=told(now),
            titles=[now.catalogue.parts[part] for part in now.parts],
            may_answer=self.may_answer(),
            outline=outline(self.object, current=_section(self.object)),
            changes=now.assessment.changes.select_related("by")[:50] if now.assessment.pk else [],
            now=clock.now(),
            energy=now.energy,
            **_result(now.conclusion, now.interview),
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        self.object = self.get_object()
        try:
            check_again(self.object, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return _go_on(self.object)


class ComplianceQuestion(DraftPart, FormView):
    """One question of a draft: the current one, or an earlier one to answer otherwise."""

    form_class = AssessmentForm
    template_name = "allocations/compliance/question.html"

    def dispatch(self, request, *args, **kwargs):
        self.name = kwargs["question"]
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def now(self):
        return standing(self.proposal)

    @cached_property
    def question(self):
        """The question in the address, if the interview has come to it."""
        open_ones = [*self.now.interview.asked, self.now.interview.current]
        return next((row for row in open_ones if row and row.id == self.name), None)

    def get(self, request, *args, **kwargs):
        if self.question is None or self.now.needs_request:
            return _go_on(self.proposal)
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if self.question is None:
            return _go_on(self.proposal)
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "question": self.question}

    def get_initial(self):
        answer = self.now.interview.answers.get(self.question.id)
        return {"version": self.now.assessment.version, self.question.id: answer}

    def get_context_data(self, **kwargs):
        asked = list(self.now.interview.asked)
        number = asked.index(self.question) if self.question in asked else len(asked)
        return super().get_context_data(
            proposal=self.proposal,
            standing=self.now,
            question=self.question,
            part=self.now.catalogue.parts[self.question.part],
            outline=outline(self.proposal, current=_section(self.proposal)),
            previous=asked[number - 1] if number else None,
            number=number + 1,
            total=len(asked) + self.now.interview.ahead,
            **kwargs,
        )

    def form_valid(self, form):
        answers = {self.question.id: form.answer}
        version = form.cleaned_data["version"]
        try:
            answer_questions(self.proposal, answers, by=self.request.user, version=version)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return _go_on(self.proposal)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


class AIActCheck(TemplateView):
    """The part on the AI Act for everybody. The answers are in the address; nothing is stored."""

    def get_template_names(self):
        asking = self.interview.current is not None
        return [f"allocations/before/ai_act{'_question' if asking else ''}.html"]

    def get(self, request, *args, **kwargs):
        self.catalogue = read(catalogue_at(clock.now()).document, language=language())
        self.answers = dict(self._answers())
        again = request.GET.get("again")
        told_so_far = {name: row for name, row in self.answers.items() if name != again}
        self.interview = walk(self.catalogue, told_so_far, parts=PUBLIC_PARTS)
        return super().get(request, *args, **kwargs)

    def _answers(self):
        """The possible answers of the address, also to questions further on."""
        query = self.request.GET
        for question in self.catalogue.questions:
            given = query.getlist(question.id)
            with suppress(AnswerNotPossible):
                answer = given if question.kind is Kind.MANY else (given or [""])[-1]
                yield question.id, cleaned(question, answer)

    def get_context_data(self, **kwargs):
        interview = self.interview
        rows = [
            {
                "question": question,
                "words": in_words(question, interview.answers[question.id]),
                "again": self._address(again=question.id),
            }
            for question in interview.asked
        ]
        context = super().get_context_data(rows=rows, now=clock.now(), **kwargs)
        if interview.current is None:
            conclusion = conclude(self.catalogue, interview, parts=PUBLIC_PARTS)
            return context | _result(conclusion, interview)
        question = interview.current
        return context | {
            "question": question,
            "part": self.catalogue.parts[question.part],
            "form": self._form(question),
            "carried": [pair for pair in self._pairs() if pair[0] != question.id],
            "previous": rows[-1]["again"] if rows else None,
            "number": len(rows) + 1,
            "total": len(rows) + interview.ahead,
        }

    def _form(self, question):
        """Bound once its own button was used, so that an empty answer is said to be missing."""
        if self.request.GET.get("asked") == question.id:
            return QuestionForm(self.request.GET, question=question)
        return QuestionForm(question=question, initial=self.answers)

    def _pairs(self):
        several = {k: v if isinstance(v, list) else [v] for k, v in self.answers.items()}
        return [(name, one) for name, answers in several.items() for one in answers]

    def _address(self, **more):
        return f"{self.request.path}?{urlencode([*self._pairs(), *more.items()])}"


def _result(conclusion, interview):
    if interview.current is not None:
        return {"settled": False}
    far = [duty for duty in conclusion.duties if duty.applies_from]
    undated = [duty for duty in conclusion.duties if not duty.applies_from]
    return {
        "settled": True,
        "stopped": interview.stopped,
        "findings": conclusion.findings,
        "results": findings_in_words(conclusion.findings),
        "duties": undated + sorted(far, key=lambda duty: duty.applies_from),
    }


def _section(proposal):
    """The code of the section of the form that the interview fills."""
    kinds = [row for row in sections_of(proposal) if row.kind == SectionKind.COMPLIANCE]
    return kinds[0].code if kinds else ""


def _go_on(proposal):
    """To the next question, or to the result once there is none."""
    now = standing(proposal)
    current = now.interview.current
    if current is None or now.outdated:
        return redirect("allocations:compliance", pk=proposal.pk)
    return redirect("allocations:compliance_question", pk=proposal.pk, question=current.id)
