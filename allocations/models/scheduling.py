from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .machines import Partition

DAY = 86_400


class SchedulingParameters(models.Model):
    """How a partition with the policy ``slurm`` weighs jobs, by the names of ``slurm.conf``.

    Times are in seconds. A partition without a row goes by the defaults: Slurm's own, but for
    the weights, which start where the machine's could. They change only through
    ``flows.regulation``, which keeps who changed what, when and why.
    """

    partition = models.OneToOneField(
        Partition,
        models.CASCADE,
        related_name="scheduling_parameters",
        verbose_name=_("partition"),
    )
    priority_weight_age = models.PositiveIntegerField(_("weight of the age"), default=20_000)
    priority_weight_fairshare = models.PositiveIntegerField(
        _("weight of the fair share"), default=50_000
    )
    priority_weight_job_size = models.PositiveIntegerField(_("weight of the size"), default=20_000)
    priority_weight_qos = models.PositiveIntegerField(_("weight of the QoS"), default=100_000)
    priority_favor_small = models.BooleanField(
        _("small jobs first"),
        default=False,
        help_text=_("The weight of the size is for small jobs instead of large ones."),
    )
    priority_max_age = models.PositiveIntegerField(
        _("age of full weight"),
        default=7 * DAY,
        validators=[MinValueValidator(1)],
        help_text=_("In seconds."),
    )
    priority_decay_half_life = models.PositiveIntegerField(
        _("half-life of what was used"),
        default=7 * DAY,
        null=True,
        blank=True,
        validators=[MinValueValidator(60), MaxValueValidator(30 * DAY)],
        help_text=_("In seconds, a multiple of the period. Empty: nothing is forgotten."),
    )
    priority_calc_period = models.PositiveIntegerField(
        _("period of priorities"),
        default=300,
        validators=[MinValueValidator(60)],
        help_text=_("In seconds. Priorities are calculated anew that often."),
    )
    bf_interval = models.PositiveIntegerField(
        _("time between backfill passes"), default=30, help_text=_("In seconds.")
    )
    bf_resolution = models.PositiveIntegerField(
        _("resolution of the backfill plan"),
        default=60,
        validators=[MinValueValidator(1)],
        help_text=_("In seconds."),
    )
    bf_window = models.PositiveIntegerField(
        _("how far the backfill plan looks ahead"),
        default=DAY,
        null=True,
        blank=True,
        help_text=_("In seconds. Empty: without end."),
    )
    bf_max_job_test = models.PositiveIntegerField(
        _("jobs that a backfill pass looks at"),
        default=500,
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: all."),
    )
    bf_job_part_count_reserve = models.PositiveIntegerField(
        _("jobs with a reservation"),
        default=0,
        help_text=_("So many of the first jobs cannot be delayed by others. 0: all in the plan."),
    )

    class Meta:
        verbose_name = _("scheduling parameters")
        verbose_name_plural = _("scheduling parameters")

    def __str__(self):
        return f"{self.partition}"


class QoSQuerySet(models.QuerySet):
    def names_for(self, allocations):
        """The names of what jobs of ``allocations`` may ask for."""
        offered = self.filter(
            partition__policy=Partition.Policy.SLURM, partition__allocations__in=allocations
        )
        return offered.order_by("name").values_list("name", flat=True).distinct()


class QoS(models.Model):
    """A quality of service that jobs may ask for where the policy is ``slurm``.

    A job that asks for none is of Slurm's ``normal``: priority 0, without limits of its own.
    It changes only through ``flows.regulation``, which keeps who changed what, when and why.
    """

    partition = models.ForeignKey(
        Partition, models.CASCADE, related_name="qos", verbose_name=_("partition")
    )
    name = models.SlugField(_("name"), max_length=30)
    priority = models.PositiveIntegerField(
        _("priority"), default=0, help_text=_("The highest of a partition has the full weight.")
    )
    max_wall = models.PositiveIntegerField(
        _("longest time limit"),
        null=True,
        blank=True,
        validators=[MinValueValidator(60)],
        help_text=_("In seconds. Empty: as long as the partition allows."),
    )
    max_jobs_per_user = models.PositiveIntegerField(
        _("running jobs of a person"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("More wait. Empty: any number."),
    )
    grp_nodes = models.PositiveIntegerField(
        _("nodes of all its jobs"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("On which its jobs run at the same time; more wait. Empty: any number."),
    )
    max_submit_per_user = models.PositiveIntegerField(
        _("jobs of a person in the queue"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Waiting and running together; more are refused. Empty: any number."),
    )
    usage_factor = models.DecimalField(
        _("usage factor"),
        max_digits=6,
        decimal_places=3,
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_(
            "So many times the use of its jobs counts against their fair share. Hours are charged "
            "as they are."
        ),
    )
    deny_on_limit = models.BooleanField(
        _("refuse what never fits"),
        default=True,
        help_text=_(
            "A job that asks for more time or nodes than the QoS ever allows is refused when it "
            "is submitted. Otherwise it waits until the limit is raised."
        ),
    )

    objects = QoSQuerySet.as_manager()

    class Meta:
        verbose_name = _("QoS")
        verbose_name_plural = _("QoS")
        ordering = ["partition", "-priority", "name"]
        constraints = [
            models.UniqueConstraint(name="qos_once_per_partition", fields=["partition", "name"]),
            models.CheckConstraint(
                name="qos_usage_factor",
                condition=models.Q(usage_factor__gte=0, usage_factor__lte=100),
            ),
        ]

    def __str__(self):
        return self.name
