from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SSHKey(models.Model):
    """A public key with which a person signs in on the machine's login nodes."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="ssh_keys", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=100)
    public_key = models.TextField(_("public key"))
    fingerprint = models.CharField(_("fingerprint"), max_length=60, unique=True)
    key_type = models.CharField(_("type"), max_length=40)
    networks = models.JSONField(_("networks"), help_text=_("From where the key may be used."))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("SSH key")
        verbose_name_plural = _("SSH keys")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.name} ({self.fingerprint})"
