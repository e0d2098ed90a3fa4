"""Writing a proposal together: what changed, what was said, and who is there."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .proposals import Proposal


class AnswerChange(models.Model):
    """A change of one answer. What a person types in a row is one change, a few minutes long.

    Values are as REST shows them. ``version`` is the answer's after the change.
    """

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="changes", verbose_name=_("proposal")
    )
    question = models.CharField(_("question"), max_length=40)
    version = models.PositiveIntegerField(_("version"))
    old = models.JSONField(_("before"), null=True)
    new = models.JSONField(_("after"), null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), help_text=_("Portal time."))
    begun_at = models.DateTimeField(
        _("begun at"), help_text=_("Wall time at which the person began to type.")
    )

    class Meta:
        verbose_name = _("change of an answer")
        verbose_name_plural = _("changes of answers")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="answer_changed_once_a_version", fields=["proposal", "question", "version"]
            )
        ]

    def __str__(self):
        return f"{self.question} {self.version}"


class Comment(models.Model):
    """Something said among the team about a section or a question; answers have a ``parent``."""

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="comments", verbose_name=_("proposal")
    )
    section = models.CharField(_("section"), max_length=40)
    question = models.CharField(_("question"), max_length=40, blank=True)
    parent = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="answers",
        verbose_name=_("answer to"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), help_text=_("Portal time."))
    text = models.TextField(_("comment"), max_length=2000)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["pk"]

    def __str__(self):
        return self.text[:60]


class Presence(models.Model):
    """That somebody has a section of a draft open, by wall time."""

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="presences", verbose_name=_("proposal")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    section = models.CharField(_("section"), max_length=40)
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        ordering = ["user"]
        constraints = [models.UniqueConstraint(name="present_once", fields=["proposal", "user"])]

    def __str__(self):
        return f"{self.user} {self.section}"
