from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """A mail to be sent, written in the transaction of the event that it tells of.

    A worker delivers it after the commit, at least once: a crash between sending and
    noting it down sends it again.
    """

    key = models.CharField(
        _("key"),
        max_length=500,
        unique=True,
        help_text=_("Event and recipient; the same event never writes twice."),
    )
    recipient = models.EmailField(_("recipient"))
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("text"))
    html = models.TextField(_("HTML text"), blank=True)
    sender = models.CharField(_("sender"), max_length=250, blank=True)
    written_at = models.DateTimeField(_("written at"), auto_now_add=True)
    next_try_at = models.DateTimeField(_("next try at"), auto_now_add=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    failure = models.TextField(_("last failure"), blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-pk"]
        indexes = [
            models.Index(name="mail_waiting", fields=["next_try_at"], condition=Q(sent_at=None)),
            models.Index(fields=["recipient", "-id"]),
        ]

    def __str__(self):
        return f"{self.subject} → {self.recipient}"
