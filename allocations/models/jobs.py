from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from .closures import NodeClosure
from .machines import FundingShare, Partition
from .projects import Allocation
from .reasons import PendingReason
from .scheduling import QoS


class JobState(models.TextChoices):
    """Slurm's names, in lower case."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    TIMEOUT = "timeout", _("Time limit reached")
    CANCELLED = "cancelled", _("Cancelled")
    NODE_FAIL = "node_fail", _("Node failure")

    @property
    def successors(self):
        return {
            JobState.PENDING: {JobState.RUNNING, JobState.CANCELLED},
            JobState.RUNNING: {
                JobState.PENDING,  # requeued
                JobState.COMPLETED,
                JobState.FAILED,
                JobState.TIMEOUT,
                JobState.CANCELLED,
                JobState.NODE_FAIL,
            },
        }.get(self, set())

    @property
    def is_final(self):
        return not self.successors


class JobHold(models.TextChoices):
    """Who keeps a job from starting until it is released."""

    NOBODY = "", _("nobody")
    USER = "user", _("a member of the project")
    ADMIN = "admin", _("an administrator")
    MAX_REQUEUE = "max_requeue", _("the portal, since nodes failed too often")


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
    in, which is its place in the queue. ``runtime`` and ``exit_code`` are how it will end,
    unknown to everybody until it has; times are in seconds.

    A task of an array is a job of its own; ``array`` is the first task, whose number is the
    array's. A job that was requeued is the same row: ``runs`` keeps what it ran before.

    ``reason_log`` has ``[second since the epoch, reason]`` for each change of the reason for
    which a project's job has waited, as the queue found it. Under the policy ``slurm`` its
    ``priority`` is the sum of ``priority_factors``, points by ``sprio``'s names: as of the last
    step in which it waited for nodes.
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
    node_list = models.TextField(
        _("node list"), blank=True, help_text=_("The nodes it runs or ran on.")
    )
    reservation = models.ForeignKey(
        NodeClosure,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("reservation"),
    )
    qos = models.ForeignKey(
        QoS, models.PROTECT, null=True, blank=True, related_name="jobs", verbose_name=_("QoS")
    )
    script = models.TextField(_("script"), max_length=20_000, blank=True)
    nodes = models.PositiveIntegerField(_("nodes"), validators=[MinValueValidator(1)])
    time_limit = models.PositiveIntegerField(_("time limit"), help_text=_("In seconds."))
    runtime = models.PositiveIntegerField(editable=False)
    exit_code = models.PositiveSmallIntegerField(_("exit code"), default=0)
    comment = models.CharField(_("comment"), max_length=200, blank=True)
    begin_at = models.DateTimeField(_("begin time"), null=True, blank=True)
    hold = models.CharField(
        _("held by"), max_length=20, choices=JobHold, default=JobHold.NOBODY, blank=True
    )
    array = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("array"),
        help_text=_("The array’s first task, whose number is that of the array."),
    )
    task = models.PositiveIntegerField(_("task"), null=True, blank=True)
    task_limit = models.PositiveIntegerField(
        _("tasks at a time"),
        null=True,
        blank=True,
        help_text=_("As many of the array’s tasks queue or run at the same time."),
    )
    may_requeue = models.BooleanField(
        _("may run again"),
        default=True,
        help_text=_("The job may be put back into the queue and start from its beginning."),
    )
    restarts = models.PositiveIntegerField(_("restarts"), default=0, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=JobState, default=JobState.PENDING)
    reason = models.CharField(
        _("reason"), max_length=40, choices=PendingReason, default=PendingReason.NONE
    )
    reason_log = models.JSONField(default=list, editable=False)
    priority = models.PositiveBigIntegerField(_("priority"), null=True, editable=False)
    priority_factors = models.JSONField(default=dict, editable=False)
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
    requeue_requested_at = models.DateTimeField(_("requeue asked at"), null=True, blank=True)

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
            models.UniqueConstraint(name="task_once_in_its_array", fields=["array", "task"]),
            models.CheckConstraint(
                name="job_task_of_an_array",
                condition=Q(array=None, task=None, task_limit=None)
                | Q(array__isnull=False, task__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="job_live",
                fields=["partition", "submitted_at"],
                condition=Q(state__in=["pending", "running"]),
            ),
            models.Index(fields=["allocation", "-id"]),
            models.Index(name="job_ended", fields=["partition", "ended_at"]),
        ]

    def __str__(self):
        return f"{self.number} {self.name}"

    @property
    def number(self):
        """As Slurm writes it: ``4711``, or ``4711_3`` for a task of an array."""
        return f"{self.pk}" if self.array_id is None else f"{self.array_id}_{self.task}"

    @property
    def reason_in_short(self):
        return PendingReason(self.reason).in_short

    @property
    def points(self):
        """``{sprio's name: points}`` of all factors that the portal gives weight to."""
        names = ("age", "fairshare", "job_size", "qos")
        return {name: self.priority_factors.get(name, 0) for name in names}

    @property
    def ended_by_itself(self):
        return self.state in {JobState.COMPLETED, JobState.FAILED}

    @property
    def elapsed(self):
        """Seconds on its nodes in the run that has ended; 0 where none has."""
        return elapsed_seconds(self)

    @property
    def node_seconds(self):
        """What all runs that have ended were charged together."""
        return sum(run.nodes * elapsed_seconds(run) for run in [*self.runs.all(), self])

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


def elapsed_seconds(run):
    """Seconds from the start to the end of a run; 0 where either lies ahead."""
    if run.started_at is None or run.ended_at is None:
        return 0
    return int((run.ended_at - run.started_at).total_seconds())
