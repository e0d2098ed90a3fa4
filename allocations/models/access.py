from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jaif_portal.language import in_language
from onboarding.models import CaseTemplate, OrganisationType

from .accounting import AccountingMode, ExhaustionPolicy
from .machines import FundingShare, Partition


class AccessMode(models.Model):
    """A way to get compute time, such as Playground access."""

    code = models.CharField(_("code"), max_length=4, unique=True)
    series = models.CharField(
        _("series"), max_length=3, help_text=_("First part of project identifiers: AIF, DEV …")
    )
    name_en = models.CharField(_("name in English"), max_length=100)
    name_de = models.CharField(_("name in German"), max_length=100)
    summary_en = models.TextField(_("summary in English"))
    summary_de = models.TextField(_("summary in German"))

    class Meta:
        verbose_name = _("access mode")
        verbose_name_plural = _("access modes")
        ordering = ["code"]

    def __str__(self):
        return self.name

    @property
    def name(self):
        return in_language(self, "name")

    @property
    def summary(self):
        return in_language(self, "summary")


class AccessPolicyQuerySet(models.QuerySet):
    def valid(self, *, at):
        """The policies in force at the moment ``at``, newest first."""
        return self.filter(valid_from__lte=at).order_by("-valid_from")


class AccessPolicy(models.Model):
    """The rules of a mode from a date on. A proposal keeps those it was begun under."""

    mode = models.ForeignKey(
        AccessMode, models.PROTECT, related_name="policies", verbose_name=_("access mode")
    )
    valid_from = models.DateTimeField(_("valid from"))
    least_gpu_hours = models.PositiveIntegerField(_("least GPU-hours"))
    most_gpu_hours = models.PositiveIntegerField(_("most GPU-hours"))
    months = models.JSONField(_("months to choose from"))
    organisation_types = models.JSONField(_("types of organisation that may apply"))
    steps = models.JSONField(_("evaluation steps, in order"))
    decision_days = models.PositiveSmallIntegerField(_("working days to the decision"))
    answer_days = models.PositiveSmallIntegerField(_("working days to answer an offer"))
    start_within_days = models.PositiveSmallIntegerField(_("days within which use begins"))
    report_months = models.PositiveSmallIntegerField(_("months to the final report"))
    acct_mode = models.CharField(
        _("accounting"), max_length=20, choices=AccountingMode, default=AccountingMode.FIXED
    )
    exhaustion_policy = models.CharField(
        _("when the quota is used up"),
        max_length=20,
        choices=ExhaustionPolicy,
        default=ExhaustionPolicy.BLOCK,
    )
    case_template = models.ForeignKey(
        CaseTemplate, models.PROTECT, related_name="+", verbose_name=_("case template")
    )
    source = models.TextField(_("source"), blank=True)

    objects = AccessPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("access policy")
        verbose_name_plural = _("access policies")
        ordering = ["mode", "-valid_from"]
        constraints = [
            models.UniqueConstraint(name="policy_once_per_moment", fields=["mode", "valid_from"]),
            models.CheckConstraint(
                name="policy_range", condition=Q(least_gpu_hours__lte=F("most_gpu_hours"))
            ),
        ]

    def __str__(self):
        return f"{self.mode.code} {self.valid_from:%Y-%m-%d}"

    @property
    def organisation_type_labels(self):
        return [OrganisationType(kind).label for kind in self.organisation_types]

    def clean(self):
        unknown = set(self.organisation_types or []) - set(OrganisationType.values)
        if unknown:
            raise ValidationError({"organisation_types": ", ".join(sorted(unknown))})


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


class CallQuerySet(models.QuerySet):
    def published(self):
        return self.exclude(state=CallState.DRAFT)


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
        return self.state == CallState.OPEN and self.opens_at <= at < self.closes_at


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

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["call", "year", "number"]
        constraints = [
            models.UniqueConstraint(name="round_once", fields=["call", "year", "number"])
        ]

    def __str__(self):
        return f"{self.call.mode.code} {self.year}-{self.number:02}"


class SystemOffer(models.Model):
    """A partition that a call offers, and the funding share that its awards come from."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="offers", verbose_name=_("call"))
    partition = models.ForeignKey(
        Partition, models.PROTECT, related_name="offers", verbose_name=_("partition")
    )
    share = models.ForeignKey(
        FundingShare, models.PROTECT, related_name="offers", verbose_name=_("funding share")
    )
    is_open = models.BooleanField(_("open"), default=True, help_text=_("Clear it when full."))

    class Meta:
        verbose_name = _("system offer")
        verbose_name_plural = _("system offers")
        ordering = ["call", "partition"]
        constraints = [models.UniqueConstraint(name="offer_once", fields=["call", "partition"])]

    def __str__(self):
        return str(self.partition)
