"""What is written down of a partition's load, so that anybody may look at little cost."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .machines import Partition


class PartitionStatus(models.Model):
    """A partition as its queue was left at ``at``; written anew by each step.

    ``sizes`` maps a size class to ``{"running": jobs, "waiting": jobs}``; ``racks`` has for
    each rack in order ``{Slurm's state: nodes}`` without the states in which there are none.
    """

    partition = models.OneToOneField(
        Partition,
        models.CASCADE,
        primary_key=True,
        related_name="status",
        verbose_name=_("partition"),
    )
    at = models.DateTimeField(_("at"), help_text=_("Portal time."))
    busy = models.PositiveIntegerField(_("nodes at work"), default=0)
    wanted = models.PositiveBigIntegerField(_("nodes that waiting jobs ask for"), default=0)
    running = models.PositiveIntegerField(_("running jobs"), default=0)
    waiting = models.PositiveIntegerField(_("waiting jobs"), default=0)
    racks = models.JSONField(_("nodes of each rack by state"), default=list)
    sizes = models.JSONField(_("jobs by size class"), default=dict)

    class Meta:
        verbose_name = _("status of a partition")
        verbose_name_plural = _("status of partitions")

    def __str__(self):
        return f"{self.partition_id} {self.at:%Y-%m-%d %H:%M:%S}"

    @property
    def free(self):
        """Nodes that anybody's job could have now."""
        if self.racks:
            return sum(rack.get("IDLE", 0) for rack in self.racks)
        return self.partition.nodes - self.busy


class LoadSample(models.Model):
    """A partition's load at a full ten minutes of portal time; kept for two to three days."""

    partition = models.ForeignKey(
        Partition, models.CASCADE, related_name="samples", verbose_name=_("partition")
    )
    at = models.DateTimeField(_("at"), help_text=_("Portal time."))
    busy = models.PositiveIntegerField(_("nodes at work"))
    running = models.PositiveIntegerField(_("running jobs"))
    waiting = models.PositiveIntegerField(_("waiting jobs"))

    class Meta:
        verbose_name = _("sample of the load")
        verbose_name_plural = _("samples of the load")
        ordering = ["at"]
        constraints = [models.UniqueConstraint(name="load_sample_once", fields=["partition", "at"])]

    def __str__(self):
        return f"{self.partition_id} {self.at:%Y-%m-%d %H:%M}"


class TypicalWait(models.Model):
    """How long jobs of a shape have waited that started within the last week, in seconds.

    The shape is a size class and a longest time limit.
    """

    partition = models.ForeignKey(
        Partition, models.CASCADE, related_name="typical_waits", verbose_name=_("partition")
    )
    size = models.CharField(_("size class"), max_length=10)
    longest_limit = models.PositiveIntegerField(_("time limit up to"))
    jobs = models.PositiveIntegerField(_("jobs"))
    p10 = models.PositiveIntegerField(_("a tenth waited at most"))
    p50 = models.PositiveIntegerField(_("half waited at most"))
    p90 = models.PositiveIntegerField(_("nine tenths waited at most"))

    class Meta:
        verbose_name = _("typical wait")
        verbose_name_plural = _("typical waits")
        ordering = ["partition", "size", "longest_limit"]
        constraints = [
            models.UniqueConstraint(
                name="typical_wait_once", fields=["partition", "size", "longest_limit"]
            )
        ]

    def __str__(self):
        return f"{self.size} {self.longest_limit}: {self.p50}"
