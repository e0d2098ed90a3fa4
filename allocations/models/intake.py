from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class IntakePolicyQuerySet(models.QuerySet):
    def valid(self, *, at):
        """The policies in force at the moment ``at``, newest first."""
        return self.filter(valid_from__lte=at).order_by("-valid_from")


class IntakePolicy(models.Model):
    """What the portal takes in with a proposal, from a date on."""

    valid_from = models.DateTimeField(_("valid from"), unique=True)
    most_files = models.PositiveSmallIntegerField(_("most files of a proposal"))
    most_file_bytes = models.PositiveIntegerField(_("most bytes of a file"))
    most_total_bytes = models.PositiveBigIntegerField(_("most bytes of all files"))
    most_pages = models.PositiveSmallIntegerField(_("most pages of a PDF"))
    most_pixels = models.PositiveIntegerField(_("most pixels of an image"))
    most_unpacked_bytes = models.PositiveBigIntegerField(
        _("most bytes of a PDF’s contents once unpacked")
    )
    alike_percent = models.PositiveSmallIntegerField(
        _("percent of shared words from which two proposals count as alike"),
        validators=[MaxValueValidator(100)],
    )
    draft_days = models.PositiveSmallIntegerField(
        _("days that a draft outlives the last cut-off"),
        help_text=_("Within them a late code still lets it in; then it lapses."),
    )

    objects = IntakePolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("intake policy")
        verbose_name_plural = _("intake policies")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="intake_policy_percent", condition=Q(alike_percent__range=(1, 100))
            )
        ]

    def __str__(self):
        return f"{self.valid_from:%Y-%m-%d}"
