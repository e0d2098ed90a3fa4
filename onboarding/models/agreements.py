from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jaif_portal.language import in_language


class TermsQuerySet(models.QuerySet):
    def in_force(self, kind, *, at):
        """The versions of ``kind`` that are valid at ``at``, the current one first."""
        return self.filter(kind=kind, valid_from__lte=at).order_by("-version")


class Terms(models.Model):
    """One version of a text that people agree to."""

    class Kind(models.TextChoices):
        USAGE = "usage", _("Usage agreement")
        AWARD = "award", _("Terms of the award")
        DATA_PROCESSING = "data_processing", _("Data-processing agreement")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    version = models.PositiveSmallIntegerField(_("version"))
    valid_from = models.DateTimeField(_("valid from"))
    text_en = models.TextField(_("text in English"))
    text_de = models.TextField(_("text in German"))

    objects = TermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(name="terms_version_once", fields=["kind", "version"])
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.version}"

    @property
    def text(self):
        return in_language(self, "text")


class Acceptance(models.Model):
    """A person's signature under one version of some terms."""

    terms = models.ForeignKey(
        Terms, models.PROTECT, related_name="acceptances", verbose_name=_("terms")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="acceptances",
        verbose_name=_("person"),
    )
    accepted_at = models.DateTimeField(_("accepted at"))

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        constraints = [
            models.UniqueConstraint(name="terms_accepted_once", fields=["terms", "user"])
        ]

    def __str__(self):
        return f"{self.user} – {self.terms}"
