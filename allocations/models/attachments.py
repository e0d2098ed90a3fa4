import uuid

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .proposals import Proposal


class AttachmentKind(models.TextChoices):
    WORK_PLAN = "work_plan", _("Work plan")
    CV = "cv", _("Curriculum vitae")
    SCALING = "scaling", _("Scaling plots")
    RESULTS = "results", _("Earlier results")
    DATA_MANAGEMENT = "data_management", _("Data management plan")
    LETTER = "letter", _("Letter of support")
    OTHER = "other", _("Other")


class ContentType(models.TextChoices):
    """What is taken, as the content tells it, whatever the name says."""

    PDF = "application/pdf", "PDF"
    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"


def attachment_storage():
    """Outside what a web server serves; see ``STORAGES`` in the settings."""
    return storages["attachments"]


def random_name(_attachment, _name):
    """Nothing of what was uploaded tells where it lies."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


class Attachment(models.Model):
    """A file of a proposal. ``name`` is text and names nothing on disk.

    What a revision has frozen is marked as removed, never deleted.
    """

    proposal = models.ForeignKey(
        Proposal, models.PROTECT, related_name="attachments", verbose_name=_("proposal")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=AttachmentKind)
    title = models.CharField(_("title"), max_length=120, blank=True)
    name = models.CharField(_("name of the file"), max_length=120)
    content_type = models.CharField(_("type"), max_length=20, choices=ContentType)
    file = models.FileField(_("file"), storage=attachment_storage, upload_to=random_name)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    pages = models.PositiveSmallIntegerField(_("pages"), default=1)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    scanned_by = models.CharField(
        _("scanned by"), max_length=100, blank=True, help_text=_("Empty where no scanner is set.")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="attachment_once",
                fields=["proposal", "sha256"],
                condition=Q(removed_at__isnull=True),
            ),
            models.UniqueConstraint(name="attachment_file_once", fields=["file"]),
            models.CheckConstraint(
                name="attachment_is_of_a_type",
                condition=Q(content_type__in=ContentType.values),
            ),
            models.CheckConstraint(
                name="attachment_has_content",
                condition=Q(size_bytes__gte=1, pages__gte=1),
            ),
        ]

    def __str__(self):
        return self.title or self.name
