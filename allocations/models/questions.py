"""The application form as data: versions, their sections, and the questions in these."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jaif_portal.language import in_language, in_one_of

from .modes import AccessMode

CODE = RegexValidator(r"^[a-z][a-z0-9_]*$", _("Small letters, digits and underscores."))


class SectionKind(models.TextChoices):
    """What fills a section: its own questions, or another part of the portal."""

    QUESTIONS = "questions", _("Questions")
    TEAM = "team", _("Team")
    RESOURCES = "resources", _("Itemised resources")
    ATTACHMENTS = "attachments", _("Attachments")
    COMPLIANCE = "compliance", _("Compliance")
    DECLARATIONS = "declarations", _("Declarations")

    @property
    def has_questions(self):
        return self in {SectionKind.QUESTIONS, SectionKind.DECLARATIONS}


class QuestionKind(models.TextChoices):
    SHORT_TEXT = "short_text", _("Short text")
    LONG_TEXT = "long_text", _("Long text")
    NUMBER = "number", _("Number")
    CHOICE = "choice", _("One of several choices")
    CHOICES = "choices", _("Several choices")
    YES_NO = "yes_no", _("Yes or no")
    CONFIRMATION = "confirmation", _("Confirmation")
    DATE = "date", _("Date")
    LINK = "link", _("Link")
    ROWS = "rows", _("Rows")

    @property
    def is_text(self):
        return self in {QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT}

    @property
    def chooses(self):
        return self in {QuestionKind.CHOICE, QuestionKind.CHOICES}


class Column(models.TextChoices):
    """Questions whose answers the portal computes with: columns of a proposal of this name."""

    TITLE = "title", _("Title")
    ABSTRACT = "abstract", _("Abstract")
    SECTOR = "sector", _("Sector")
    OFFER = "offer", _("System")
    GPU_HOURS = "gpu_hours", _("GPU-hours")
    MONTHS = "months", _("Months")
    CIVILIAN_USE = "civilian_use", _("Civilian use")
    EU_PROJECT = "eu_project", _("EU project")


class FormVersionQuerySet(models.QuerySet):
    def valid(self, mode, *, at):
        """The forms of ``mode`` in force at ``at``, newest first; its own before shared ones."""
        rows = self.filter(Q(mode=mode) | Q(mode=None), valid_from__lte=at)
        return rows.order_by(F("mode").asc(nulls_last=True), "-valid_from", "-pk")


class FormVersion(models.Model):
    """The application form from a moment on. A proposal keeps the one it was begun under."""

    title = models.CharField(_("title"), max_length=100)
    mode = models.ForeignKey(
        AccessMode,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="forms",
        verbose_name=_("access mode"),
        help_text=_("Empty for the form that all modes share which have none of their own."),
    )
    valid_from = models.DateTimeField(
        _("valid from"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Empty until the form is put in force."),
    )

    objects = FormVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("application form")
        verbose_name_plural = _("application forms")
        ordering = ["-pk"]

    def __str__(self):
        return self.title


class Wording(models.Model):
    """A label and a help text in both languages."""

    label_en = models.CharField(_("label in English"), max_length=200)
    label_de = models.CharField(_("label in German"), max_length=200)
    help_en = models.TextField(_("help in English"))
    help_de = models.TextField(_("help in German"))

    class Meta:
        abstract = True

    @property
    def label(self):
        return in_language(self, "label")

    @property
    def help(self):
        return in_language(self, "help")


class FormSection(Wording):
    form = models.ForeignKey(
        FormVersion, models.CASCADE, related_name="sections", verbose_name=_("application form")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    kind = models.CharField(
        _("kind"), max_length=20, choices=SectionKind, default=SectionKind.QUESTIONS
    )
    modes = models.JSONField(
        _("only for these modes"),
        default=list,
        blank=True,
        help_text=_("Codes such as LS; empty for all modes."),
    )
    tells_applicant = models.BooleanField(
        _("tells who applies"),
        default=False,
        help_text=_("Reviewers do not see it where the call hides the applicants from them."),
    )

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="section_once", fields=["form", "code"])]

    def __str__(self):
        return self.label


class Question(Wording):
    """One field of the form.

    ``least`` and ``most`` bound the characters of a text, the value of a number, the ticks of
    several choices and the number of rows. ``choices`` are ``[value, English, German]``; of a
    question with rows they are its columns.
    """

    section = models.ForeignKey(
        FormSection, models.CASCADE, related_name="questions", verbose_name=_("section")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(
        _("code"),
        max_length=40,
        validators=[CODE],
        help_text=_("Stays the same in later versions, so that answers can be taken over."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=QuestionKind)
    why_en = models.TextField(_("why we ask, in English"), blank=True)
    why_de = models.TextField(_("why we ask, in German"), blank=True)
    unit_en = models.CharField(_("unit in English"), max_length=40, blank=True)
    unit_de = models.CharField(_("unit in German"), max_length=40, blank=True)
    least = models.PositiveIntegerField(_("least"), null=True, blank=True)
    most = models.PositiveIntegerField(_("most"), null=True, blank=True)
    choices = models.JSONField(
        _("choices"),
        default=list,
        blank=True,
        help_text=_("A list of lists of value, English and German; of rows, their columns."),
    )
    required = models.BooleanField(_("required"), default=False)
    required_if = models.CharField(
        _("required if"),
        max_length=40,
        blank=True,
        help_text=_("The code of a yes/no question; required where that is answered with yes."),
    )
    modes = models.JSONField(
        _("only for these modes"),
        default=list,
        blank=True,
        help_text=_("Codes such as LS; empty for all modes of the section."),
    )

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(name="question_once", fields=["section", "code"]),
            models.CheckConstraint(
                name="question_range",
                condition=Q(least__isnull=True) | Q(most__isnull=True) | Q(least__lte=F("most")),
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def why(self):
        return in_language(self, "why")

    @property
    def unit(self):
        return in_language(self, "unit")

    @property
    def options(self):
        """``(value, label)`` of each choice, in the reader's language."""
        return [(value, in_one_of(english, german)) for value, english, german in self.choices]
