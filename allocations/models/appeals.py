from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .modes import StepKind
from .proposals import Proposal


class AppealState(models.TextChoices):
    FILED = "filed", _("Filed")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Rejected")

    @property
    def successors(self):
        if self != AppealState.FILED:
            return set()
        return {AppealState.UPHELD, AppealState.REJECTED}


class Appeal(models.Model):
    """An applicant's objection to being turned down, decided by somebody else than before."""

    proposal = models.ForeignKey(
        Proposal, models.PROTECT, related_name="appeals", verbose_name=_("proposal")
    )
    state = models.CharField(
        _("state"), max_length=20, choices=AppealState, default=AppealState.FILED
    )
    text = models.TextField(_("what speaks against the decision"), max_length=5000)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("filed by")
    )
    filed_at = models.DateTimeField(_("filed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    back_to = models.CharField(_("back to"), max_length=20, choices=StepKind, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_appeal", fields=["proposal"], condition=Q(state="filed")
            ),
            models.CheckConstraint(
                name="decided_appeal_is_answered",
                condition=Q(state="filed", decided_at=None)
                | ~Q(state="filed") & Q(decided_at__isnull=False) & ~Q(answer=""),
            ),
        ]

    def __str__(self):
        return self.proposal.reference
