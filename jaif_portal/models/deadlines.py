from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DeadlineQuerySet(models.QuerySet):
    def of(self, subject):
        return self.filter(
            subject_type=ContentType.objects.get_for_model(subject), subject_id=subject.pk
        )

    def running(self):
        """Neither met nor fired, and not paused."""
        return self.filter(met_at=None, fired_at=None, paused_at=None)

    def paused(self):
        """Stopped until it is resumed."""
        return self.filter(met_at=None, paused_at__isnull=False, resumed_at=None)


class Deadline(models.Model):
    """A moment by which something must have happened to a subject.

    ``due_at`` never changes: an extension is another row, and so is what a pause has left
    when it ends. A timer reminds, escalates
    or lapses an applicant's own inaction; it never decides on a request.
    """

    kind = models.CharField(_("kind"), max_length=40)
    subject_type = models.ForeignKey(
        ContentType, models.CASCADE, related_name="+", verbose_name=_("kind of subject")
    )
    subject_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    due_at = models.DateTimeField(_("due at"))
    met_at = models.DateTimeField(_("met at"), null=True, blank=True)
    fired_at = models.DateTimeField(_("fired at"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    resumed_at = models.DateTimeField(
        _("resumed at"), null=True, blank=True, help_text=_("Another row has the time left.")
    )
    failure = models.TextField(_("last failure"), blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="deadline_once_per_subject_and_moment",
                fields=["kind", "subject_type", "subject_id", "due_at"],
            ),
            models.CheckConstraint(
                name="deadline_resumes_after_a_pause",
                condition=Q(resumed_at=None) | Q(resumed_at__gte=F("paused_at")),
            ),
        ]
        indexes = [
            models.Index(
                name="deadline_running",
                fields=["due_at"],
                condition=Q(met_at=None, fired_at=None),
            ),
            models.Index(fields=["subject_type", "subject_id"]),
        ]

    def __str__(self):
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M}"


class Holiday(models.Model):
    """A day on which the access office is closed; working days leave it out."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {self.name}"
