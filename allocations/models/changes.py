from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .projects import Allocation


class ChangeKind(models.TextChoices):
    EXTEND = "extend", _("More months")
    TOP_UP = "top_up", _("More hours")
    RENEW = "renew", _("Renewal")
    CHANGE_PI = "change_pi", _("Another principal investigator")
    CHANGE_TEAM = "change_team", _("Another team")

    @property
    def needs_report(self):
        """Whether an interim report has to be accepted first."""
        return self in (ChangeKind.EXTEND, ChangeKind.TOP_UP, ChangeKind.RENEW)


class ChangeState(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    PROPOSED = "proposed", _("Waiting for a second person")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    @property
    def successors(self):
        return CHANGE_SUCCESSORS[self]


OPEN_CHANGES = [ChangeState.REQUESTED, ChangeState.PROPOSED]
CHANGE_SUCCESSORS = {
    ChangeState.REQUESTED: {
        ChangeState.PROPOSED,
        ChangeState.GRANTED,
        ChangeState.REFUSED,
        ChangeState.WITHDRAWN,
    },
    ChangeState.PROPOSED: {ChangeState.GRANTED, ChangeState.REFUSED, ChangeState.WITHDRAWN},
    ChangeState.GRANTED: set(),
    ChangeState.REFUSED: set(),
    ChangeState.WITHDRAWN: set(),
}


class ChangeRequest(models.Model):
    """What a project asks to change about its allocation, and what became of it.

    ``months`` and ``node_seconds`` are added to what the allocation has; ``people`` is the new
    principal investigator, or the whole team.
    """

    allocation = models.ForeignKey(
        Allocation, models.PROTECT, related_name="changes", verbose_name=_("allocation")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ChangeKind)
    months = models.PositiveSmallIntegerField(_("months more"), default=0)
    node_seconds = models.PositiveBigIntegerField(_("node-seconds more"), default=0)
    people = models.JSONField(_("people"), default=list, blank=True)
    reason = models.TextField(_("reason"))
    state = models.CharField(
        _("state"), max_length=20, choices=ChangeState, default=ChangeState.REQUESTED
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
        help_text=_("Empty where the amount needs no second person."),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_change_of_a_kind",
                fields=["allocation", "kind"],
                condition=Q(state__in=["requested", "proposed"]),
            ),
            models.CheckConstraint(
                name="change_by_four_eyes",
                condition=Q(decided_by=None)
                | Q(proposed_by=None)
                | ~Q(decided_by=F("proposed_by")),
            ),
        ]

    def __str__(self):
        return f"{self.allocation} {self.get_kind_display()}"

    @property
    def project(self):
        """Whose it is; rights are asked of it as of its allocation."""
        return self.allocation.project
