"""Projects and their hours."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Prefetch
from django.views.generic import DetailView, ListView

from jaif_portal import clock

from ..models import Allocation, AllocationState, Job, Project


class Projects(LoginRequiredMixin):
    model = Project
    context_object_name = "project"

    def get_queryset(self):
        allocations = Allocation.objects.select_related(
            "partition__system", "account", "case"
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
        project = self.object
        return super().get_context_data(
            members=project.members.all(),
            jobs=Job.objects.filter(allocation__project=project)[:10],
            can_submit=any(
                row.state == AllocationState.ACTIVE
                and self.request.user.has_perm("allocations.submit_job", row)
                for row in project.allocations.all()
            ),
            now=clock.now(),
            **kwargs,
        )
