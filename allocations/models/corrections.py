from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .projects import Allocation


class CorrectionDirection(models.TextChoices):
    CREDIT = "credit", _("Credit the allocation")
    DEBIT = "debit", _("Debit the allocation")


class CorrectionState(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for a second person")
    BOOKED = "booked", _("Booked")
    REFUSED = "refused", _("Refused")

    @property
    def successors(self):
        return {
            CorrectionState.PROPOSED: {CorrectionState.BOOKED, CorrectionState.REFUSED},
            CorrectionState.BOOKED: set(),
            CorrectionState.REFUSED: set(),
        }[self]


class Correction(models.Model):
    """Hours to be moved between an allocation and its funding share, and why.

    It becomes an entry of the ledger when it is booked. ``key`` comes with the form, so that
    sending it twice proposes once.
    """

    allocation = models.ForeignKey(
        Allocation, models.PROTECT, related_name="corrections", verbose_name=_("allocation")
    )
    direction = models.CharField(_("direction"), max_length=10, choices=CorrectionDirection)
    node_seconds = models.PositiveBigIntegerField(_("node-seconds"))
    reason = models.TextField(_("reason"))
    key = models.UUIDField(unique=True, editable=False)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=CorrectionState,
        default=CorrectionState.PROPOSED,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        help_text=_("Empty where the amount needs no second person."),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="correction_of_something", condition=Q(node_seconds__gt=0)),
            models.CheckConstraint(
                name="correction_by_four_eyes",
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
            ),
        ]

    def __str__(self):
        return f"{self.allocation} {self.get_direction_display()}"


class LedgerCheck(models.Model):
    """What recomputing the whole ledger found: each broken invariant with its breaches."""

    at = models.DateTimeField(_("checked at"), help_text=_("Portal time."))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    is_clean = models.BooleanField(_("clean"))
    breaches = models.JSONField(_("breaches"), default=dict)

    class Meta:
        verbose_name = _("check of the ledger")
        verbose_name_plural = _("checks of the ledger")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M}"
