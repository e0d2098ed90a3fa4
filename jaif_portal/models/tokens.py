from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a personal access token may be used for."""

    ALLOCATIONS_READ = "allocations:read", _("Read projects, allocations and the ledger")
    JOBS_READ = "jobs:read", _("Read jobs")
    JOBS_WRITE = "jobs:write", _("Submit and cancel jobs")
    PROPOSALS_READ = "proposals:read", _("Read calls and proposals")
    PROPOSALS_WRITE = "proposals:write", _("Write, submit and accept proposals")
    ONBOARDING_READ = "onboarding:read", _("Read organisations and onboarding cases")
    ONBOARDING_WRITE = "onboarding:write", _("Edit organisations, keys and agreements")


class AccessToken(models.Model):
    """A person's key to the REST interface. Only its SHA-256 digest is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="access_tokens",
        verbose_name=_("person"),
    )
    name = models.CharField(
        _("name"), max_length=100, help_text=_("Where you use it, for example: laptop.")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        ordering = ["-pk"]

    def __str__(self):
        return self.name
