from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jaif_portal.language import in_language

from .machines import FundingShare, Partition
from .modes import AccessMode


class CallState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")

    @property
    def successors(self):
        return {
            CallState.DRAFT: {CallState.OPEN},
            CallState.OPEN: {CallState.PAUSED, CallState.CLOSED},
            CallState.PAUSED: {CallState.OPEN, CallState.CLOSED},
            CallState.CLOSED: set(),
        }[self]


class Availability(models.TextChoices):
    """Whether a call, or a system in it, takes proposals at a moment."""

    UPCOMING = "upcoming", _("Opens later")
    OPEN = "open", _("Open")
    PAUSED = "paused", _("Paused")
    FULL = "full", _("Full")
    CLOSED = "closed", _("Closed")


class CallQuerySet(models.QuerySet):
    def published(self):
        return self.exclude(state=CallState.DRAFT)

    def with_offers(self):
        """With what tells how a call stands: its systems and its rounds."""
        offers = SystemOffer.objects.select_related("partition__system")
        return self.prefetch_related(models.Prefetch("offers", offers), "rounds")


class Call(models.Model):
    """An invitation to apply under one mode."""

    mode = models.ForeignKey(
        AccessMode, models.PROTECT, related_name="calls", verbose_name=_("access mode")
    )
    title_en = models.CharField(_("title in English"), max_length=150)
    title_de = models.CharField(_("title in German"), max_length=150)
    state = models.CharField(_("state"), max_length=20, choices=CallState, default=CallState.DRAFT)
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    hides_applicants = models.BooleanField(
        _("reviewers do not see who applies"),
        default=False,
        help_text=_("They see the request without organisation, people and addresses."),
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-opens_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="call_period", condition=Q(closes_at__gt=F("opens_at")))
        ]

    def __str__(self):
        return self.title

    @property
    def title(self):
        return in_language(self, "title")

    def is_open(self, *, at):
        """Whether drafts may be begun and handed in; its systems may be full all the same."""
        return (
            self.state == CallState.OPEN
            and self.opens_at <= at < self.closes_at
            and self.intake(at=at) is not None
        )

    def intake(self, *, at):
        """The round that takes proposals at ``at``: the rolling one, or the next cut-off's."""
        ahead = [row for row in self.rounds.all() if row.cut_off_at is None or row.cut_off_at > at]
        return min(
            ahead, key=lambda row: (row.cut_off_at is not None, row.cut_off_at), default=None
        )


class RoundState(models.TextChoices):
    """What is stored of a round; see ``Round.stage`` for how it is called at a moment."""

    GATHERING = "gathering", _("Not published")
    PUBLISHED = "published", _("Published")
    COMPLETED = "completed", _("Completed")

    @property
    def successors(self):
        return {
            RoundState.GATHERING: {RoundState.PUBLISHED},
            RoundState.PUBLISHED: {RoundState.COMPLETED},
            RoundState.COMPLETED: set(),
        }[self]


class RoundStage(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    OPEN = "open", _("Open")
    EVALUATING = "evaluating", _("In evaluation")
    PUBLISHED = "published", _("Published")
    COMPLETED = "completed", _("Completed")


class Round(models.Model):
    """The proposals of a call that are handled together. A rolling mode has one endless round.

    ``last_number`` counts the references given out, under the row's lock.
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="rounds", verbose_name=_("call"))
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("number"))
    cut_off_at = models.DateTimeField(
        _("cut-off"), null=True, blank=True, help_text=_("Empty for a rolling mode.")
    )
    last_number = models.PositiveIntegerField(_("last reference number"), default=0)
    drafts_told_at = models.DateTimeField(_("authors of drafts told at"), null=True, editable=False)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=RoundState,
        default=RoundState.GATHERING,
        editable=False,
    )

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["call", "year", "number"]
        constraints = [
            models.UniqueConstraint(name="round_once", fields=["call", "year", "number"]),
            models.UniqueConstraint(name="cut_off_once", fields=["call", "cut_off_at"]),
        ]

    def __str__(self):
        return f"{self.call.mode.code} {self.year}-{self.number:02}"

    def stage(self, *, at):
        """Until it is published a round is where the clock says."""
        if self.state != RoundState.GATHERING:
            return RoundStage(self.state)
        if at < self.call.opens_at:
            return RoundStage.SCHEDULED
        if self.cut_off_at is None or at < self.cut_off_at:
            return RoundStage.OPEN
        return RoundStage.EVALUATING


class SystemOffer(models.Model):
    """A partition that a call offers, and the funding share that its awards come from."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="offers", verbose_name=_("call"))
    partition = models.ForeignKey(
        Partition, models.PROTECT, related_name="offers", verbose_name=_("partition")
    )
    share = models.ForeignKey(
        FundingShare, models.PROTECT, related_name="offers", verbose_name=_("funding share")
    )
    availability = models.CharField(
        _("availability"),
        max_length=20,
        choices=[choice for choice in Availability.choices if choice[0] != Availability.UPCOMING],
        default=Availability.OPEN,
        help_text=_("While the call itself is open."),
    )
    fallback = models.CharField(
        _("another system"),
        max_length=60,
        blank=True,
        help_text=_("Outside this portal, to name where no system of the call takes proposals."),
    )

    class Meta:
        verbose_name = _("system offer")
        verbose_name_plural = _("system offers")
        ordering = ["call", "partition"]
        constraints = [models.UniqueConstraint(name="offer_once", fields=["call", "partition"])]

    def __str__(self):
        return str(self.partition)
