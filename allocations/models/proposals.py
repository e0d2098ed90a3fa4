from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onboarding.models import Organisation

from .access import Call, Round, SystemOffer
from .modes import AccessPolicy
from .questions import FormVersion


class ProposalState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_EVALUATION = "in_evaluation", _("In evaluation")
    CLARIFICATION = "clarification", _("Waiting for the applicant’s answer")
    RESERVE = "reserve", _("On the reserve list")
    OFFERED = "offered", _("Offered")
    AWARDED = "awarded", _("Awarded")
    INELIGIBLE = "ineligible", _("Not eligible")
    INFEASIBLE = "infeasible", _("Technically not feasible")
    REJECTED = "rejected", _("Not awarded")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    @property
    def successors(self):
        return SUCCESSORS[self]

    @property
    def is_final(self):
        """Nothing more is to come, unless an appeal is upheld."""
        return SUCCESSORS[self] <= {ProposalState.IN_EVALUATION}

    @property
    def can_be_appealed(self):
        return self.is_final and bool(SUCCESSORS[self])

    @property
    def public_label(self):
        """What applicants read; ``label`` is what staff read."""
        return PUBLIC.get(self, self.label)

    @property
    def ahead_label(self):
        """What it is called while it lies ahead."""
        return AHEAD.get(self, self.label)


PUBLIC = {
    ProposalState.IN_EVALUATION: _("Being evaluated"),
    ProposalState.CLARIFICATION: _("Needs your answer"),
    ProposalState.OFFERED: _("You have an offer"),
    ProposalState.AWARDED: _("Awarded: the project is set up"),
}
AHEAD = {
    ProposalState.OFFERED: _("Decision, and an offer if it is positive"),
    ProposalState.AWARDED: _("Acceptance, and the project is set up"),
}


SUCCESSORS = {
    ProposalState.DRAFT: {
        ProposalState.SUBMITTED,
        ProposalState.LAPSED,
        ProposalState.WITHDRAWN,
    },
    ProposalState.SUBMITTED: {
        ProposalState.DRAFT,
        ProposalState.IN_EVALUATION,
        ProposalState.WITHDRAWN,
    },
    ProposalState.IN_EVALUATION: {
        ProposalState.CLARIFICATION,
        ProposalState.OFFERED,
        ProposalState.RESERVE,
        ProposalState.INELIGIBLE,
        ProposalState.INFEASIBLE,
        ProposalState.REJECTED,
        ProposalState.WITHDRAWN,
    },
    ProposalState.CLARIFICATION: {ProposalState.IN_EVALUATION, ProposalState.WITHDRAWN},
    ProposalState.RESERVE: {ProposalState.OFFERED, ProposalState.LAPSED, ProposalState.WITHDRAWN},
    ProposalState.OFFERED: {
        ProposalState.AWARDED,
        ProposalState.DECLINED,
        ProposalState.LAPSED,
        ProposalState.WITHDRAWN,
    },
    ProposalState.AWARDED: set(),
    ProposalState.INELIGIBLE: {ProposalState.IN_EVALUATION},
    ProposalState.INFEASIBLE: {ProposalState.IN_EVALUATION},
    ProposalState.REJECTED: {ProposalState.IN_EVALUATION},
    ProposalState.DECLINED: set(),
    ProposalState.LAPSED: set(),
    ProposalState.WITHDRAWN: set(),
}

UNDECIDED = (ProposalState.SUBMITTED, ProposalState.IN_EVALUATION, ProposalState.CLARIFICATION)


