from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .modes import StepKind
from .proposals import Proposal


class StepState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    ACTIVE = "active", _("In progress")
    DONE = "done", _("Done")

    @property
    def successors(self):
        return {
            StepState.WAITING: {StepState.ACTIVE, StepState.DONE},
            StepState.ACTIVE: {StepState.DONE},
            StepState.DONE: set(),
        }[self]


class StepOutcome(models.TextChoices):
    ELIGIBLE = "eligible", _("Eligible")
    INELIGIBLE = "ineligible", _("Not eligible")
    FEASIBLE = "feasible", _("Feasible")
    FEASIBLE_WITH_CHANGES = "feasible_with_changes", _("Feasible with changes")
    INFEASIBLE = "infeasible", _("Not feasible")
    REVIEWED = "reviewed", _("Reviewed")
    REPLIED = "replied", _("Replied")
    NO_REPLY = "no_reply", _("No reply")
    AWARD = "award", _("To be awarded")
    RESERVE = "reserve", _("For the reserve list")
    REJECT = "reject", _("Not to be awarded")
    DROPPED = "dropped", _("Dropped: the proposal ended before")


# What each step may end with; each may also be dropped when the proposal ends before.
OUTCOMES = {
    StepKind.ADMINISTRATIVE: {StepOutcome.ELIGIBLE, StepOutcome.INELIGIBLE},
    StepKind.TECHNICAL: {
        StepOutcome.FEASIBLE,
        StepOutcome.FEASIBLE_WITH_CHANGES,
        StepOutcome.INFEASIBLE,
    },
    StepKind.PEER_REVIEW: {StepOutcome.REVIEWED},
    StepKind.RIGHT_TO_REPLY: {StepOutcome.REPLIED, StepOutcome.NO_REPLY},
    StepKind.PANEL: {StepOutcome.AWARD, StepOutcome.RESERVE, StepOutcome.REJECT},
}


def _allowed_outcomes():
    """Each step's own outcomes, as a condition of the database."""
    anywhere = Q(outcome__in=["", StepOutcome.DROPPED])
    own = (Q(kind=kind, outcome__in=sorted(outcomes)) for kind, outcomes in OUTCOMES.items())
    return reduce(or_, own, anywhere)


class EvaluationStep(models.Model):
    """One check of a proposal. The rows are made from the mode's policy at submission."""

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="steps", verbose_name=_("proposal")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("step"), max_length=20, choices=StepKind)
    state = models.CharField(
        _("state"), max_length=20, choices=StepState, default=StepState.WAITING
    )
    outcome = models.CharField(_("outcome"), max_length=30, choices=StepOutcome, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    gpu_hours = models.PositiveIntegerField(_("GPU-hours found right"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months found right"), null=True, blank=True)
    pool_left = models.PositiveBigIntegerField(
        _("left in the pool"),
        null=True,
        blank=True,
        help_text=_("Node-seconds of the funding share that nobody was promised at that moment."),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("evaluation step")
        verbose_name_plural = _("evaluation steps")
        ordering = ["proposal", "position"]
        constraints = [
            models.UniqueConstraint(name="step_once", fields=["proposal", "kind"]),
            models.UniqueConstraint(
                name="one_active_step", fields=["proposal"], condition=Q(state="active")
            ),
            models.CheckConstraint(
                name="done_step_has_outcome",
                condition=Q(state="done", ended_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="done") & Q(ended_at=None, outcome=""),
            ),
            models.CheckConstraint(name="outcome_fits_step", condition=_allowed_outcomes()),
        ]

    def __str__(self):
        return f"{self.proposal.reference} {self.get_kind_display()}"
