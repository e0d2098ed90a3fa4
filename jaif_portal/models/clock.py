import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

PATIENCE = dt.timedelta(seconds=20)  # wall time; beats and their work take a few seconds


class PortalClock(models.Model):
    """The one row that makes portal time: ``anchor + rate x (wall - anchored_at)``."""

    anchor = models.DateTimeField(_("portal time at the anchor"))
    anchored_at = models.DateTimeField(_("wall time at the anchor"))
    rate = models.PositiveIntegerField(_("portal seconds per second"), default=1)

    class Meta:
        verbose_name = _("portal clock")
        verbose_name_plural = _("portal clock")
        constraints = [models.CheckConstraint(name="portal_clock_is_one_row", condition=Q(pk=1))]

    def __str__(self):
        return str(_("Portal clock"))

    def at(self, wall):
        """Portal time at the wall time ``wall``."""
        return self.anchor + self.rate * (wall - self.anchored_at)

    def lag(self, reached, *, wall):
        """How far ``reached``, to which something has been computed, is behind portal time."""
        return max(self.at(wall) - reached, dt.timedelta(0))

    def is_late(self, lag):
        """Whether ``lag`` is more than the portal needs at this rate to keep up."""
        return lag > PATIENCE * max(self.rate, 1)


class ClockChange(models.Model):
    """Who set the clock, from what to what."""

    changed_at = models.DateTimeField(_("wall time"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    old_time = models.DateTimeField(_("portal time before"))
    new_time = models.DateTimeField(_("portal time after"))
    old_rate = models.PositiveIntegerField(_("rate before"))
    new_rate = models.PositiveIntegerField(_("rate after"))

    class Meta:
        verbose_name = _("clock change")
        verbose_name_plural = _("clock changes")
        ordering = ["-pk"]

    def __str__(self):
        old, new = (f"{time:%Y-%m-%d %H:%M}" for time in (self.old_time, self.new_time))
        return f"{old} ×{self.old_rate} → {new} ×{self.new_rate}"
