from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _


class TransitionQuerySet(models.QuerySet):
    def of(self, subject):
        """The history of ``subject``, oldest first."""
        return self.filter(
            subject_type=ContentType.objects.get_for_model(subject), subject_id=subject.pk
        ).select_related("by", "subject_type")


class Transition(models.Model):
    """A step in the life of a subject: which state it left and reached, when, by whom, why.

    Written by ``jaif_portal.flows.transitions.move`` and never changed.
    """

    subject_type = models.ForeignKey(
        ContentType, models.PROTECT, related_name="+", verbose_name=_("kind of subject")
    )
    subject_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    from_state = models.CharField(_("from"), max_length=30, blank=True)
    to_state = models.CharField(_("to"), max_length=30)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Empty where the portal itself acted, by a rule."),
    )
    at = models.DateTimeField(_("at"), help_text=_("Portal time."))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    note = models.TextField(_("note"), blank=True)

    objects = TransitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"])]

    def __str__(self):
        return f"{self.from_state} → {self.to_state}"
