from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .jobs import Job


class DependencyKind(models.TextChoices):
    """What has to have happened to another job, by Slurm's names."""

    AFTER_OK = "afterok", _("has succeeded")
    AFTER_ANY = "afterany", _("has ended in any way")
    AFTER_NOT_OK = "afternotok", _("has failed")
    AFTER_CORR = "aftercorr", _("has succeeded, task by task")
    SINGLETON = "singleton", _("all earlier ones of the same person and name have ended")


class JobDependency(models.Model):
    """One of the conditions that a job waits for; all of them have to be fulfilled.

    ``on`` is another job, or every task of the array whose first task it is; nothing for a
    *singleton*.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="dependencies", verbose_name=_("job"))
    kind = models.CharField(_("kind"), max_length=20, choices=DependencyKind)
    on = models.ForeignKey(
        Job,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dependents",
        verbose_name=_("other job"),
    )
    on_array = models.BooleanField(_("all tasks of its array"), default=False)

    class Meta:
        verbose_name = _("dependency")
        verbose_name_plural = _("dependencies")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="dependency_names_a_job_or_is_singleton",
                condition=Q(kind="singleton", on=None, on_array=False)
                | ~Q(kind="singleton") & Q(on__isnull=False),
            ),
            models.CheckConstraint(name="dependency_on_another_job", condition=~Q(job=F("on"))),
        ]

    def __str__(self):
        if self.on_id is None:
            return str(self.kind)
        return f"{self.kind}:{self.on_id if self.on_array else self.on.number}"


class JobRun(models.Model):
    """What a job ran before it was put back into the queue; it is charged like any other."""

    job = models.ForeignKey(Job, models.PROTECT, related_name="runs", verbose_name=_("job"))
    number = models.PositiveIntegerField(_("number"), help_text=_("Restarts before it."))
    nodes = models.PositiveIntegerField(_("nodes"))
    time_limit = models.PositiveIntegerField(_("time limit"), help_text=_("In seconds."))
    node_list = models.TextField(_("node list"), blank=True)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"))

    class Meta:
        verbose_name = _("earlier run")
        verbose_name_plural = _("earlier runs")
        ordering = ["job", "number"]
        constraints = [models.UniqueConstraint(name="run_once", fields=["job", "number"])]

    def __str__(self):
        return f"{self.job_id}.{self.number}"
