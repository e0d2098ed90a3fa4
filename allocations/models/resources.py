from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .proposals import Proposal

MOST_RUNS = 100_000
MOST_DEVICES = 100_000
MOST_HOURS = Decimal(10_000)


class Workload(models.TextChoices):
    """What a line of the request is for."""

    PREPARATION = "preparation", _("Porting and tests")
    PRE_PROCESSING = "pre_processing", _("Pre-processing of data")
    TRAINING = "training", _("Training")
    FINE_TUNING = "fine_tuning", _("Fine-tuning")
    SEARCH = "search", _("Search for hyperparameters")
    EVALUATION = "evaluation", _("Evaluation")
    INFERENCE = "inference", _("Inference")
    CONTINGENCY = "contingency", _("Contingency")
    OTHER = "other", _("Other")


class Device(models.TextChoices):
    GPU = "gpu", _("GPUs")
    NODE = "node", _("Nodes")


class ResourceLine(models.Model):
    """One kind of work of a request: so many runs on so many devices for so many hours each."""

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="lines", verbose_name=_("proposal")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    workload = models.CharField(_("what for"), max_length=20, choices=Workload)
    description = models.CharField(_("description"), max_length=200, blank=True)
    runs = models.PositiveIntegerField(
        _("runs"), validators=[MinValueValidator(1), MaxValueValidator(MOST_RUNS)]
    )
    devices = models.PositiveIntegerField(
        _("per run"), validators=[MinValueValidator(1), MaxValueValidator(MOST_DEVICES)]
    )
    device = models.CharField(_("of"), max_length=10, choices=Device, default=Device.GPU)
    hours = models.DecimalField(
        _("hours per run"),
        max_digits=7,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(MOST_HOURS)],
    )

    class Meta:
        verbose_name = _("resource line")
        verbose_name_plural = _("resource lines")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="resource_line_once", fields=["proposal", "position"]),
            models.CheckConstraint(
                name="resource_line_amounts",
                condition=Q(
                    runs__range=(1, MOST_RUNS),
                    devices__range=(1, MOST_DEVICES),
                    hours__gt=0,
                    hours__lte=MOST_HOURS,
                ),
            ),
        ]

    def __str__(self):
        return f"{self.get_workload_display()} {self.description}".strip()
