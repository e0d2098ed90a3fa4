"""Reports: written page by page, read again, and printed."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from jaif_portal import clock
from jaif_portal.exceptions import Refusal
from jaif_portal.models import Transition
from jaif_portal.templatetags.portal import duration, gpu_hours

from ..exceptions import ReportIncomplete
from ..flows.report_figures import figures, questions_of
from ..flows.reports import begin_interim_report, save_report, submit_report
from ..forms.reports import ReportAnswersForm
from ..models import Allocation, Obligation, ObligationState
from .documents import pdf


class Reports(LoginRequiredMixin):
    """The obligation of a visible allocation that the address names."""

    def get_obligation(self):
        rows = Obligation.objects.filter(
            allocation__in=Allocation.objects.visible_to(self.request.user)
        ).select_related(
            "report__form",
            "report__submitted_by",
            "allocation__account",
            "allocation__partition__system",
            "allocation__project__organisation",
            "allocation__project__proposal__policy__mode",
        )
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class ReportPage(Reports, TemplateView):
    """A form with two buttons while the report is open, and what was handed in afterwards."""

    template_name = "allocations/report.html"

    def get_context_data(self, **kwargs):
        obligation = kwargs.pop("obligation", None) or self.get_obligation()
        user, allocation = self.request.user, obligation.allocation
        is_open = ObligationState(obligation.state).is_open
        may_write = is_open and user.has_perm("allocations.write_report", allocation)
        form = kwargs.pop("form", None) or (
            ReportAnswersForm(obligation=obligation) if may_write else None
        )
        return super().get_context_data(
            obligation=obligation,
            project=allocation.project,
            facts=facts(obligation),
            form=form,
            answers=answered(obligation),
            may_submit=user.has_perm("allocations.submit_report", allocation),
            transitions=Transition.objects.of(obligation),
            now=clock.now(),
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        obligation = self.get_obligation()
        if not request.user.has_perm("allocations.write_report", obligation.allocation):
            raise PermissionDenied
        form = ReportAnswersForm(request.POST, obligation=obligation)
        if form.is_valid() and self._keep(obligation, form):
            return redirect("allocations:report", pk=obligation.pk)
        context = self.get_context_data(form=form, obligation=obligation)
        return self.render_to_response(context)

    def _keep(self, obligation, form):
        """Whether all that was asked for was done; a refusal is put on the form."""
        by, version = self.request.user, form.cleaned_data["version"]
        try:
            saved = save_report(obligation, by=by, version=version, answers=form.answers())
            form.data = form.data | {"version": saved.report.version}
            if "submit" in self.request.POST:
                submit_report(saved, by=by)
        except Refusal as refusal:
            fields = refusal.fields if isinstance(refusal, ReportIncomplete) else {}
            for field, sentences in (fields or {None: [str(refusal)]}).items():
                form.add_error(field, sentences)
            return False
        said = _("The report is handed in.") if "submit" in self.request.POST else _("Saved.")
        messages.success(self.request, said)
        return True


class ReportBegin(LoginRequiredMixin, View):
    def post(self, request, pk):
        rows = Allocation.objects.visible_to(request.user)
        allocation = get_object_or_404(rows.select_related("project"), pk=pk)
        try:
            obligation = begin_interim_report(allocation, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("allocations:project", pk=allocation.project_id)
        return redirect("allocations:report", pk=obligation.pk)


class ReportPDF(Reports, View):
    def get(self, request, *args, **kwargs):
        obligation = self.get_obligation()
        project = obligation.allocation.project
        data = {
            "title": f"{obligation.get_kind_display()} {project.identifier}",
            "subtitle": project.title,
            "language": translation.get_language()[:2],
            "facts": [[name, value] for name, value in facts(obligation)],
            "answers": answered(obligation),
        }
        name = f"report-{project.identifier}-{obligation.pk}.pdf"
        return pdf("allocations/report.typ", data=data, filename=name)


def answered(obligation):
    """``[[question, answer], ...]`` in the reader's language."""
    report = getattr(obligation, "report", None)
    if report is None:
        return []
    mode = obligation.allocation.project.proposal.policy.mode
    asked = questions_of(report.form, mode=mode)
    return [[row["label"], report.answers.get(row["key"], "")] for row in asked]


def facts(obligation):
    """``[(name, value), ...]``: as they were when the report was handed in, else as they are."""
    report = getattr(obligation, "report", None)
    allocation = obligation.allocation
    found = (report and report.figures) or figures(allocation)
    wait, kwh, co2 = found["mean_wait_seconds"], found["energy_kwh"], found["co2_kg"]

    def hours(node_seconds):
        return gpu_hours(node_seconds, allocation.partition)

    def day(text):
        return date_format(parse_datetime(text).astimezone(clock.BRUSSELS), "DATE_FORMAT")

    unused = found["granted_node_seconds"] - found["used_node_seconds"]
    return [
        (_("Project"), found["project"]),
        (_("Organisation"), found["organisation"]),
        (_("System"), found["system"]),
        (_("Period"), f"{day(found['starts_at'])} – {day(found['ends_at'])}"),
        (_("Principal investigator"), ", ".join(found["pi"])),
        (_("Team"), ", ".join(found["team"]) or "–"),
        (_("GPU-hours granted"), hours(found["granted_node_seconds"])),
        (_("GPU-hours used"), hours(found["used_node_seconds"])),
        (_("GPU-hours not used"), hours(unused)),
        (_("Jobs"), number_format(found["jobs"], force_grouping=True)),
        (_("Mean wait of a job"), "–" if wait is None else duration(wait)),
        (_("Energy, at most"), "–" if kwh is None else f"{number_format(kwh)} kWh"),
        (_("CO₂ from it"), "–" if co2 is None else f"{number_format(co2)} kg"),
        (_("Factor"), found["co2_factor"] or "–"),
    ]
