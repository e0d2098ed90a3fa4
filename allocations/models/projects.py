from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onboarding.models import OnboardingCase, Organisation

from .accounting import AccountingMode, ExhaustionPolicy
from .machines import FundingShare, Partition
from .proposals import Proposal


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.has_perm("allocations.see_everything"):
            return self
        return self.filter(members__email=user.email)


class Project(models.Model):
    """What an accepted award becomes: a team with a budget on the machine."""

    identifier = models.CharField(_("identifier"), max_length=40, unique=True)
    budget = models.CharField(
        _("budget"), max_length=40, unique=True, help_text=_("The account that jobs name.")
    )
    title = models.CharField(_("title"), max_length=150)
    proposal = models.OneToOneField(
        Proposal, models.PROTECT, related_name="project", verbose_name=_("proposal")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="projects", verbose_name=_("organisation")
    )
    created_at = models.DateTimeField(_("created at"))

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-pk"]

    def __str__(self):
        return self.identifier


class ProjectRole(models.TextChoices):
    PI = "pi", _("Principal investigator")
    PA = "pa", _("Project administrator")
    MEMBER = "member", _("Member")
    MENTOR = "mentor", _("Mentor")


class ProjectMember(models.Model):
    """Somebody in a project, known by their confirmed e-mail address."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="members", verbose_name=_("project")
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=20, choices=ProjectRole)

    class Meta:
        verbose_name = _("project member")
        verbose_name_plural = _("project members")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="project_member_once", fields=["project", "email"])
        ]

    def __str__(self):
        return self.email


class AllocationState(models.TextChoices):
    PENDING_ONBOARDING = "pending_onboarding", _("Waiting for onboarding")
    ACTIVE = "active", _("Active")
    EXPIRED = "expired", _("Expired")
    CLOSED = "closed", _("Closed")

    @property
    def successors(self):
        return {
            AllocationState.PENDING_ONBOARDING: {AllocationState.ACTIVE, AllocationState.EXPIRED},
            AllocationState.ACTIVE: {AllocationState.EXPIRED},
            AllocationState.EXPIRED: {AllocationState.CLOSED},
            AllocationState.CLOSED: set(),
        }[self]

    @property
    def is_over(self):
        """Whether its hours can no longer be used."""
        return self in (AllocationState.EXPIRED, AllocationState.CLOSED)


class AllocationQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.has_perm("allocations.see_everything"):
            return self
        return self.filter(project__members__email=user.email)


class Allocation(models.Model):
    """A project's compute time on one partition for a period."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="allocations", verbose_name=_("project")
    )
    partition = models.ForeignKey(
        Partition, models.PROTECT, related_name="allocations", verbose_name=_("partition")
    )
    share = models.ForeignKey(
        FundingShare, models.PROTECT, related_name="allocations", verbose_name=_("funding share")
    )
    case = models.OneToOneField(
        OnboardingCase, models.PROTECT, related_name="allocation", verbose_name=_("onboarding case")
    )
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=AllocationState,
        default=AllocationState.PENDING_ONBOARDING,
    )
    node_seconds = models.PositiveBigIntegerField(_("node-seconds granted"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    associated_at = models.DateTimeField(_("known to the scheduler since"), null=True, blank=True)
    acct_mode = models.CharField(
        _("accounting"), max_length=20, choices=AccountingMode, default=AccountingMode.FIXED
    )
    exhaustion_policy = models.CharField(
        _("when the quota is used up"),
        max_length=20,
        choices=ExhaustionPolicy,
        default=ExhaustionPolicy.BLOCK,
    )
    month = models.OneToOneField(
        "QuotaMonth",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("open month"),
        help_text=_("Empty unless the quota is monthly."),
    )

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="allocation_once_per_partition", fields=["project", "partition"]
            ),
            models.CheckConstraint(
                name="allocation_period", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]

    def __str__(self):
        return f"{self.project} – {self.partition}"

    @property
    def is_over(self):
        return AllocationState(self.state).is_over
