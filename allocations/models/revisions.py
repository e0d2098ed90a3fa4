from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .attachments import Attachment
from .proposals import Proposal


class RevisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(proposal__in=Proposal.objects.visible_to(user))


class Revision(models.Model):
    """A proposal as it was handed in. Triggers refuse every update and delete.

    ``sha256`` is of the snapshot's canonical JSON; see ``flows.revisions``.
    """

    proposal = models.ForeignKey(
        Proposal, models.PROTECT, related_name="revisions", verbose_name=_("proposal")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    snapshot = models.JSONField(_("snapshot"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    attachments = models.ManyToManyField(
        Attachment, related_name="revisions", verbose_name=_("attachments")
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["proposal", "number"]
        constraints = [
            models.UniqueConstraint(name="revision_once", fields=["proposal", "number"]),
            models.CheckConstraint(name="revision_numbers_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self):
        return _("Revision %(number)d of %(reference)s") % {
            "number": self.number,
            "reference": self.snapshot["reference"],
        }
