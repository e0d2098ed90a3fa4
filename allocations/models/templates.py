from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .projects import Project


class JobTemplateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The own, and those that somebody has shared with a project of one's own."""
        shared = Q(project__isnull=False, project__members__email=user.email)
        return self.filter(Q(owner=user) | shared).distinct()


class JobTemplate(models.Model):
    """A job to start from: its shape and script, not its conditions. Of a person or a project."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="job_templates",
        verbose_name=_("owner"),
    )
    project = models.ForeignKey(
        Project,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="job_templates",
        verbose_name=_("project"),
        help_text=_("Whose members use it too; empty where it is the owner’s alone."),
    )
    title = models.CharField(_("title"), max_length=100)
    name = models.CharField(_("name"), max_length=100)
    nodes = models.PositiveIntegerField(_("nodes"), validators=[MinValueValidator(1)])
    time_limit = models.PositiveIntegerField(_("time limit"), help_text=_("In seconds."))
    array = models.CharField(_("array"), max_length=200, blank=True)
    script = models.TextField(_("script"), max_length=20_000, blank=True)
    comment = models.CharField(_("comment"), max_length=200, blank=True)
    may_requeue = models.BooleanField(_("may run again"), default=True)

    objects = JobTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("job template")
        verbose_name_plural = _("job templates")
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                name="job_template_shape", condition=Q(nodes__gte=1, time_limit__gte=60)
            ),
            models.UniqueConstraint(
                name="job_template_title_once_per_owner", fields=["owner", "title"]
            ),
        ]

    def __str__(self):
        return self.title
