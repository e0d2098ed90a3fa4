from django.db import models
from django.utils.translation import gettext_lazy as _

from .machines import Partition


class Tick(models.Model):
    """One run of the task that lets a partition's queue live on, as it found it in the end.

    ``at`` is wall time, ``reached`` the portal time up to which the queue has then been
    computed, and ``lag`` what was still missing, in portal seconds.
    """

    partition = models.ForeignKey(
        Partition, models.CASCADE, related_name="ticks", verbose_name=_("partition")
    )
    at = models.DateTimeField(_("wall time"), auto_now_add=True)
    reached = models.DateTimeField(_("simulated until"))
    lag = models.PositiveBigIntegerField(_("lag"), help_text=_("In seconds of portal time."))
    milliseconds = models.PositiveIntegerField(_("duration"), help_text=_("In milliseconds."))
    steps = models.PositiveIntegerField(_("steps"))
    events = models.PositiveIntegerField(_("events"))
    waiting = models.PositiveIntegerField(_("waiting jobs"))
    running = models.PositiveIntegerField(_("running jobs"))
    busy = models.PositiveIntegerField(_("nodes at work"))

    class Meta:
        verbose_name = _("tick")
        verbose_name_plural = _("ticks")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["at"]), models.Index(fields=["partition", "-id"])]

    def __str__(self):
        return f"{self.partition_id} {self.reached:%Y-%m-%d %H:%M:%S}"


class TickTotal(models.Model):
    """All that a partition's ticks have come to: counters that only grow."""

    partition = models.OneToOneField(
        Partition, models.CASCADE, primary_key=True, related_name="tick_total"
    )
    ticks = models.PositiveBigIntegerField(default=0)
    milliseconds = models.PositiveBigIntegerField(default=0)
    steps = models.PositiveBigIntegerField(default=0)
    events = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("sum of ticks")
        verbose_name_plural = _("sums of ticks")

    def __str__(self):
        return f"{self.partition_id}: {self.ticks}"
