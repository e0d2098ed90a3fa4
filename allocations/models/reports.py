from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .projects import Allocation


class ObligationKind(models.TextChoices):
    INTERIM_REPORT = "interim_report", _("Interim report")
    FINAL_REPORT = "final_report", _("Final report")


class ObligationState(models.TextChoices):
    DUE = "due", _("Due")
    OVERDUE = "overdue", _("Overdue")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned for changes")
    ACCEPTED = "accepted", _("Accepted")
    WAIVED = "waived", _("Waived")

    @property
    def successors(self):
        return REPORT_SUCCESSORS[self]

    @property
    def is_open(self):
        """Whether the principal investigator has to do something."""
        return self in OPEN_REPORTS


OPEN_REPORTS = [ObligationState.DUE, ObligationState.OVERDUE, ObligationState.RETURNED]
SETTLED_REPORTS = [ObligationState.ACCEPTED, ObligationState.WAIVED]
REPORT_SUCCESSORS = {
    ObligationState.DUE: {
        ObligationState.OVERDUE,
        ObligationState.SUBMITTED,
        ObligationState.WAIVED,
    },
    ObligationState.OVERDUE: {ObligationState.SUBMITTED, ObligationState.WAIVED},
    ObligationState.SUBMITTED: {
        ObligationState.RETURNED,
        ObligationState.ACCEPTED,
        ObligationState.WAIVED,
    },
    ObligationState.RETURNED: {
        ObligationState.OVERDUE,
        ObligationState.SUBMITTED,
        ObligationState.WAIVED,
    },
    ObligationState.ACCEPTED: set(),
    ObligationState.WAIVED: set(),
}


class Obligation(models.Model):
    """A report that a project owes, beside the state of its allocation."""

    allocation = models.ForeignKey(
        Allocation, models.PROTECT, related_name="obligations", verbose_name=_("allocation")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ObligationKind)
    state = models.CharField(
        _("state"), max_length=20, choices=ObligationState, default=ObligationState.DUE
    )
    opened_at = models.DateTimeField(_("opened at"))
    due_at = models.DateTimeField(_("due at"))

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_final_report",
                fields=["allocation"],
                condition=Q(kind="final_report"),
            ),
            models.UniqueConstraint(
                name="one_open_report_of_a_kind",
                fields=["allocation", "kind"],
                condition=~Q(state__in=["accepted", "waived"]),
            ),
        ]

    def __str__(self):
        return f"{self.allocation} {self.get_kind_display()}"

    @property
    def project(self):
        """Whose it is; rights are asked of it as of its allocation."""
        return self.allocation.project


class ReportForm(models.Model):
    """What a report asks, from a date on. A report keeps the form it was opened under.

    Each question has a ``key``, ``label_en`` and ``label_de``, ``help_en`` and ``help_de``,
    the most ``words`` of its answer, whether it is ``required``, and the codes of the ``modes``
    that it is for, where that is not all.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=ObligationKind)
    valid_from = models.DateTimeField(_("valid from"))
    questions = models.JSONField(_("questions"))
    reminders = models.JSONField(
        _("reminders"), help_text=_("Days after the due date; negative numbers lie before it.")
    )
    unspent_percent = models.PositiveSmallIntegerField(
        _("percent unspent"),
        help_text=_("Where more of the hours was not used, the report must say why."),
    )
    source = models.TextField(_("source"), blank=True)

    class Meta:
        verbose_name = _("form of reports")
        verbose_name_plural = _("forms of reports")
        ordering = ["kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(name="report_form_once", fields=["kind", "valid_from"])
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.valid_from:%Y-%m-%d}"


class EmissionFactor(models.Model):
    """What a kilowatt-hour emits, from a date on; reports turn energy into CO2 by it."""

    valid_from = models.DateField(_("valid from"), unique=True)
    grams_per_kwh = models.PositiveIntegerField(_("grams of CO₂ per kilowatt-hour"))
    source = models.TextField(_("source"))

    class Meta:
        verbose_name = _("emission factor")
        verbose_name_plural = _("emission factors")
        ordering = ["-valid_from"]

    def __str__(self):
        return f"{self.grams_per_kwh} g/kWh ({self.valid_from})"


class Report(models.Model):
    """The answers of an obligation. ``figures`` are frozen when it is submitted."""

    obligation = models.OneToOneField(
        Obligation, models.PROTECT, related_name="report", verbose_name=_("obligation")
    )
    form = models.ForeignKey(
        ReportForm, models.PROTECT, related_name="reports", verbose_name=_("form")
    )
    answers = models.JSONField(_("answers"), default=dict)
    figures = models.JSONField(_("figures"), default=dict)
    version = models.PositiveIntegerField(default=1, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("submitted by"),
    )
    remarks = models.TextField(_("remarks"), blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-pk"]

    def __str__(self):
        return str(self.obligation)
