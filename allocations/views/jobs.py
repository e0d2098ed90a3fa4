"""Jobs as their owners meet them."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.vary import vary_on_headers
from django.views.generic import DetailView, FormView, ListView
from django.views.generic.detail import SingleObjectMixin

from jaif_portal import clock
from jaif_portal.models import Transition
from jaif_portal.views.flow_forms import FlowFormMixin

from ..flows.jobs import cancel_job, submit_job
from ..forms import JobForm
from ..models import Job, JobState


class Jobs(LoginRequiredMixin):
    model = Job
    context_object_name = "job"

    def get_queryset(self):
        return Job.objects.visible_to(self.request.user).select_related(
            "allocation__project", "partition__system", "submitted_by"
        )


@method_decorator(vary_on_headers("HX-Request"), name="dispatch")
class JobList(Jobs, ListView):
    """The jobs of one's projects; the table alone for the page that keeps itself up to date."""

    context_object_name = "jobs"
    paginate_by = 30

    def get_template_names(self):
        return ["allocations/jobs_table.html" if self.request.htmx else "allocations/jobs.html"]


class JobNew(LoginRequiredMixin, FlowFormMixin, FormView):
    form_class = JobForm
    template_name = "allocations/job_new.html"
    done_message = _("Your job is in the queue.")

    def get_initial(self):
        return {**super().get_initial(), **self._asked_for()}

    def _asked_for(self):
        allocation = self.request.GET.get("allocation", "")
        return {"allocation": allocation} if allocation.isdigit() else {}

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def act(self, form):
        allocation = form.cleaned_data["allocation"]
        return submit_job(allocation, by=self.request.user, **form.shape())

    def get_success_url(self):
        return reverse("allocations:job", args=[self.object.pk])


@method_decorator(vary_on_headers("HX-Request"), name="dispatch")
class JobDetail(Jobs, DetailView):
    def get_template_names(self):
        return ["allocations/job_state.html" if self.request.htmx else "allocations/job.html"]

    def get_context_data(self, **kwargs):
        job = self.object
        is_final, elapsed = JobState(job.state).is_final, _elapsed(job)
        return super().get_context_data(
            transitions=Transition.objects.of(job),
            is_final=is_final,
            may_cancel=not is_final
            and job.cancel_requested_at is None
            and self.request.user.has_perm("allocations.cancel_job", job),
            elapsed=elapsed,
            most=job.nodes * job.time_limit,
            used=job.nodes * elapsed,
            **kwargs,
        )


class JobCancel(Jobs, FlowFormMixin, SingleObjectMixin, FormView):
    form_class = Form
    template_name = "allocations/job_cancel.html"
    done_message = _("The job is being taken back.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def act(self, _form):
        return cancel_job(self.object, by=self.request.user)

    def get_success_url(self):
        return reverse("allocations:job", args=[self.object.pk])


def _elapsed(job):
    """Seconds on its nodes so far; 0 for a job that has not started."""
    if job.started_at is None:
        return 0
    return max(0, int(((job.ended_at or clock.now()) - job.started_at).total_seconds()))
