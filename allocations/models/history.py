from django.db import models
from django.utils.translation import gettext_lazy as _

from .forecasts import SizeClass
from .machines import FundingShare, Partition


class DayTotal(models.Model):
    """What the jobs of one size class and funding share did on a day (UTC), whoever's they are.

    A job counts for each day on which it ran with its node-seconds of that day, and as
    started and ended on the days on which it was. The totals outlive the jobs of other users.
    """

    partition = models.ForeignKey(
        Partition, models.CASCADE, related_name="day_totals", verbose_name=_("partition")
    )
    day = models.DateField(_("day"))
    share = models.ForeignKey(
        FundingShare, models.PROTECT, related_name="+", verbose_name=_("funding share")
    )
    size_class = models.CharField(_("size class"), max_length=10, choices=SizeClass)
    started = models.PositiveIntegerField(_("jobs started"), default=0)
    ended = models.PositiveIntegerField(_("jobs ended"), default=0)
    wait_seconds = models.PositiveBigIntegerField(
        _("waiting time"), default=0, help_text=_("In seconds, of the jobs that started.")
    )
    node_seconds = models.PositiveBigIntegerField(_("node-seconds"), default=0)

    class Meta:
        verbose_name = _("daily total")
        verbose_name_plural = _("daily totals")
        ordering = ["-day", "partition", "share", "size_class"]
        constraints = [
            models.UniqueConstraint(
                name="day_total_once", fields=["partition", "day", "share", "size_class"]
            )
        ]

    def __str__(self):
        return f"{self.day} {self.size_class}"
