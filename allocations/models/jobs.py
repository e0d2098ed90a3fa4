from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from .machines import FundingShare, Partition
from .projects import Allocation


class JobState(models.TextChoices):
    """Slurm's names, in lower case."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    TIMEOUT = "timeout", _("Time limit reached")
    CANCELLED = "cancelled", _("Cancelled")

    @property
    def successors(self):
        return {
            JobState.PENDING: {JobState.RUNNING, JobState.CANCELLED},
            JobState.RUNNING: {
                JobState.COMPLETED,
                JobState.FAILED,
                JobState.TIMEOUT,
                JobState.CANCELLED,
            },
        }.get(self, set())

    @property
    def is_final(self):
        return not self.successors


class PendingReason(models.TextChoices):
    """Why a job waits: Slurm's reason code, and a sentence for people."""

    NONE = "None", _("The scheduler has not looked at this job yet. It does so every few seconds.")
    PRIORITY = "Priority", _("Other jobs are ahead of this one in the queue.")
    RESOURCES = (
        "Resources",
        _("This job is next, and waits until enough nodes are free at the same time."),
    )
    ASSOC_GRP_NODE_MINUTES = (
        "AssocGrpNodeMinutes",
        _(
            "Your project has not enough free hours for the longest this job may take. "
            "It starts as soon as running jobs give hours back, or with a shorter time limit."
        ),
    )
    INVALID_ACCOUNT = "InvalidAccount", _("Your project's allocation has ended.")
    BEGIN_TIME = "BeginTime", _("This job waits for its begin time.")


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Jobs of projects: those of other users on the machine are shown to nobody."""
        jobs = self.filter(allocation__isnull=False)
        if user.has_perm("allocations.see_everything"):
            return jobs
        return jobs.filter(allocation__project__members__email=user.email)

    def live(self):
        return self.filter(state__in=[JobState.PENDING, JobState.RUNNING])


class Job(models.Model):
    """Work on a partition: a project's, or that of the machine's many other users.

    ``submitted_at`` is when it was handed in, ``eligible_at`` when the scheduler took it
    in. ``runtime`` and ``exit_code`` are how it will end, unknown to everybody until it
    has; times are in seconds.
    """

    partition = models.ForeignKey(
        Partition, models.PROTECT, related_name="jobs", verbose_name=_("partition")
    )
    allocation = models.ForeignKey(
        Allocation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("allocation"),
    )
    share = models.ForeignKey(
        FundingShare, models.PROTECT, related_name="jobs", verbose_name=_("funding share")
    )
    background_key = models.CharField(max_length=40, null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("submitted by"),
    )
    name = models.CharField(_("name"), max_length=100)
    script = models.TextField(_("script"), max_length=20_000, blank=True)
    nodes = models.PositiveIntegerField(_("nodes"), validators=[MinValueValidator(1)])
    time_limit = models.PositiveIntegerField(_("time limit"), help_text=_("In seconds."))
    runtime = models.PositiveIntegerField(editable=False)
    exit_code = models.PositiveSmallIntegerField(_("exit code"), default=0)
    state = models.CharField(_("state"), max_length=20, choices=JobState, default=JobState.PENDING)
    reason = models.CharField(
        _("reason"), max_length=40, choices=PendingReason, default=PendingReason.NONE
    )
    low_priority = models.BooleanField(
        _("lowest priority"),
        default=False,
        help_text=_("The quota was used up before it started. New quota does not lift this."),
    )
    submitted_at = models.DateTimeField(_("submitted at"))
    eligible_at = models.DateTimeField(_("eligible at"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancel asked at"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="job_shape", condition=Q(nodes__gte=1, time_limit__gte=60, runtime__gte=1)
            ),
            models.CheckConstraint(
                name="job_of_a_project_or_of_others",
                condition=Q(allocation=None, background_key__isnull=False)
                | Q(
                    allocation__isnull=False,
                    background_key=None,
                    submitted_by__isnull=False,
                ),
            ),
            models.UniqueConstraint(
                name="background_job_once", fields=["partition", "background_key"]
            ),
        ]
        indexes = [
            models.Index(
                name="job_live",
                fields=["partition", "submitted_at"],
                condition=Q(state__in=["pending", "running"]),
            ),
            models.Index(fields=["allocation", "-id"]),
        ]

    def __str__(self):
        return f"{self.pk} {self.name}"

    def get_reason_display(self):  # type: ignore[no-redef]  # Django leaves it to the class
        """The sentence of the reason; where it lies in a monthly quota, with what lifts it."""
        month = self.allocation.month if self.allocation_id is not None else None
        if self.low_priority and self.reason == PendingReason.PRIORITY:
            return _(
                "This job has the lowest priority, since the quota was used up: it starts when "
                "nothing else waits. New hours do not change that. If there are some, cancel it "
                "and submit it again."
            )
        if (
            self.reason == PendingReason.ASSOC_GRP_NODE_MINUTES
            and month is not None
            and month.ends_at < self.allocation.ends_at
        ):
            opens = timezone.localtime(month.ends_at)
            return _(
                "Your project has not enough free hours this month for the longest this job may "
                "take. It starts as soon as running jobs give hours back, with a shorter time "
                "limit, or when the next month opens on %(moment)s."
            ) % {"moment": date_format(opens, "SHORT_DATETIME_FORMAT")}
        return PendingReason(self.reason).label
