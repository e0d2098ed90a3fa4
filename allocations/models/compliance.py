from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .machines import Partition
from .proposals import Proposal


class CompliancePart(models.TextChoices):
    """What a mode may ask for; the questions of each part are in the catalogue."""

    AI_ACT = "ai_act", _("AI Act")
    GPAI = "gpai", _("Roles and general-purpose models")
    DATA_PROTECTION = "data_protection", _("Data protection")
    EXPORT_CONTROL = "export_control", _("Export control and sanctions")
    ETHICS = "ethics", _("Ethics")
    ENERGY = "energy", _("Energy")


class RiskClass(models.TextChoices):
    PROHIBITED = "prohibited", _("Prohibited practice")
    HIGH = "high", _("High risk")
    TRANSPARENCY = "transparency", _("Transparency duties")
    MINIMAL = "minimal", _("Minimal risk")


class ModelClass(models.TextChoices):
    """Whether a model is one for general purposes, by the AI Act."""

    SYSTEMIC = "gpai_systemic", _("General-purpose model with systemic risk")
    GPAI = "gpai", _("General-purpose model")
    NONE = "none", _("Not a general-purpose model of yours")


class ExportOutcome(models.TextChoices):
    STOPPED = "stopped", _("Not possible")
    TO_CHECK = "to_check", _("To be checked by the access office")
    CLEAR = "clear", _("Nothing to check")


NEEDED = ("needed", "not_needed")
# The findings that a catalogue comes to, each with all its values; there are columns for them.
FINDINGS = {
    "risk": tuple(RiskClass.values),
    "gpai": tuple(ModelClass.values),
    "personal_data": ("yes", "no"),
    "dpia": NEEDED,
    "dpa": NEEDED,
    "export": tuple(ExportOutcome.values),
}


class ComplianceCatalogueQuerySet(models.QuerySet):
    def valid(self, *, at):
        """The versions in force at the moment ``at``, newest first."""
        return self.filter(valid_from__lte=at).order_by("-valid_from")


class ComplianceCatalogue(models.Model):
    """One version of questions, rules and duties, as a document for ``allocations.compliance``.

    A proposal keeps the version that was in force when it was begun.
    """

    valid_from = models.DateTimeField(_("valid from"), unique=True)
    document = models.JSONField(
        _("document"),
        help_text=_("Questions, findings and duties in both languages. It is checked when saved."),
    )
    source = models.TextField(_("source"), blank=True)

    objects = ComplianceCatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("compliance catalogue")
        verbose_name_plural = _("compliance catalogues")
        ordering = ["-valid_from"]

    def __str__(self):
        return f"{self.valid_from:%Y-%m-%d}"


class EnergyPolicyQuerySet(models.QuerySet):
    def valid(self, *, at):
        """The rows in force at the moment ``at``, newest first."""
        return self.filter(valid_from__lte=at).order_by("-valid_from")


class EnergyPolicy(models.Model):
    """What turns the energy of a partition's nodes into that of the whole data centre."""

    partition = models.ForeignKey(
        Partition, models.PROTECT, related_name="energy_policies", verbose_name=_("partition")
    )
    valid_from = models.DateTimeField(_("valid from"))
    pue = models.DecimalField(
        _("power usage effectiveness"),
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("Energy of the whole data centre for each unit that the machine takes."),
    )
    source = models.TextField(_("source"))

    objects = EnergyPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("energy policy")
        verbose_name_plural = _("energy policies")
        ordering = ["partition", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="energy_policy_once_per_moment", fields=["partition", "valid_from"]
            ),
            models.CheckConstraint(name="energy_policy_pue", condition=Q(pue__gte=1)),
        ]

    def __str__(self):
        return f"{self.partition} {self.valid_from:%Y-%m-%d}"


class ComplianceAssessment(models.Model):
    """The answers of a proposal to its catalogue, and what follows from them.

    The results are empty while a question is open. ``basis`` is what the proposal asked for
    when they were worked out; where it asks for something else now, they have to be checked
    again. ``stopped_by`` is the question whose answer rules the project out.
    """

    proposal = models.OneToOneField(
        Proposal, models.CASCADE, related_name="compliance", verbose_name=_("proposal")
    )
    catalogue = models.ForeignKey(
        ComplianceCatalogue,
        models.PROTECT,
        related_name="assessments",
        verbose_name=_("compliance catalogue"),
    )
    answers = models.JSONField(_("answers"), default=dict)
    basis = models.JSONField(_("worked out for"), default=dict)
    version = models.PositiveIntegerField(default=1, editable=False)
    risk_class = models.CharField(_("risk class"), max_length=20, choices=RiskClass, blank=True)
    model_class = models.CharField(_("model"), max_length=20, choices=ModelClass, blank=True)
    personal_data = models.BooleanField(_("personal data"), null=True)
    dpia_needed = models.BooleanField(_("impact assessment needed"), null=True)
    dpa_needed = models.BooleanField(_("data-processing agreement needed"), null=True)
    export_outcome = models.CharField(
        _("export control"), max_length=20, choices=ExportOutcome, blank=True
    )
    energy_kwh = models.PositiveBigIntegerField(_("energy in kWh"), null=True)
    co2_kg = models.PositiveBigIntegerField(_("CO₂ in kg"), null=True)
    stopped_by = models.CharField(_("stopped by"), max_length=60, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True)

    class Meta:
        verbose_name = _("compliance assessment")
        verbose_name_plural = _("compliance assessments")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="assessment_complete_or_stopped",
                condition=Q(completed_at__isnull=True) | Q(stopped_by=""),
            ),
            models.CheckConstraint(
                name="assessment_prohibited_never_complete",
                condition=Q(completed_at__isnull=True)
                | (~Q(risk_class="prohibited") & ~Q(export_outcome="stopped")),
            ),
        ]

    def __str__(self):
        return str(self.proposal)


class ComplianceChange(models.Model):
    """One answer, given or changed. Nothing is ever deleted here."""

    assessment = models.ForeignKey(
        ComplianceAssessment,
        models.CASCADE,
        related_name="changes",
        verbose_name=_("compliance assessment"),
    )
    question = models.CharField(_("question"), max_length=60)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of an answer")
        verbose_name_plural = _("changes of answers")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.question} {self.at:%Y-%m-%d %H:%M}"
