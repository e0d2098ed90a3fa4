from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .proposals import Proposal
from .reviewers import ReviewerProfile


class AssignmentState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ALTERNATE = "alternate", _("Alternate")
    INVITED = "invited", _("Invited")
    ACCEPTED = "accepted", _("Accepted")
    REVIEWED = "reviewed", _("Reviewed")
    DECLINED = "declined", _("Declined the review")
    UNANSWERED = "unanswered", _("Did not answer")
    RECUSED = "recused", _("Recused")
    RELEASED = "released", _("Released")

    @property
    def successors(self):
        return SUCCESSORS[self]


ENDED = {
    AssignmentState.DECLINED,
    AssignmentState.UNANSWERED,
    AssignmentState.RECUSED,
    AssignmentState.RELEASED,
}
WORKING = {AssignmentState.INVITED, AssignmentState.ACCEPTED}
ENGAGED = {*WORKING, AssignmentState.REVIEWED}
SUCCESSORS = {
    AssignmentState.PROPOSED: {AssignmentState.INVITED, AssignmentState.ALTERNATE},
    AssignmentState.ALTERNATE: {
        AssignmentState.INVITED,
        AssignmentState.RECUSED,
        AssignmentState.RELEASED,
    },
    AssignmentState.INVITED: {
        AssignmentState.ACCEPTED,
        AssignmentState.DECLINED,
        AssignmentState.UNANSWERED,
        AssignmentState.RECUSED,
        AssignmentState.RELEASED,
    },
    AssignmentState.ACCEPTED: {
        AssignmentState.REVIEWED,
        AssignmentState.DECLINED,
        AssignmentState.RECUSED,
        AssignmentState.RELEASED,
    },
    # A conflict that is found later takes the review out of the evaluation.
    AssignmentState.REVIEWED: {AssignmentState.RECUSED},
    **{state: set() for state in ENDED},
}


class Disclosure(models.TextChoices):
    """What an invitation by mail tells of a proposal. The file opens after the declaration."""

    AREA = "area", _("Area and expertise that is needed")
    TITLE = "title", _("Title")
    ABSTRACT = "abstract", _("Title and abstract")


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see all but what they are conflicted with; a reviewer what was sent to them."""
        if user.has_perm("allocations.see_reviewers"):
            return self.exclude(
                proposal__conflicts__reviewer__user=user, proposal__conflicts__state="real"
            )
        own = self.filter(reviewer__user=user)
        return own.exclude(state__in=[AssignmentState.PROPOSED, AssignmentState.ALTERNATE])


class ReviewAssignment(models.Model):
    """That a reviewer is to review a proposal, and why this one.

    The scores are what the matching found, from 0 to 1; ``score`` is their weighted sum.
    The file is closed until ``declared_at``. ``replaces`` is the assignment whose place an
    alternate took, which only one may.
    """

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="assignments", verbose_name=_("proposal")
    )
    reviewer = models.ForeignKey(
        ReviewerProfile, models.PROTECT, related_name="assignments", verbose_name=_("reviewer")
    )
    state = models.CharField(
        _("state"), max_length=20, choices=AssignmentState, default=AssignmentState.PROPOSED
    )
    is_alternate = models.BooleanField(_("alternate"), default=False)
    is_rapporteur = models.BooleanField(_("rapporteur"), default=False)
    by_hand = models.BooleanField(_("chosen by hand"), default=False)
    is_suggested = models.BooleanField(_("suggested by the applicant"), default=False)
    score = models.FloatField(_("match"), default=0)
    keyword_score = models.FloatField(_("overlap of expertise"), default=0)
    load_score = models.FloatField(_("free capacity"), default=0)
    shared_keywords = models.JSONField(_("shared keywords"), default=list, blank=True)
    disclosure = models.CharField(
        _("disclosure"), max_length=20, choices=Disclosure, default=Disclosure.TITLE
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    invited_at = models.DateTimeField(_("invited at"), null=True, blank=True)
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    due_at = models.DateTimeField(_("review due"), null=True, blank=True)
    declared_at = models.DateTimeField(_("declared at"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("review assignment")
        verbose_name_plural = _("review assignments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="reviewer_once", fields=["proposal", "reviewer"]),
            models.UniqueConstraint(
                name="one_rapporteur", fields=["proposal"], condition=Q(is_rapporteur=True)
            ),
            models.CheckConstraint(
                name="assignment_replaces_another",
                condition=Q(replaces=None) | ~Q(replaces=F("pk")),
            ),
            models.CheckConstraint(
                name="invited_until",
                condition=Q(state__in=["proposed", "alternate", "released", "recused"])
                | Q(invited_at__isnull=False, answer_by__isnull=False),
            ),
            models.CheckConstraint(
                name="review_needs_declaration",
                condition=~Q(state="reviewed") | Q(declared_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.proposal.reference}: {self.reviewer.user}"
