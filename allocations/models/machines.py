from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class System(models.Model):
    """A machine with a name of its own, such as JUPITER."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("system")
        verbose_name_plural = _("systems")
        ordering = ["name"]

    def __str__(self):
        return self.name


class Partition(models.Model):
    """Identical nodes of a system behind one queue. Nodes are exclusive to a job.

    ``advanced_until`` is the portal time up to which the simulation has been computed, and
    ``scheduler_memory`` what the policy ``slurm`` remembers of it (the engine's ``SlurmState``).
    """

    class Policy(models.TextChoices):
        FCFS = "fcfs", _("First come, first served")
        EASY = "easy", _("EASY backfilling")
        EASY_SJBF = "easy-sjbf", _("EASY backfilling, shortest first")
        SLURM = "slurm", _("Priority by age, fair share and size, as Slurm does")

    system = models.ForeignKey(
        System, models.PROTECT, related_name="partitions", verbose_name=_("system")
    )
    name = models.CharField(_("name"), max_length=60)
    nodes = models.PositiveIntegerField(_("nodes"))
    node_prefix = models.CharField(
        _("names of nodes begin with"),
        max_length=20,
        blank=True,
        editable=False,
        help_text=_("A name is this, the rack’s number and the node’s: jpbo-001-01."),
    )
    racks = models.JSONField(
        _("nodes of each rack"),
        default=list,
        editable=False,
        help_text=_("Empty where nodes are only counted; a rack may be empty too."),
    )
    racks_per_cell = models.PositiveSmallIntegerField(
        _("racks of a cell"), default=1, editable=False
    )
    gpus_per_node = models.PositiveSmallIntegerField(_("GPUs per node"))
    cores_per_node = models.PositiveSmallIntegerField(_("cores per node"))
    longest_limit = models.PositiveIntegerField(
        _("longest time limit"), help_text=_("In seconds. A job that asks for more is refused.")
    )
    default_limit = models.PositiveIntegerField(_("default time limit"), help_text=_("In seconds."))
    longest_array = models.PositiveIntegerField(
        _("longest array"), default=1000, help_text=_("Tasks of one array of jobs.")
    )
    node_watts = models.PositiveIntegerField(
        _("power of a node"),
        null=True,
        blank=True,
        help_text=_("In watts. The energy of jobs is worked out from it; empty where unknown."),
    )
    node_watts_source = models.CharField(
        _("source of the power"),
        max_length=200,
        blank=True,
        help_text=_("What the figure is, who says so, and as of when."),
    )
    alone_up_to = models.PositiveBigIntegerField(
        _("corrections by one person up to"),
        default=100 * 3600,
        help_text=_("In node-seconds. A greater correction needs a second person."),
    )
    policy = models.CharField(_("scheduling policy"), max_length=20, choices=Policy)
    seed = models.PositiveIntegerField(
        _("seed"), help_text=_("Of the simulated load of other users.")
    )
    background_load = models.DecimalField(
        _("load of other users"),
        max_digits=4,
        decimal_places=3,
        default=0,
        help_text=_("Offered load as a share of the machine; 0 for none."),
    )
    background_day = models.PositiveIntegerField(
        _("last day of other users' load"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("As days since 1 January 1970."),
    )
    scheduler_memory = models.JSONField(null=True, blank=True, editable=False)
    advanced_until = models.DateTimeField(_("simulated until"), null=True, blank=True)
    keep_jobs_days = models.PositiveSmallIntegerField(
        _("days that jobs are kept"),
        default=30,
        validators=[MinValueValidator(2)],
        help_text=_(
            "Jobs of other users that ended longer ago are dropped; their daily totals stay. "
            "Forecasts learn from the jobs that are kept."
        ),
    )
    totalled_day = models.DateField(_("last daily total"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("partition")
        verbose_name_plural = _("partitions")
        ordering = ["system", "name"]
        constraints = [
            models.UniqueConstraint(name="partition_name_once", fields=["system", "name"]),
            models.CheckConstraint(
                name="partition_has_nodes_and_time",
                condition=Q(nodes__gte=1, longest_limit__gte=60, default_limit__gte=60),
            ),
        ]

    def __str__(self):
        return f"{self.system.name} {self.name}"

    def node_seconds(self, *, gpu_hours):
        """What ``gpu_hours`` are in the ledger's unit."""
        return gpu_hours * 3600 // self.gpus_per_node

    def gpu_hours(self, *, node_seconds):
        """The full GPU-hours in ``node_seconds``."""
        return node_seconds * self.gpus_per_node // 3600


class FundingShare(models.Model):
    """A funder's part of a partition for a period, from which allocations are granted."""

    partition = models.ForeignKey(
        Partition, models.PROTECT, related_name="shares", verbose_name=_("partition")
    )
    code = models.SlugField(
        _("code"), max_length=20, help_text=_("As the workload model names its tenants.")
    )
    funder = models.CharField(_("funder"), max_length=60)
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))

    class Meta:
        verbose_name = _("funding share")
        verbose_name_plural = _("funding shares")
        ordering = ["partition", "-percent", "funder"]
        constraints = [
            models.UniqueConstraint(
                name="share_once_per_funder_and_period",
                fields=["partition", "code", "starts_at"],
            ),
            models.CheckConstraint(
                name="share_percent_and_period",
                condition=Q(percent__gt=0, percent__lte=100, ends_at__gt=models.F("starts_at")),
            ),
        ]

    def __str__(self):
        return f"{self.funder} {self.percent.normalize():f} %"
