from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .proposals import Proposal


class Award(models.Model):
    """What a proposal is offered: an amount for some months on the system it asked for."""

    proposal = models.OneToOneField(
        Proposal, models.PROTECT, related_name="award", verbose_name=_("proposal")
    )
    node_seconds = models.PositiveBigIntegerField(_("node-seconds"))
    months = models.PositiveSmallIntegerField(_("months"))
    remarks = models.TextField(_("remarks"), blank=True)
    offered_at = models.DateTimeField(_("offered at"))
    answer_by = models.DateTimeField(_("answer by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="award_is_something", condition=Q(node_seconds__gte=1, months__gte=1)
            )
        ]

    def __str__(self):
        return self.proposal.reference
