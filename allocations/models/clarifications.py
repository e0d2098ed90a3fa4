from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .evaluation import EvaluationStep
from .proposals import Proposal


class ClarificationState(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered")
    LAPSED = "lapsed", _("Not answered")
    DROPPED = "dropped", _("Dropped: the proposal ended before")

    @property
    def successors(self):
        return set(ClarificationState) - {self} if self == ClarificationState.OPEN else set()


class Clarification(models.Model):
    """Questions about a proposal during a step of its evaluation, to which it then returns.

    ``fields`` names the answers of the proposal that may be changed meanwhile.
    """

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="clarifications", verbose_name=_("proposal")
    )
    step = models.ForeignKey(
        EvaluationStep, models.PROTECT, related_name="clarifications", verbose_name=_("step")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    question = models.TextField(_("questions"))
    fields = models.JSONField(_("answers that may be changed"), default=list)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("answer by"))
    state = models.CharField(
        _("state"), max_length=20, choices=ClarificationState, default=ClarificationState.OPEN
    )
    answer = models.TextField(_("answer"), blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("clarification")
        verbose_name_plural = _("clarifications")
        ordering = ["proposal", "number"]
        constraints = [
            models.UniqueConstraint(name="clarification_once", fields=["proposal", "number"]),
            models.UniqueConstraint(
                name="one_open_clarification", fields=["proposal"], condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="answered_clarification_has_an_answer",
                condition=~Q(state="answered") | ~Q(answer="") & Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.proposal.reference} ({self.number})"
