from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from .machines import Partition
from .projects import Allocation


class ClosureKind(models.TextChoices):
    """Why nodes cannot be had by everybody."""

    DOWN = "down", _("Outage")
    DRAIN = "drain", _("Taken out of service")
    MAINTENANCE = "maintenance", _("Maintenance")
    ADVANCE = "advance", _("Reserved for a project")

    @property
    def is_outage(self):
        """Whether it comes unforeseen; else jobs are planned around it."""
        return self in {ClosureKind.DOWN, ClosureKind.DRAIN}

    @property
    def lets_jobs_end(self):
        """Whether jobs that run there when it begins go on."""
        return self in {ClosureKind.DRAIN, ClosureKind.MAINTENANCE}


class ClosureState(models.TextChoices):
    PLANNED = "planned", _("Ahead")
    IN_FORCE = "in_force", _("In force")
    OVER = "over", _("Over")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    @property
    def successors(self):
        return {
            ClosureState.PLANNED: {ClosureState.IN_FORCE, ClosureState.WITHDRAWN},
            ClosureState.IN_FORCE: {ClosureState.OVER},
        }.get(self, set())

    @property
    def is_final(self):
        return not self.successors


class ClosureQuerySet(models.QuerySet):
    def live(self):
        """What is in force or lies ahead."""
        return self.filter(state__in=[ClosureState.PLANNED, ClosureState.IN_FORCE])

    def visible_to(self, user):
        """Reservations of the projects that the person works in."""
        return self.filter(kind=ClosureKind.ADVANCE, allocation__project__members__email=user.email)

    def maintenance(self, *, until):
        """What is in force or begins by then, the next first."""
        ahead = self.live().filter(kind=ClosureKind.MAINTENANCE, starts_at__lte=until)
        return ahead.select_related("partition__system").order_by("starts_at")


class NodeClosure(models.Model):
    """Nodes that cannot be had by everybody for a time: outages, maintenance, reservations.

    The queue puts it in force, and ends it, when it gets there. ``node_list`` is in Slurm's
    notation. Without an end it lasts until somebody ends it. ``jobs_left`` and ``clear_by``
    (the latest time limit of them) are as the last step of the queue has left the nodes.
    """

    partition = models.ForeignKey(
        Partition, models.PROTECT, related_name="closures", verbose_name=_("partition")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ClosureKind)
    state = models.CharField(
        _("state"), max_length=20, choices=ClosureState, default=ClosureState.PLANNED
    )
    node_list = models.TextField(_("node list"))
    nodes = models.PositiveIntegerField(_("nodes"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    allocation = models.ForeignKey(
        Allocation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("allocation"),
        help_text=_("Whose jobs may use the nodes."),
    )
    reason = models.CharField(_("reason"), max_length=300)
    jobs_left = models.PositiveIntegerField(
        _("jobs that still run on the nodes"), default=0, editable=False
    )
    clear_by = models.DateTimeField(
        _("the last of them ends by"), null=True, blank=True, editable=False
    )

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("closure of nodes")
        verbose_name_plural = _("closures of nodes")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="closure_ends_after_its_start",
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
            ),
            models.CheckConstraint(
                name="closure_planned_has_an_end",
                condition=Q(kind__in=["down", "drain"]) | Q(ends_at__isnull=False),
            ),
            models.CheckConstraint(
                name="closure_for_a_project_or_for_nobody",
                condition=Q(kind="advance", allocation__isnull=False)
                | ~Q(kind="advance") & Q(allocation=None),
            ),
        ]
        indexes = [
            models.Index(
                name="closure_live",
                fields=["partition"],
                condition=Q(state__in=["planned", "in_force"]),
            )
        ]

    def __str__(self):
        return f"{self.pk} {self.get_kind_display()}"

    @property
    def label(self):
        """As people choose a reservation: when, and how many nodes."""
        begin, end = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        return _("%(start)s – %(end)s, %(nodes)s nodes") % {
            "start": date_format(begin, "SHORT_DATETIME_FORMAT"),
            "end": date_format(end, "SHORT_DATETIME_FORMAT"),
            "nodes": self.nodes,
        }
