from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onboarding.models import Organisation

from .proposals import Proposal


class ReviewerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see all, a reviewer the own profile."""
        if user.has_perm("allocations.see_reviewers"):
            return self
        return self.filter(user=user)

    def available(self, *, first_day, last_day):
        """Those who take reviews and are not away on every day of a period."""
        away = Absence.objects.filter(first_day__lte=first_day, last_day__gte=last_day)
        return self.filter(is_active=True, user__is_active=True).exclude(
            pk__in=away.values("reviewer")
        )


class ReviewerProfile(models.Model):
    """What an expert reviews, and how much of it.

    ``keywords`` are in lower case, each once, in alphabetical order. ``version`` grows with
    each edit, so that a stale form is refused.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="reviewer_profile",
        verbose_name=_("person"),
    )
    institution = models.CharField(_("institution"), max_length=200)
    keywords = models.JSONField(_("expertise"), default=list)
    load_cap = models.PositiveSmallIntegerField(
        _("most reviews at a time"), default=4, validators=[MinValueValidator(1)]
    )
    is_active = models.BooleanField(
        _("takes reviews"), default=True, help_text=_("Clear this to be asked for no more.")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReviewerQuerySet.as_manager()

    class Meta:
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")
        ordering = ["user__email"]
        constraints = [
            models.CheckConstraint(name="reviewer_load_cap", condition=Q(load_cap__gte=1))
        ]

    def __str__(self):
        return f"{self.user}, {self.institution}"

    @property
    def mail_domain(self):
        return self.user.email.rpartition("@")[2]


class Absence(models.Model):
    """Days on which a reviewer is away, the first and the last included."""

    reviewer = models.ForeignKey(
        ReviewerProfile, models.CASCADE, related_name="absences", verbose_name=_("reviewer")
    )
    first_day = models.DateField(_("first day away"))
    last_day = models.DateField(_("last day away"))

    class Meta:
        verbose_name = _("time away")
        verbose_name_plural = _("times away")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                name="absence_period",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day lies before the first."),
            )
        ]

    def __str__(self):
        return f"{self.first_day} – {self.last_day}"


class RelationKind(models.TextChoices):
    """Ties that disqualify, in the words of the rules that peer review of HPC time follows."""

    EMPLOYMENT = "employment", _("Employed, paid or considered for employment")
    OFFICE = "office", _("Holds an office or a seat on a board")
    FAMILY = "family", _("Close family")
    BUSINESS = "business", _("Business partner")
    THESIS = "thesis", _("Supervised a thesis, or was supervised")
    JOINT_WORK = "joint_work", _("Joint project or publication")
    SPOUSE = "spouse", _("The same interests of a spouse or close relative")


class DeclaredRelation(models.Model):
    """A tie that a reviewer tells of, to an organisation or to a person.

    Whether it still counts depends on when it ended and on the window of its kind.
    """

    reviewer = models.ForeignKey(
        ReviewerProfile, models.CASCADE, related_name="relations", verbose_name=_("reviewer")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=RelationKind)
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    email = models.EmailField(_("e-mail address of the person"), blank=True)
    ended_on = models.DateField(
        _("ended on"), null=True, blank=True, help_text=_("Empty while it lasts.")
    )

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="relation_to_somebody",
                condition=Q(organisation__isnull=False) | ~Q(email=""),
                violation_error_message=_("Name an organisation or the address of a person."),
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.organisation or self.email}"


class ReviewerInvitation(models.Model):
    """A link, sent by mail, with which a person becomes a reviewer, once and until a moment.

    The link's secret is kept as a digest. Its moments are wall time, as all of security.
    """

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation of a reviewer")
        verbose_name_plural = _("invitations of reviewers")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.name} <{self.email}>"


class Wish(models.TextChoices):
    SUGGESTED = "suggested", _("Suggested")
    EXCLUDED = "excluded", _("Excluded")


class ReviewerWish(models.Model):
    """Somebody whom the applicant suggests as a reviewer, or asks not to be asked."""

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="reviewer_wishes", verbose_name=_("proposal")
    )
    email = models.EmailField(_("e-mail address"))
    wish = models.CharField(_("wish"), max_length=20, choices=Wish)

    class Meta:
        verbose_name = _("wish for reviewers")
        verbose_name_plural = _("wishes for reviewers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="wish_once", fields=["proposal", "email"])]

    def __str__(self):
        return f"{self.get_wish_display()}: {self.email}"