class Sector(models.TextChoices):
    """The sectors that the AI Factory serves first, and the rest."""

    HEALTH = "health", _("Health")
    ENERGY = "energy", _("Energy")
    CLIMATE = "climate", _("Climate and environment")
    EDUCATION = "education", _("Education")
    MEDIA = "media", _("Media")
    PUBLIC_SECTOR = "public_sector", _("Public sector")
    FINANCE = "finance", _("Finance")
    MANUFACTURING = "manufacturing", _("Manufacturing and mobility")
    OTHER = "other", _("Other")


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What ``user`` may see: the own and shared ones; staff see what was handed in.

        Somebody with a real conflict of interest sees nothing of a proposal as staff.
        """
        own = Q(applicant=user) | Q(team__email=user.email)
        if user.has_perm("allocations.see_everything"):
            own |= ~Q(state=ProposalState.DRAFT) & ~Q(
                conflicts__reviewer__user=user, conflicts__state="real"
            )
        return self.filter(own).distinct()

    def live(self):
        return self.exclude(state__in=[state for state in ProposalState if state.is_final])


class Proposal(models.Model):
    """An organisation's request for compute time under one call.

    ``state`` changes only through ``allocations.flows``. ``version`` grows with each edit, and
    ``answer_versions`` counts the changes of each answer, so that nobody overwrites unseen.
    """

    reference = models.CharField(_("reference"), max_length=40, unique=True)
    call = models.ForeignKey(Call, models.PROTECT, related_name="proposals", verbose_name=_("call"))
    policy = models.ForeignKey(
        AccessPolicy, models.PROTECT, related_name="proposals", verbose_name=_("access policy")
    )
    form = models.ForeignKey(
        FormVersion,
        models.PROTECT,
        related_name="proposals",
        verbose_name=_("application form"),
    )
    round = models.ForeignKey(
        Round,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("round"),
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="proposals", verbose_name=_("organisation")
    )
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="proposals",
        verbose_name=_("principal investigator"),
    )
    title = models.CharField(
        _("title"),
        max_length=150,
        help_text=_("One line that says what you will do. It is public after an award."),
    )
    abstract = models.TextField(
        _("abstract"),
        max_length=3000,
        blank=True,
        help_text=_(
            "What you want to build, with which data and methods, and what it is good for. "
            "At least 100 and at most 3,000 characters; others read it without knowing you."
        ),
    )
    sector = models.CharField(_("sector"), max_length=20, choices=Sector, blank=True)
    offer = models.ForeignKey(
        SystemOffer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("system"),
    )
    gpu_hours = models.PositiveIntegerField(_("GPU-hours"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    civilian_use = models.BooleanField(
        _("The work serves civilian purposes only."),
        default=False,
    )
    eu_project = models.CharField(
        _("EU project"),
        max_length=60,
        blank=True,
        help_text=_(
            "Acronym and grant number of the Horizon Europe or Digital Europe project that this "
            "work is part of."
        ),
    )
    answers = models.JSONField(
        _("answers"),
        default=dict,
        blank=True,
        help_text=_("Of the form’s questions that have no column of their own, by their codes."),
    )
    answer_versions = models.JSONField(default=dict, editable=False)
    state = models.CharField(
        _("state"), max_length=20, choices=ProposalState, default=ProposalState.DRAFT
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("begun at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="proposal_once_per_call_and_applicant",
                fields=["call", "applicant"],
                condition=Q(
                    state__in=[
                        "draft",
                        "submitted",
                        "in_evaluation",
                        "clarification",
                        "reserve",
                        "offered",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="proposal_submitted_is_complete",
                condition=Q(state__in=["draft", "lapsed", "withdrawn"])
                | Q(
                    round__isnull=False,
                    offer__isnull=False,
                    gpu_hours__gte=1,
                    months__gte=1,
                    submitted_at__isnull=False,
                ),
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"])]

    def __str__(self):
        return f"{self.reference} {self.title}"

    @property
    def is_undecided(self):
        return self.state in UNDECIDED


class TeamMember(models.Model):
    """Somebody who works on a proposal, known by their e-mail address.

    Whoever signs in with this address, once confirmed, sees the proposal.
    """

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="team", verbose_name=_("proposal")
    )
    email = models.EmailField(_("e-mail address"))

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="team_member_once", fields=["proposal", "email"])
        ]

    def __str__(self):
        return self.email
