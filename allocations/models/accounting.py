"""How an allocation's hours may be spent over time."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountingMode(models.TextChoices):
    FIXED = "fixed", _("One budget for the whole period")
    MONTHLY = "monthly", _("A quota for each month")


class ExhaustionPolicy(models.TextChoices):
    """What becomes of jobs that ask for more than the quota lets start."""

    LOW_PRIORITY = "low_priority", _("Jobs start only when nothing else waits")
    BLOCK = "block", _("No job starts")


class Enforcement(models.TextChoices):
    """What the quota means for jobs at the moment; beside the allocation's state."""

    FULL = "full", _("Full priority")
    LOW_PRIORITY = "low_priority", _("Lowest priority")
    BLOCKED = "blocked", _("No job starts")
