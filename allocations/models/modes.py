from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jaif_portal.language import in_language
from onboarding.models import CaseTemplate, OrganisationType

from .accounting import AccountingMode, ExhaustionPolicy


class Purpose(models.TextChoices):
    """What people come for, as the mode adviser asks."""

    TRY_OUT = "try_out", _("Try out an AI supercomputer")
    BUILD = "build", _("Train, fine-tune or run a model for a product or a service")
    RESEARCH = "research", _("Do research, or serve a public task")
    MEASURE = "measure", _("Measure how a code scales, to prepare a larger proposal")
    PORT = "port", _("Port a code to the machine and tune it")


class AccessMode(models.Model):
    """A way to get compute time, such as Playground access."""

    code = models.CharField(_("code"), max_length=4, unique=True)
    series = models.CharField(
        _("series"), max_length=3, help_text=_("First part of project identifiers: AIF, DEV …")
    )
    letters = models.CharField(
        _("letters of a round"),
        max_length=2,
        validators=[RegexValidator(r"^[A-Z]{1,2}$", _("One or two capital letters."))],
        help_text=_("In project identifiers, between year and round: PG, D …"),
    )
    purposes = models.JSONField(_("purposes that it serves"), default=list)
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


class StepKind(models.TextChoices):
    ADMINISTRATIVE = "administrative", _("Eligibility check")
    TECHNICAL = "technical", _("Technical check")
    PEER_REVIEW = "peer_review", _("Peer review")
    RIGHT_TO_REPLY = "right_to_reply", _("Right to reply")
    PANEL = "panel", _("Panel")


class HourUnit(models.TextChoices):
    GPU_HOURS = "gpu_hours", _("GPU-hours")
    NODE_HOURS = "node_hours", _("node-hours")


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
    unit = models.CharField(_("unit"), max_length=20, choices=HourUnit, default=HourUnit.GPU_HOURS)
    least_hours = models.PositiveIntegerField(_("least hours"))
    most_hours = models.PositiveIntegerField(
        _("most hours"), help_text=_("The same as the least for a fixed package.")
    )
    months = models.JSONField(_("months to choose from"))
    organisation_types = models.JSONField(_("types of organisation that may apply"))
    eu_project_types = models.JSONField(
        _("of these, only within an EU project"),
        default=list,
        blank=True,
        help_text=_("A project of Horizon Europe or the Digital Europe Programme."),
    )
    paying_types = models.JSONField(_("of these, at their own expense"), default=list, blank=True)
    open_research_types = models.JSONField(
        _("of these, for open research only"), default=list, blank=True
    )
    contract_months = models.PositiveSmallIntegerField(
        _("months that the principal investigator’s contract outlasts the allocation"), default=0
    )
    steps = models.JSONField(_("evaluation steps, in order"))
    compliance_parts = models.JSONField(
        _("compliance questions"),
        default=list,
        blank=True,
        help_text=_("The parts that have to be answered before a proposal is submitted."),
    )
    decision_days = models.PositiveSmallIntegerField(_("working days to the decision"))
    clarification_days = models.PositiveSmallIntegerField(
        _("working days to answer questions"), default=5
    )
    clarification_rounds = models.PositiveSmallIntegerField(
        _("times that questions may be asked"), default=2
    )
    reply_days = models.PositiveSmallIntegerField(
        _("working days to reply to the reviews"), default=7
    )
    answer_days = models.PositiveSmallIntegerField(_("working days to answer an offer"))
    remind_days = models.PositiveSmallIntegerField(
        _("working days before its end to remind of an offer"), default=3
    )
    appeal_days = models.PositiveSmallIntegerField(_("working days to appeal"), default=10)
    reserve_days = models.PositiveSmallIntegerField(
        _("days that a place on the reserve list is valid"), default=180
    )
    panel_quorum = models.PositiveSmallIntegerField(
        _("members present for the panel to decide"),
        default=3,
        help_text=_("Of those who have no conflict of interest with the proposal."),
    )
    publish_alone_up_to = models.PositiveIntegerField(
        _("GPU-hours that the chair publishes alone"),
        default=0,
        help_text=_("Together for a round. Above it, another person confirms the publication."),
    )
    start_within_days = models.PositiveSmallIntegerField(_("days within which use begins"))
    report_months = models.PositiveSmallIntegerField(_("months to the final report"))
    renewals = models.PositiveSmallIntegerField(_("renewals"), default=0)
    extension_months = models.PositiveSmallIntegerField(_("months of an extension"), default=0)
    extension_percent = models.PositiveSmallIntegerField(
        _("percent of the hours that an extension adds"), default=0
    )
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
                name="policy_range", condition=Q(least_hours__lte=F("most_hours"))
            ),
        ]

    def __str__(self):
        return f"{self.mode.code} {self.valid_from:%Y-%m-%d}"

    @property
    def organisation_type_labels(self):
        return _labels(self.organisation_types)

    @property
    def eu_project_type_labels(self):
        return _labels(self.eu_project_types)

    @property
    def paying_type_labels(self):
        return _labels(self.paying_types)

    @property
    def open_research_type_labels(self):
        return _labels(self.open_research_types)

    @property
    def step_labels(self):
        return [StepKind(kind).label for kind in self.steps]

    @property
    def is_package(self):
        return self.least_hours == self.most_hours

    def gpu_hours_on(self, partition):
        """The least and the most as GPU-hours of ``partition``."""
        factor = partition.gpus_per_node if self.unit == HourUnit.NODE_HOURS else 1
        return self.least_hours * factor, self.most_hours * factor

    def clean(self):
        if (self.least_hours or 0) > (self.most_hours or 0):
            raise ValidationError({"most_hours": _("This is less than the least hours.")})
        if not {StepKind.ADMINISTRATIVE, StepKind.TECHNICAL} <= set(self.steps or []):
            raise ValidationError(
                {"steps": _("The eligibility and the technical check are needed.")}
            )
        may_apply = set(self.organisation_types or [])
        for field in ("eu_project_types", "paying_types", "open_research_types"):
            if set(getattr(self, field) or []) - may_apply:
                raise ValidationError({field: _("Choose only types that may apply.")})


def _labels(kinds):
    return [OrganisationType(kind).label for kind in kinds]
