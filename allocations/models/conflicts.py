from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .proposals import Proposal
from .reviewers import RelationKind, ReviewerProfile


class Severity(models.TextChoices):
    """What a conflict of interest asks for."""

    REAL = "real", _("Real: may not review")
    APPARENT = "apparent", _("Apparent: reviews under a management plan")
    POTENTIAL = "potential", _("Potential: disclosed")
    DISMISSED = "dismissed", _("Dismissed")

    @property
    def successors(self):
        return set(Severity) - {self}


class ConflictKind(models.TextChoices):
    SAME_ORGANISATION = "same_organisation", _("Same organisation")
    MAIL_DOMAIN = "mail_domain", _("Same domain of the e-mail address")
    TEAM = "team", _("On the team")
    SAME_CALL = "same_call", _("Applicant in the same call")
    RELATION = "relation", _("Relation that the reviewer told of")
    EXCLUDED = "excluded", _("Excluded by the applicant")
    DECLARED = "declared", _("Declared for this proposal")


class ConflictRule(models.Model):
    """How severe a kind of conflict is found to be. A change holds for what is found later."""

    kind = models.CharField(_("kind"), max_length=20, choices=ConflictKind, unique=True)
    severity = models.CharField(_("severity"), max_length=20, choices=Severity)

    class Meta:
        verbose_name = _("rule for conflicts")
        verbose_name_plural = _("rules for conflicts")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.get_severity_display()}"


class RelationWindow(models.Model):
    """For how long a relation counts after its end, and how severe it is meanwhile."""

    kind = models.CharField(_("kind"), max_length=20, choices=RelationKind, unique=True)
    months = models.PositiveSmallIntegerField(
        _("months after its end"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: for ever."),
    )
    severity = models.CharField(
        _("severity"), max_length=20, choices=Severity, default=Severity.REAL
    )

    class Meta:
        verbose_name = _("window of a relation")
        verbose_name_plural = _("windows of relations")
        ordering = ["pk"]

    def __str__(self):
        return self.get_kind_display()


class PublicMailDomain(models.Model):
    """A provider whose addresses say nothing about where somebody works."""

    domain = models.CharField(_("domain"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("public mail provider")
        verbose_name_plural = _("public mail providers")
        ordering = ["domain"]

    def __str__(self):
        return self.domain


class ConflictQuerySet(models.QuerySet):
    def blocking(self):
        return self.filter(state=Severity.REAL)


class ConflictOfInterest(models.Model):
    """That a reviewer is, or may seem to be, partial to a proposal, and what shows it.

    ``state`` is its severity. An officer may change it, with a reason, which the history
    keeps. Somebody with a real conflict sees nothing of the proposal, in the panel either.
    """

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="conflicts", verbose_name=_("proposal")
    )
    reviewer = models.ForeignKey(
        ReviewerProfile, models.PROTECT, related_name="conflicts", verbose_name=_("reviewer")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ConflictKind)
    state = models.CharField(_("severity"), max_length=20, choices=Severity)
    evidence = models.TextField(_("evidence"))
    management_plan = models.TextField(_("management plan"), blank=True)
    found_at = models.DateTimeField(_("found at"))
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reported by"),
        help_text=_("Empty where the portal found it."),
    )

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="conflict_once_per_kind", fields=["proposal", "reviewer", "kind"]
            ),
            models.CheckConstraint(
                name="apparent_conflict_has_plan",
                condition=~Q(kind="declared", state="apparent") | ~Q(management_plan=""),
            ),
        ]

    def __str__(self):
        return f"{self.proposal.reference}: {self.reviewer}"
