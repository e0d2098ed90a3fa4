from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jaif_portal.language import in_language


class Country(models.Model):
    """A country of the world, and whether its organisations may apply."""

    class Basis(models.TextChoices):
        MEMBER_STATE = "member_state", _("EU Member State")
        ASSOCIATED = "associated", _("Associated with Horizon Europe or Digital Europe")
        NONE = "none", _("Not eligible")

    code = models.CharField(_("code"), max_length=2, primary_key=True, help_text="ISO 3166-1")
    name_en = models.CharField(_("name in English"), max_length=100)
    name_de = models.CharField(_("name in German"), max_length=100)
    basis = models.CharField(_("basis"), max_length=20, choices=Basis, default=Basis.NONE)

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["name_en"]

    def __str__(self):
        return in_language(self, "name")

    @property
    def is_eligible(self):
        return self.basis != self.Basis.NONE


class OrganisationType(models.TextChoices):
    START_UP = "start_up", _("Start-up")
    SME = "sme", _("Small or medium-sized enterprise")
    MID_CAP = "mid_cap", _("Small mid-cap")
    LARGE_INDUSTRY = "large_industry", _("Large industry")
    PUBLIC_SECTOR = "public_sector", _("Public sector")
    RESEARCH = "research", _("Research and education")


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.has_perm("onboarding.see_everything"):
            return self
        return self.filter(memberships__user=user)


class Organisation(models.Model):
    """A legal entity that applies for compute time.

    ``version`` grows with each edit, so that a stale form does not win.
    """

    name = models.CharField(_("legal name"), max_length=200)
    kind = models.CharField(_("type"), max_length=20, choices=OrganisationType)
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        verbose_name=_("country"),
        help_text=_("Where the organisation is legally established."),
    )
    registration_number = models.CharField(
        _("register number"),
        max_length=60,
        blank=True,
        help_text=_("As in the commercial register, for example HRB 12345, Köln."),
    )
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    staff = models.PositiveIntegerField(
        _("employees"),
        validators=[MinValueValidator(1)],
        help_text=_("Full-time equivalents in the last closed business year."),
    )
    turnover_eur = models.PositiveBigIntegerField(
        _("annual turnover in euros"), help_text=_("0 where there is none yet.")
    )
    balance_sheet_eur = models.PositiveBigIntegerField(
        _("balance sheet total in euros"), help_text=_("0 where there is none yet.")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="Membership",
        related_name="organisations",
        verbose_name=_("people"),
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="organisation_once_per_register",
                fields=["country", "registration_number"],
                condition=~Q(registration_number=""),
                violation_error_message=_(
                    "This organisation is already registered under this number. Ask a colleague "
                    "who represents it to add you as a member, or correct the register number."
                ),
            ),
            models.CheckConstraint(name="organisation_has_staff", condition=Q(staff__gte=1)),
        ]

    def __str__(self):
        return self.name


class MemberRole(models.TextChoices):
    REPRESENTATIVE = "representative", _("Representative")
    MEMBER = "member", _("Member")


class Membership(models.Model):
    """That a person acts for an organisation."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=20, choices=MemberRole)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                name="membership_once_per_person", fields=["organisation", "user"]
            )
        ]

    def __str__(self):
        return f"{self.user} – {self.organisation}"
