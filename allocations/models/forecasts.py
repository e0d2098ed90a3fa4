"""What was foreseen of the queue, kept to be compared with what came."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .expectations import Expectation
from .jobs import Job
from .machines import Partition


class SizeClass(models.TextChoices):
    """The scheduler's classes: up to a 256th, a 32nd, an eighth of the machine, and beyond."""

    TINY = "tiny", _("Tiny: up to a 256th of the machine")
    SMALL = "small", _("Small: up to a 32nd of the machine")
    MEDIUM = "medium", _("Medium: up to an eighth of the machine")
    LARGE = "large", _("Large: more than an eighth of the machine")


class Horizon(models.TextChoices):
    """How far ahead the most likely start lay."""

    HOUR = "hour", _("Within an hour")
    QUARTER = "quarter", _("1 to 6 hours")
    DAY = "day", _("6 to 24 hours")
    LONGER = "longer", _("More than a day")


class ForecastOutcome(models.TextChoices):
    OPEN = "open", _("Not known yet")
    STARTED = "started", _("The job started")
    WITHDRAWN = "withdrawn", _("The job was cancelled before it started")


class QueueForecast(models.Model):
    """The answer for one state of a partition's queue, which ``fingerprint`` names.

    ``shapes`` are jobs that nobody has submitted: nodes, time limit and, in seconds from
    ``made_at`` on, the start in 10, 50 and 90 % of all cases; null where it is not known
    or lies beyond the horizon. A forecast of one replication has no ranges.
    """

    partition = models.ForeignKey(
        Partition, models.CASCADE, related_name="queue_forecasts", verbose_name=_("partition")
    )
    fingerprint = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(_("made at"))
    replications = models.PositiveIntegerField(_("replications"))
    shapes = models.JSONField(default=list)

    class Meta:
        verbose_name = _("forecast of a queue")
        verbose_name_plural = _("forecasts of queues")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="queue_state_foreseen_once", fields=["partition", "fingerprint"]
            ),
        ]

    def __str__(self):
        return f"{self.partition} {self.made_at:%Y-%m-%d %H:%M}"


class Forecast(models.Model):
    """When a job was expected to start, as of ``made_at``; scored once it has started.

    ``p10``, ``p50`` and ``p90`` are the moments before which it starts in 10, 50 and 90 %
    of all cases, and ``drawn_p10`` and ``drawn_p90`` what the replications alone made of the
    first and the last. ``started_at`` is what came. The job's shape is kept, so that the score
    outlives the job.
    """

    job = models.ForeignKey(
        Job,
        models.SET_NULL,
        null=True,
        db_constraint=False,  # whose check would lock the job, which a tick needs
        related_name="forecasts",
        verbose_name=_("job"),
    )
    partition = models.ForeignKey(
        Partition, models.CASCADE, related_name="forecasts", verbose_name=_("partition")
    )
    made_at = models.DateTimeField(_("made at"))
    replications = models.PositiveIntegerField(_("replications"))
    p10 = models.DateTimeField(_("earliest likely start"), null=True)
    p50 = models.DateTimeField(_("most likely start"), null=True)
    p90 = models.DateTimeField(_("latest likely start"), null=True)
    drawn_p10 = models.DateTimeField(null=True, editable=False)
    drawn_p90 = models.DateTimeField(null=True, editable=False)
    size_class = models.CharField(_("size class"), max_length=10, choices=SizeClass)
    horizon = models.CharField(_("horizon"), max_length=10, choices=Horizon)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=ForecastOutcome, default=ForecastOutcome.OPEN
    )
    started_at = models.DateTimeField(_("started at"), null=True)

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="job_foreseen_once_a_moment", fields=["job", "made_at"]),
            models.CheckConstraint(
                name="forecast_in_order",
                condition=(Q(p10=None) | Q(p50=None) | Q(p10__lte=models.F("p50")))
                & (Q(p50=None) | Q(p90=None) | Q(p50__lte=models.F("p90"))),
            ),
            models.CheckConstraint(
                name="forecast_scored_by_a_start",
                condition=Q(outcome="started", started_at__isnull=False)
                | (~Q(outcome="started") & Q(started_at=None)),
            ),
        ]
        indexes = [
            models.Index(name="forecast_open", fields=["job"], condition=Q(outcome="open")),
        ]

    def __str__(self):
        return f"{self.job_id} {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def expectation(self):
        return Expectation(self.p10, self.p50, self.p90)
