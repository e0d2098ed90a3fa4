"""Projects and their hours."""

import datetime as dt

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Prefetch
from django.views.generic import DetailView, ListView

from jaif_portal import clock
from onboarding.models import User

from ..models import Allocation, AllocationState, Job, Project
from .quotas import with_quota

ONE_DAY = dt.timedelta(days=1)


class Projects(LoginRequiredMixin):
    model = Project
    context_object_name = "project"

    def get_queryset(self):
        allocations = Allocation.objects.select_related(
            "partition__system", "account", "case", "month"
        ).prefetch_related("obligations")
        return (
            Project.objects.visible_to(self.request.user)
            .select_related("organisation", "proposal")
            .prefetch_related(Prefetch("allocations", allocations))
        )


class ProjectList(Projects, ListView):
    template_name = "allocations/projects.html"
    context_object_name = "projects"
    paginate_by = 30


class ProjectDetail(Projects, DetailView):
    template_name = "allocations/project.html"

    def get_context_data(self, **kwargs):
        project, now = self.object, clock.now()
        allocations = with_days_left(with_quota(project.allocations.all(), at=now), at=now)
        return super().get_context_data(
            allocations=allocations,
            members=_members(project),
            jobs=Job.objects.filter(allocation__project=project)[:10],
            job_allocation=next((row for row in allocations if self._may_submit(row)), None),
            may_write_report=any(
                self.request.user.has_perm("allocations.write_report", row) for row in allocations
            ),
            now=now,
            **kwargs,
        )

    def _may_submit(self, allocation):
        is_active = allocation.state == AllocationState.ACTIVE
        return is_active and self.request.user.has_perm("allocations.submit_job", allocation)


def with_days_left(allocations, *, at):
    """The allocations, each knowing how many days remain of its period; whole days begun count."""
    for allocation in allocations:
        remaining = allocation.ends_at - max(at, allocation.starts_at)
        allocation.days_left = max(0, -(-remaining // ONE_DAY))
    return allocations


def _members(project):
    """Each member with the name on their account; none has to have one yet."""
    members = list(project.members.all())
    people = User.objects.filter(email__in=[member.email for member in members])
    names = dict(people.values_list("email", "name"))
    return [{"member": member, "name": names.get(member.email, "")} for member in members]
