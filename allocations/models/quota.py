from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .projects import Allocation


class QuotaMonth(models.Model):
    """A month of an allocation with monthly quota: planned, then open, then closed.

    It opens with ``carried + node_seconds``; ``advance`` is what jobs may take of the next
    month at full priority. ``used``, ``corrected``, ``lapsed`` and ``forgiven`` are noted when
    it closes. While it is open they follow from the account, whose totals at the opening are
    ``charged_before`` and ``granted_before``. All amounts are node-seconds.
    """

    allocation = models.ForeignKey(
        Allocation, models.PROTECT, related_name="months", verbose_name=_("allocation")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    node_seconds = models.PositiveBigIntegerField(_("quota"))
    advance = models.PositiveBigIntegerField(_("advance"))
    carried = models.BigIntegerField(_("carried over"), default=0)
    charged_before = models.PositiveBigIntegerField(default=0, editable=False)
    granted_before = models.PositiveBigIntegerField(default=0, editable=False)
    used = models.PositiveBigIntegerField(_("used"), default=0)
    corrected = models.BigIntegerField(_("corrected"), default=0)
    lapsed = models.PositiveBigIntegerField(_("lapsed"), default=0)
    forgiven = models.PositiveBigIntegerField(
        _("forgiven"),
        default=0,
        help_text=_("Overdraft below the floor: the next month does not owe it."),
    )
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("month of quota")
        verbose_name_plural = _("months of quota")
        ordering = ["allocation", "number"]
        constraints = [
            models.UniqueConstraint(name="quota_month_once", fields=["allocation", "number"]),
            models.UniqueConstraint(
                name="quota_month_one_open",
                fields=["allocation"],
                condition=Q(opened_at__isnull=False, closed_at=None),
            ),
            models.CheckConstraint(
                name="quota_month_period", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="quota_month_closed_was_open",
                condition=Q(closed_at=None) | Q(opened_at__isnull=False),
            ),
            models.CheckConstraint(
                name="quota_month_above_floor",
                condition=Q(carried__gte=-2 * F("node_seconds") - F("node_seconds") / 100),
            ),
        ]
        indexes = [
            models.Index(
                name="quota_month_ahead", fields=["starts_at"], condition=Q(opened_at=None)
            )
        ]

    def __str__(self):
        return f"{self.allocation} {self.number}"

    @property
    def quota(self):
        """What the month gives before anything is used."""
        return self.carried + self.node_seconds + self.corrected

    @property
    def left(self):
        """What a closed month hands on; negative for an overdraft."""
        return self.quota - self.used - self.lapsed + self.forgiven
