from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .access import Call
from .proposals import Proposal


class LateCode(models.Model):
    """Leave for one person to hand in one proposal after a call's cut-off.

    The code itself is in the mail that the person got; here is its hash alone.
    """

    call = models.ForeignKey(
        Call, models.PROTECT, related_name="late_codes", verbose_name=_("call")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("for")
    )
    code_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    until = models.DateTimeField(_("until"))
    reason = models.TextField(_("reason"), max_length=1000)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("issued by")
    )
    issued_at = models.DateTimeField(_("issued at"))
    redeemed_at = models.DateTimeField(_("redeemed at"), null=True, blank=True)
    proposal = models.ForeignKey(
        Proposal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="late_codes",
        verbose_name=_("proposal"),
    )

    class Meta:
        verbose_name = _("late code")
        verbose_name_plural = _("late codes")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="late_code_redeemed_for_a_proposal",
                condition=Q(redeemed_at__isnull=True, proposal__isnull=True)
                | Q(redeemed_at__isnull=False, proposal__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.call} {self.person}"
