from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge
from jaif_portal.templatetags.portal import duration

from ..flows import orders
from ..models import Job, JobHold, JobState
from .cells import moment, two_lines
from .filters import PartitionFilter


def still_live(job):
    return _("The job has already ended.") if JobState(job.state).is_final else ""


def waits_unheld(job):
    return waits(job) or (_("It is on hold already.") if job.hold == JobHold.ADMIN else "")


def is_held(job):
    return waits(job) or ("" if job.hold else _("Nobody holds it."))


def waits(job):
    return "" if job.state == JobState.PENDING else _("The job does not wait.")


def runs(job):
    if job.state != JobState.RUNNING:
        return _("The job does not run.")
    return "" if job.may_requeue else _("The job was submitted as one that must not start again.")


@admin.register(Job)
class JobAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    """Jobs of projects; those of the simulated other users are no rows to work on."""

    list_display = ["job", "nodes", "limit", state_badge, "submitted"]
    list_filter = ["state", ("partition", PartitionFilter)]
    search_fields = ["name", "allocation__project__budget", "submitted_by__email"]
    list_select_related = ["allocation__project", "allocation__partition__system"]
    show_full_result_count = False
    acts = [
        Act(
            name="hold",
            label=_("Put the job on hold"),
            flow=orders.hold_job,
            permission="allocations.administer_job",
            possible=waits_unheld,
        ),
        Act(
            name="release",
            label=_("Release the job"),
            flow=orders.release_job,
            permission="allocations.administer_job",
            possible=is_held,
        ),
        Act(
            name="requeue",
            label=_("Start the job again"),
            flow=orders.requeue_job,
            permission="allocations.administer_job",
            possible=runs,
            grave=True,
        ),
        Act(
            name="cancel",
            label=_("Cancel the job"),
            flow=orders.cancel_job,
            permission="allocations.cancel_job",
            possible=still_live,
            grave=True,
        ),
    ]

    def get_queryset(self, request):
        return Job.objects.visible_to(request.user)

    @admin.display(description=_("job"), ordering="pk")
    def job(self, job):
        return two_lines(job, job.allocation.project.budget)

    @admin.display(description=_("time limit"), ordering="time_limit")
    def limit(self, job):
        return duration(job.time_limit)

    @admin.display(description=_("submitted at"), ordering="submitted_at")
    def submitted(self, job):
        return moment(job.submitted_at)
