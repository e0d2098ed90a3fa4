"""What a job can cost, said before it is submitted. The flow decides; this explains."""

from dataclasses import dataclass

from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils.translation import gettext as _

from jaif_portal.views.flow_forms import FlowFormMixin

from ..flows.specs import find_obstacle
from ..models import Allocation


@dataclass(frozen=True)
class Cost:
    """The most that a job of this shape can cost, beside what its allocation has."""

    allocation: Allocation
    nodes: int
    time_limit: int
    tasks: int = 1

    @classmethod
    def of(cls, form):
        """The cost of a ``ShapeForm``'s answers; nothing while some are missing or wrong."""
        if not form.is_valid():
            return None
        answers = form.cleaned_data
        return cls(answers["allocation"], answers["nodes"], form.time_limit, form.tasks)

    @property
    def partition(self):
        return self.allocation.partition

    @property
    def most(self):
        """Node-seconds: whole nodes for the whole time limit, of all tasks."""
        return self.nodes * self.time_limit * self.tasks

    @property
    def available(self):
        return self.allocation.account.available

    @property
    def rest(self):
        return max(0, self.available - self.most)

    @property
    def obstacle(self):
        """Why the job would be refused, in the flow's own words; empty where it would not."""
        return find_obstacle(self.allocation, nodes=self.nodes, time_limit=self.time_limit)

    @property
    def warning(self):
        """Why the job would be refused or would have to wait; empty where hours suffice."""
        if self.obstacle:
            return self.obstacle
        if self.most > self.allocation.account.left:
            return _(
                "The allocation has not enough hours for all of them: some may never start. They "
                "start as long as there are hours."
            )
        if self.most > self.available:
            return _(
                "The job would wait until running jobs give back hours that are reserved for them."
            )
        return ""


class SubmissionMixin(LoginRequiredMixin, FlowFormMixin):
    """A form that puts jobs into the queue, or on request only says what they can cost."""

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form):
        if "cost" in self.request.POST:  # for those without JavaScript
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)
