from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .organisations import Organisation


class StepKind(models.TextChoices):
    """What a step asks for; each kind has a check in ``onboarding.flows.checks``
    or is completed by the flow that does it.
    """

    AGREEMENT = "agreement", _("Sign the usage agreement")
    DATA_PROCESSING = "data_processing", _("Sign the data-processing agreement")
    SSH_KEY = "ssh_key", _("Add an SSH key")
    MFA = "mfa", _("Turn on two-factor sign-in")
    ASSOCIATION = "association", _("Account known to the scheduler")


class StepOwner(models.TextChoices):
    APPLICANT = "applicant", _("Applicant")
    PARTNER = "partner", _("JAIF")
    SYSTEM = "system", _("The portal")


class Circumstance(models.TextChoices):
    """When a step of a template belongs into a case."""

    ALWAYS = "always", _("Always")
    PERSONAL_DATA = "personal_data", _("Where personal data are processed")


class CaseTemplate(models.Model):
    """The steps that a new project goes through before its first job."""

    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("case template")
        verbose_name_plural = _("case templates")

    def __str__(self):
        return self.name


class CaseTemplateStep(models.Model):
    """One step of a template, copied into each case that is opened under its circumstance."""

    template = models.ForeignKey(
        CaseTemplate, models.CASCADE, related_name="steps", verbose_name=_("case template")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("step"), max_length=20, choices=StepKind)
    owner = models.CharField(_("owner"), max_length=20, choices=StepOwner)
    working_days = models.PositiveSmallIntegerField(_("due after working days"))
    circumstance = models.CharField(
        _("needed"), max_length=20, choices=Circumstance, default=Circumstance.ALWAYS
    )

    class Meta:
        verbose_name = _("template step")
        verbose_name_plural = _("template steps")
        ordering = ["template", "position"]
        constraints = [
            models.UniqueConstraint(name="template_step_once", fields=["template", "kind"])
        ]

    def __str__(self):
        return self.get_kind_display()


class CaseState(models.TextChoices):
    OPEN = "open", _("In progress")
    COMPLETE = "complete", _("Complete")

    @property
    def successors(self):
        return {CaseState.OPEN: {CaseState.COMPLETE}, CaseState.COMPLETE: set()}[self]


class OnboardingCaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.has_perm("onboarding.see_everything"):
            return self
        return self.filter(owner=user)

    def open(self):
        return self.filter(state=CaseState.OPEN)


class OnboardingCase(models.Model):
    """The check-list between an award and the first job, for one person of one project."""

    title = models.CharField(_("title"), max_length=200)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="cases", verbose_name=_("organisation")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="onboarding_cases",
        verbose_name=_("person"),
    )
    state = models.CharField(_("state"), max_length=20, choices=CaseState, default=CaseState.OPEN)
    opened_at = models.DateTimeField(_("opened at"))
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)

    objects = OnboardingCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("onboarding case")
        verbose_name_plural = _("onboarding cases")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="case_complete_has_moment",
                condition=~Q(state="complete") | Q(completed_at__isnull=False),
            )
        ]

    def __str__(self):
        return self.title


class CaseStep(models.Model):
    """A box to tick. ``evidence`` says what the tick rests on."""

    case = models.ForeignKey(
        OnboardingCase, models.CASCADE, related_name="steps", verbose_name=_("onboarding case")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("step"), max_length=20, choices=StepKind)
    owner = models.CharField(_("owner"), max_length=20, choices=StepOwner)
    due_at = models.DateTimeField(_("due at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["case", "position"]
        constraints = [models.UniqueConstraint(name="case_step_once", fields=["case", "kind"])]

    def __str__(self):
        return self.get_kind_display()
