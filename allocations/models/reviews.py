from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jaif_portal.language import in_language

from .assignments import ReviewAssignment
from .modes import AccessPolicy
from .proposals import Proposal


class ReviewPolicy(models.Model):
    """How proposals under an access policy are reviewed: how many, by when, on which scale."""

    policy = models.OneToOneField(
        AccessPolicy,
        models.CASCADE,
        related_name="review_policy",
        verbose_name=_("access policy"),
    )
    reviewers = models.PositiveSmallIntegerField(
        _("reviewers of a proposal"), default=3, validators=[MinValueValidator(1)]
    )
    alternates = models.PositiveSmallIntegerField(_("alternates of a proposal"), default=1)
    most_suggested = models.PositiveSmallIntegerField(
        _("of these, at most from the applicant’s list"), default=1
    )
    least_reviews = models.PositiveSmallIntegerField(
        _("reviews with which an officer may close the step"),
        default=2,
        validators=[MinValueValidator(1)],
    )
    answer_days = models.PositiveSmallIntegerField(
        _("working days to accept a review"), default=2, validators=[MinValueValidator(1)]
    )
    review_days = models.PositiveSmallIntegerField(
        _("working days for a review"), default=21, validators=[MinValueValidator(1)]
    )
    reminder_days = models.PositiveSmallIntegerField(
        _("working days between acceptance and a reminder"),
        default=10,
        validators=[MinValueValidator(1)],
    )
    least_score = models.PositiveSmallIntegerField(_("lowest score"), default=0)
    most_score = models.PositiveSmallIntegerField(_("highest score"), default=5)
    total_threshold = models.PositiveSmallIntegerField(_("threshold of the sum"), default=10)
    disagreement_range = models.PositiveSmallIntegerField(
        _("range of scores that counts as disagreement"), default=2
    )
    calibration_overlap = models.PositiveSmallIntegerField(
        _("overlapping reviews that a calibration needs"),
        default=4,
        validators=[MinValueValidator(1)],
    )
    calibration_ridge = models.FloatField(
        _("ridge on a reviewer’s bias"), default=1.0, validators=[MinValueValidator(0.001)]
    )
    keyword_weight = models.FloatField(
        _("weight of expertise"), default=0.7, validators=[MinValueValidator(0.0)]
    )
    enough_keywords = models.PositiveSmallIntegerField(
        _("shared keywords that are as good as more"),
        default=3,
        validators=[MinValueValidator(1)],
    )
    load_weight = models.FloatField(
        _("weight of free capacity"), default=0.2, validators=[MinValueValidator(0.0)]
    )
    diversity_weight = models.FloatField(
        _("weight of another institution"), default=0.1, validators=[MinValueValidator(0.0)]
    )

    class Meta:
        verbose_name = _("review policy")
        verbose_name_plural = _("review policies")
        ordering = ["policy"]
        constraints = [
            models.CheckConstraint(
                name="review_scale", condition=Q(least_score__lt=F("most_score"))
            ),
            models.CheckConstraint(
                name="review_numbers",
                condition=Q(
                    reviewers__gte=1,
                    least_reviews__gte=1,
                    enough_keywords__gte=1,
                    calibration_ridge__gt=0,
                ),
            ),
        ]

    def __str__(self):
        return str(self.policy)


class Criterion(models.Model):
    review_policy = models.ForeignKey(
        ReviewPolicy, models.CASCADE, related_name="criteria", verbose_name=_("review policy")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name_en = models.CharField(_("name in English"), max_length=100)
    name_de = models.CharField(_("name in German"), max_length=100)
    threshold = models.PositiveSmallIntegerField(_("threshold"), default=3)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["review_policy", "position"]
        constraints = [
            models.UniqueConstraint(name="criterion_once", fields=["review_policy", "position"])
        ]

    def __str__(self):
        return self.name

    @property
    def name(self):
        return in_language(self, "name")


class ScaleLabel(models.Model):
    """What a score means, in words."""

    review_policy = models.ForeignKey(
        ReviewPolicy, models.CASCADE, related_name="scale", verbose_name=_("review policy")
    )
    score = models.PositiveSmallIntegerField(_("score"))
    label_en = models.CharField(_("label in English"), max_length=60)
    label_de = models.CharField(_("label in German"), max_length=60)

    class Meta:
        verbose_name = _("label of a score")
        verbose_name_plural = _("labels of scores")
        ordering = ["review_policy", "-score"]
        constraints = [
            models.UniqueConstraint(name="label_once", fields=["review_policy", "score"])
        ]

    def __str__(self):
        return f"{self.score} {self.label}"

    @property
    def label(self):
        return in_language(self, "label")


class Review(models.Model):
    """A reviewer's assessment. ``version`` grows with each save, also of a draft."""

    assignment = models.OneToOneField(
        ReviewAssignment, models.PROTECT, related_name="review", verbose_name=_("assignment")
    )
    comments = models.TextField(
        _("comments for the applicant"),
        blank=True,
        help_text=_("They read them without your name."),
    )
    confidential = models.TextField(
        _("remarks for the panel alone"), blank=True, help_text=_("The applicant never sees them.")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField(_("saved at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="submitted_review_has_comments",
                condition=Q(submitted_at=None) | ~Q(comments=""),
            )
        ]

    def __str__(self):
        return str(self.assignment)


class Score(models.Model):
    """A score on one criterion, with its reasons; empty where the reviewer abstains."""

    review = models.ForeignKey(
        Review, models.CASCADE, related_name="scores", verbose_name=_("review")
    )
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="scores", verbose_name=_("criterion")
    )
    value = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    abstains = models.BooleanField(_("abstains"), default=False)
    text = models.TextField(_("reasons"), blank=True)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["review", "criterion__position"]
        constraints = [
            models.UniqueConstraint(name="score_once", fields=["review", "criterion"]),
            models.CheckConstraint(
                name="abstaining_has_no_score", condition=Q(abstains=False) | Q(value=None)
            ),
        ]

    def __str__(self):
        return f"{self.criterion}: {'–' if self.value is None else self.value}"


class Consensus(models.Model):
    """What the rapporteur makes of all reviews of a proposal, for the panel."""

    proposal = models.OneToOneField(
        Proposal, models.PROTECT, related_name="consensus", verbose_name=_("proposal")
    )
    text = models.TextField(_("consensus"))
    score = models.DecimalField(_("score agreed on"), max_digits=5, decimal_places=2)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("rapporteur")
    )
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("consensus")
        verbose_name_plural = _("consensuses")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="consensus_score", condition=Q(score__gte=0)),
        ]

    def __str__(self):
        return self.proposal.reference


class SealedItem(models.TextChoices):
    FILE = "file", _("Proposal")
    REVIEWS = "reviews", _("Reviews")
    REVIEWERS = "reviewers", _("Names of reviewers")


class SealedRead(models.Model):
    """That somebody read something anonymous or sealed: who, what, when and from where."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="sealed_reads", verbose_name=_("proposal")
    )
    item = models.CharField(_("what"), max_length=20, choices=SealedItem)
    at = models.DateTimeField(_("at"), help_text=_("Portal time."))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)

    class Meta:
        verbose_name = _("read of something sealed")
        verbose_name_plural = _("reads of something sealed")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["proposal", "-id"])]

    def __str__(self):
        return f"{self.proposal.reference} {self.get_item_display()}"
