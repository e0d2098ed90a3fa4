"""What people order about a job: each order on a page of its own that says what it does."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from django.views.generic.detail import SingleObjectMixin
from rules.contrib.views import PermissionRequiredMixin

from jaif_portal.views.flow_forms import FlowFormMixin

from ..flows import orders
from ..forms import ChangeForm, OrderForm
from ..models import Job, JobHold, JobState


class Jobs(LoginRequiredMixin):
    """The jobs that the person may see."""

    model = Job
    context_object_name = "job"

    def get_queryset(self):
        return Job.objects.visible_to(self.request.user).select_related(
            "allocation__project", "partition__system", "submitted_by", "array"
        )


@dataclass(frozen=True, kw_only=True)
class Order:
    """What can be ordered about a job, and in which words."""

    name: str
    flow: Callable
    title: str
    text: str
    done: str
    possible: Callable
    permission: str = "allocations.control_job"
    grave: bool = False

    @property
    def address(self):
        return f"allocations:job_{self.name}"


def waits(job):
    return job.state == JobState.PENDING


CANCEL = Order(
    name="cancel",
    flow=orders.cancel_job,
    title=_("Cancel this job"),
    text=_(
        "A waiting job leaves the queue and costs nothing. A running one is ended; what it has "
        "used until then is charged."
    ),
    done=_("The job is being taken back."),
    possible=lambda job: not JobState(job.state).is_final,
    permission="allocations.cancel_job",
    grave=True,
)
HOLD = Order(
    name="hold",
    flow=orders.hold_job,
    title=_("Put it on hold"),
    text=_("The job keeps its place in the queue, and does not start until it is released."),
    done=_("The job is on hold."),
    possible=lambda job: waits(job) and job.hold == JobHold.NOBODY,
)
RELEASE = Order(
    name="release",
    flow=orders.release_job,
    title=_("Release it"),
    text=_("The job goes on waiting at its place in the queue, and starts when it can."),
    done=_("The job has been released."),
    possible=lambda job: waits(job) and job.hold != JobHold.NOBODY,
)
REQUEUE = Order(
    name="requeue",
    flow=orders.requeue_job,
    title=_("Start it again"),
    text=_(
        "The job is ended and goes to the end of the queue, to start again from its beginning. "
        "It keeps its number. What it has used until then is charged."
    ),
    done=_("The job is being put back into the queue."),
    possible=lambda job: (
        job.state == JobState.RUNNING and job.may_requeue and job.requeue_requested_at is None
    ),
    grave=True,
)
CHANGE = Order(
    name="modify",
    flow=orders.modify_job,
    title=_("Change its size"),
    text=_(
        "With fewer nodes or a shorter time limit the job keeps its place in the queue. With more "
        "of either it goes to the end of the queue."
    ),
    done=_("The job has been changed."),
    possible=waits,
)
ORDERS = [HOLD, RELEASE, CHANGE, REQUEUE, CANCEL]


def orders_for(user, job):
    """Those that ``user`` can give about ``job`` as it stands."""
    return [
        order
        for order in ORDERS
        if order.possible(job)
        and user.has_perm(order.permission, job)
        and not (order is RELEASE and job.hold == JobHold.ADMIN and not _in_charge(user, job))
    ]


def _in_charge(user, job):
    return user.has_perm("allocations.administer_job", job)


class JobOrder(Jobs, PermissionRequiredMixin, FlowFormMixin, SingleObjectMixin, FormView):
    """Say what the order does, and do it."""

    order = CANCEL
    form_class = OrderForm
    template_name = "allocations/job_order.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def get_permission_required(self):
        return [self.order.permission]

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "is_task": self.object.array_id is not None}

    def act(self, form):
        flow, by = self.order.flow, self.request.user
        if form.cleaned_data.get("whole_array"):
            orders.for_all_tasks(flow, self.object, by=by)
            return self.object
        return flow(self.object, by=by)

    @property
    def done_message(self):
        return self.order.done

    def get_context_data(self, **kwargs):
        return super().get_context_data(order=self.order, **kwargs)

    def get_success_url(self):
        return reverse("allocations:job", args=[self.object.pk])


class JobChange(JobOrder):
    """A form for the new size."""

    order = CHANGE
    form_class = ChangeForm

    def get_form_kwargs(self):
        return FormView.get_form_kwargs(self)

    def get_initial(self):
        hours, rest = divmod(self.object.time_limit, 3600)
        return {"nodes": self.object.nodes, "hours": hours, "minutes": rest // 60}

    def act(self, form):
        wishes = {"nodes": form.cleaned_data["nodes"], "time_limit": form.time_limit}
        return self.order.flow(self.object, by=self.request.user, **wishes)
