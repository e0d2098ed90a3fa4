"""What the panel decides, when it is told, and who waits on the reserve list."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .access import Round
from .evaluation import StepOutcome
from .proposals import Proposal


class Seat(models.Model):
    """A member of a round's panel, and whether they are present now."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="seats", verbose_name=_("round"))
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("member")
    )
    is_present = models.BooleanField(_("present"), default=False)

    class Meta:
        verbose_name = _("seat in the panel")
        verbose_name_plural = _("seats in the panel")
        ordering = ["round", "pk"]
        constraints = [models.UniqueConstraint(name="seat_once", fields=["round", "member"])]

    def __str__(self):
        return str(self.member)


class TieRule(models.TextChoices):
    """How a tie of scores is broken, from the first rule to the last."""

    EXCELLENCE = "excellence", _("Higher score for excellence")
    IMPACT = "impact", _("Higher score for innovation and impact")
    SMALLER = "smaller", _("Smaller organisation first")
    EARLIER = "earlier", _("Submitted earlier")


class HeldState(models.TextChoices):
    HELD = "held", _("Held")
    REOPENED = "reopened", _("Reopened")
    PUBLISHED = "published", _("Published")
    DROPPED = "dropped", _("Dropped")

    @property
    def successors(self):
        if self != HeldState.HELD:
            return set()
        return {HeldState.REOPENED, HeldState.PUBLISHED, HeldState.DROPPED}


class HeldOutcome(models.Model):
    """What the panel decided on a proposal, known to nobody else until the round is published.

    An award is pledged in its funding share from now on; see ``flows.pool``.
    """

    sealed_history = True

    proposal = models.ForeignKey(
        Proposal, models.PROTECT, related_name="held_outcomes", verbose_name=_("proposal")
    )
    round = models.ForeignKey(
        Round, models.PROTECT, related_name="held_outcomes", verbose_name=_("round")
    )
    outcome = models.CharField(
        _("outcome"),
        max_length=20,
        choices=[
            (outcome.value, outcome.label)
            for outcome in (StepOutcome.AWARD, StepOutcome.RESERVE, StepOutcome.REJECT)
        ],
    )
    node_seconds = models.PositiveBigIntegerField(_("node-seconds"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank on the reserve list"), null=True, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    tie_rule = models.CharField(_("tie broken by"), max_length=20, choices=TieRule, blank=True)
    recused = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="+",
        blank=True,
        verbose_name=_("absent because of a conflict of interest"),
    )
    state = models.CharField(_("state"), max_length=20, choices=HeldState, default=HeldState.HELD)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    failure = models.TextField(_("why it could not be published"), blank=True)

    class Meta:
        verbose_name = _("held outcome")
        verbose_name_plural = _("held outcomes")
        ordering = ["round", "outcome", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_held_outcome", fields=["proposal"], condition=Q(state="held")
            ),
            models.UniqueConstraint(
                name="held_rank_once",
                fields=["round", "rank"],
                condition=Q(state="held", outcome="reserve"),
            ),
            models.CheckConstraint(
                name="held_outcome_is_complete",
                condition=Q(outcome="award", node_seconds__gte=1, months__gte=1, rank__isnull=True)
                | Q(outcome="reserve", node_seconds__gte=1, months__gte=1, rank__gte=1)
                | Q(outcome="reject", node_seconds=None, months=None, rank=None) & ~Q(remarks=""),
            ),
        ]

    def __str__(self):
        return f"{self.proposal.reference}: {self.get_outcome_display()}"


class PublicationState(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for a second person")
    CONFIRMED = "confirmed", _("Confirmed")
    RETURNED = "returned", _("Returned")

    @property
    def successors(self):
        if self != PublicationState.PROPOSED:
            return set()
        return {PublicationState.CONFIRMED, PublicationState.RETURNED}


class Publication(models.Model):
    """The act of telling a round's outcomes: the chair proposes it, another person confirms.

    ``force_reason`` says why it happens although proposals are undecided. ``alone`` is a
    publication within the amount that the chair publishes without a second person.
    """

    round = models.ForeignKey(
        Round, models.PROTECT, related_name="publications", verbose_name=_("round")
    )
    state = models.CharField(
        _("state"), max_length=20, choices=PublicationState, default=PublicationState.PROPOSED
    )
    force_reason = models.TextField(_("why although proposals are undecided"), blank=True)
    alone = models.BooleanField(_("by one person"), default=False)
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
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_publication", fields=["round"], condition=Q(state="proposed")
            ),
            models.CheckConstraint(
                name="publication_by_two_people",
                condition=~Q(state="confirmed")
                | Q(alone=True, decided_by=F("proposed_by"))
                | Q(alone=False, decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
            ),
        ]

    def __str__(self):
        return f"{self.round} {self.proposed_at:%Y-%m-%d}"


class ReservePlace(models.Model):
    """A proposal's place on the reserve list of its system in its call, and what it would get."""

    proposal = models.OneToOneField(
        Proposal, models.PROTECT, related_name="reserve_place", verbose_name=_("proposal")
    )
    rank = models.PositiveIntegerField(_("rank"), help_text=_("Within the round."))
    node_seconds = models.PositiveBigIntegerField(_("node-seconds"))
    months = models.PositiveSmallIntegerField(_("months"))
    remarks = models.TextField(_("remarks"), blank=True)
    valid_until = models.DateTimeField(_("valid until"))

    class Meta:
        verbose_name = _("place on the reserve list")
        verbose_name_plural = _("places on the reserve list")
        ordering = ["rank", "pk"]
        constraints = [
            models.CheckConstraint(
                name="reserve_place_is_something",
                condition=Q(rank__gte=1, node_seconds__gte=1, months__gte=1),
            )
        ]

    def __str__(self):
        return f"{self.rank}. {self.proposal.reference}"
