"""Jobs as their owners meet them."""

import datetime as dt
import re
from itertools import chain

from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.vary import vary_on_headers
from django.views.generic import DetailView, FormView, ListView, TemplateView

from jaif_portal import clock
from jaif_portal.models import Transition
from jaif_portal.views.tables import stream_csv

from ..flows.forecasts import with_forecasts
from ..flows.job_templates import shape_of
from ..flows.jobs import submit_job
from ..flows.output import read_log, seconds_so_far
from ..flows.sacct import FIELDS, accountable, energy, records
from ..forms import JobForm, JobSearchForm, ShapeForm
from ..models import Job, JobState, JobTemplate
from .costs import Cost, SubmissionMixin
from .forecasts import say_starts, start_of_job, start_of_shape
from .orders import Jobs, orders_for
from .waiting import prospects, waits_of

NOTICE = dt.timedelta(days=7)  # before maintenance

PK = re.compile(r"[0-9]{1,18}", re.ASCII)


@method_decorator(vary_on_headers("HX-Request"), name="dispatch")
class JobList(Jobs, ListView):
    """The jobs of one's projects; the table alone for the page that keeps itself up to date."""

    context_object_name = "jobs"
    paginate_by = 30

    def get_queryset(self):
        self.search = JobSearchForm(self.request.GET, user=self.request.user)
        return self.search.apply(with_forecasts(super().get_queryset()))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(search=self.search, **kwargs)
        live = [job for job in context["jobs"] if not JobState(job.state).is_final]
        moments = [job.partition.advanced_until for job in live]
        say_starts(live)
        return context | {"reached": min(filter(None, moments), default=None)}

    def get_template_names(self):
        return ["allocations/jobs_table.html" if self.request.htmx else "allocations/jobs.html"]


class JobsCSV(JobList):
    """The accounting records of the jobs that the list shows."""

    def get(self, request, *args, **kwargs):
        jobs = accountable(self.get_queryset()).iterator(chunk_size=500)
        rows = (record.values() for job in jobs for record in records(job))
        return stream_csv(chain([FIELDS], rows), filename="jobs.csv")


class JobNew(SubmissionMixin, FormView):
    """An empty form, or one filled in from a job or a template of one's own."""

    form_class = JobForm
    template_name = "allocations/job_new.html"
    done_message = _("Your job is in the queue.")

    def get_initial(self):
        return {**super().get_initial(), **self._asked_for()}

    def _asked_for(self):
        user, asked = self.request.user, self.request.GET
        wanted = {name: int(pk) for name, pk in asked.items() if PK.fullmatch(pk)}
        if "repeat" in wanted:
            job = get_object_or_404(Job.objects.visible_to(user), pk=wanted["repeat"])
            return JobForm.answers(shape_of(job)) | {"allocation": job.allocation_id}
        if "template" in wanted:
            rows = JobTemplate.objects.visible_to(user)
            return JobForm.answers(shape_of(get_object_or_404(rows, pk=wanted["template"])))
        return {"allocation": wanted["allocation"]} if "allocation" in wanted else {}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        shape = ShapeForm(context["form"].shape_answers, user=self.request.user)
        cost = Cost.of(shape)
        allocations = context["form"].fields["allocation"].queryset
        partition = cost.partition if cost else getattr(allocations.first(), "partition", None)
        context["job_templates"] = JobTemplate.objects.visible_to(self.request.user)
        return context | {"cost": cost} | start_of_shape(cost, partition)

    def act(self, form):
        allocation = form.cleaned_data["allocation"]
        return submit_job(allocation, by=self.request.user, **form.wishes())

    def get_success_url(self):
        return reverse("allocations:job", args=[self.object.pk])


class JobCost(LoginRequiredMixin, TemplateView):
    """What a job of the shape asked for can cost; a part of the form's page."""

    template_name = "allocations/job_cost.html"

    def get_context_data(self, **kwargs):
        shape = ShapeForm(self.request.GET, user=self.request.user)
        cost = Cost.of(shape)
        start = start_of_shape(cost, cost and cost.partition)
        return super().get_context_data(cost=cost, **start, **kwargs)


@method_decorator(vary_on_headers("HX-Request"), name="dispatch")
class JobDetail(Jobs, DetailView):
    def get_queryset(self):
        return accountable(super().get_queryset()).select_related("reservation")

    def get_template_names(self):
        return ["allocations/job_state.html" if self.request.htmx else "allocations/job.html"]

    def get_context_data(self, **kwargs):
        job, at = self.object, clock.now()
        is_final = JobState(job.state).is_final
        cancelling = not is_final and job.cancel_requested_at is not None
        waits = job.state == JobState.PENDING and not cancelling
        elapsed = seconds_so_far(job, at=at)
        return super().get_context_data(
            transitions=Transition.objects.of(job),
            is_final=is_final,
            cancelling=cancelling,
            waiting=prospects(job, at=at) if waits else None,
            start=start_of_job(job, at=at) if waits else None,
            waits=waits_of(job, at=at),
            maintenance=[] if is_final else job.partition.closures.maintenance(until=at + NOTICE),
            orders=[] if cancelling else orders_for(self.request.user, job),
            may_submit=self.request.user.has_perm("allocations.submit_job", job.allocation),
            tasks=job.array.tasks.count() if job.array_id else 0,
            elapsed=elapsed,
            most=job.nodes * job.time_limit,
            used=job.node_seconds if job.ended_at else job.node_seconds + job.nodes * elapsed,
            joules=_joules(job),
            log="\n".join(read_log(job, at=at)),
            records=None if self.request.htmx else records(job),
            **kwargs,
        )


def _joules(job):
    """Of all runs that have ended; ``None`` where there is none, or no figure for the nodes."""
    runs = [run for run in [*job.runs.all(), job] if run.started_at and run.ended_at]
    return sum(energy(run, job.partition) or 0 for run in runs) or None
