"""What two people decide: a finding that ends a proposal, and the check-list before it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jaif_portal.language import in_language

from .evaluation import EvaluationStep, StepOutcome
from .modes import AccessMode


class CheckItem(models.Model):
    """An item of a mode's check-list; proposals submitted from now on get a copy of it."""

    mode = models.ForeignKey(
        AccessMode, models.CASCADE, related_name="check_items", verbose_name=_("access mode")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    text_en = models.CharField(_("text in English"), max_length=200)
    text_de = models.CharField(_("text in German"), max_length=200)

    class Meta:
        verbose_name = _("check-list item")
        verbose_name_plural = _("check-list items")
        ordering = ["mode", "position"]
        constraints = [models.UniqueConstraint(name="check_item_once", fields=["mode", "position"])]

    def __str__(self):
        return self.text

    @property
    def text(self):
        return in_language(self, "text")


class Check(models.Model):
    """An item of a proposal's check-list: ticked, or left open with a reason."""

    step = models.ForeignKey(
        EvaluationStep, models.CASCADE, related_name="checks", verbose_name=_("evaluation step")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    text_en = models.CharField(_("text in English"), max_length=200)
    text_de = models.CharField(_("text in German"), max_length=200)
    is_ticked = models.BooleanField(_("ticked"), default=False)
    reason = models.CharField(_("reason why not"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"), null=True, blank=True)

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["step", "position"]
        constraints = [
            models.UniqueConstraint(name="check_once", fields=["step", "position"]),
            models.CheckConstraint(
                name="check_ticked_or_reasoned", condition=Q(is_ticked=False) | Q(reason="")
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def text(self):
        return in_language(self, "text")

    @property
    def is_answered(self):
        return self.is_ticked or bool(self.reason)


class ReasonCode(models.TextChoices):
    """Why a proposal is turned down, for statistics; the text is for the applicant."""

    COUNTRY = "country", _("Country not eligible")
    ORGANISATION = "organisation", _("Type of organisation")
    PURPOSE = "purpose", _("Purpose not civilian or not open research")
    DUPLICATE = "duplicate", _("Same scope as another proposal")
    INCOMPLETE = "incomplete", _("Documents missing or unclear")
    SOFTWARE = "software", _("Software does not run on the machine")
    SCALE = "scale", _("Scaling not shown")
    CAPACITY = "capacity", _("Not enough capacity")
    OTHER = "other", _("Another reason")


class FindingState(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for a second person")
    CONFIRMED = "confirmed", _("Confirmed")
    RETURNED = "returned", _("Returned")
    DROPPED = "dropped", _("Dropped")

    @property
    def successors(self):
        if self != FindingState.PROPOSED:
            return set()
        return {FindingState.CONFIRMED, FindingState.RETURNED, FindingState.DROPPED}


class Finding(models.Model):
    """That a proposal be turned down in a check: one person proposes it, another confirms.

    Until then nobody but staff knows of it.
    """

    sealed_history = True

    step = models.ForeignKey(
        EvaluationStep, models.CASCADE, related_name="findings", verbose_name=_("evaluation step")
    )
    outcome = models.CharField(
        _("outcome"),
        max_length=30,
        choices=[
            (outcome.value, outcome.label)
            for outcome in (StepOutcome.INELIGIBLE, StepOutcome.INFEASIBLE)
        ],
    )
    reason = models.CharField(_("reason"), max_length=20, choices=ReasonCode)
    remarks = models.TextField(_("reasons"))
    state = models.CharField(
        _("state"), max_length=20, choices=FindingState, default=FindingState.PROPOSED
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
    )

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_finding", fields=["step"], condition=Q(state="proposed")
            ),
            models.CheckConstraint(
                name="finding_by_two_people",
                condition=~Q(state="confirmed")
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
            ),
        ]

    def __str__(self):
        return f"{self.step}: {self.get_outcome_display()}"
