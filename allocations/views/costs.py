"""What a job can cost, said before it is submitted. The flow decides; this explains."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from jaif_portal.templatetags.portal import duration

from ..flows.jobs import SHORTEST_LIMIT
from ..models import Allocation


@dataclass(frozen=True)
class Cost:
    """The most that a job of this shape can cost, beside what its allocation has."""

    allocation: Allocation
    nodes: int
    time_limit: int

    @classmethod
    def of(cls, form):
        """The cost of a ``ShapeForm``'s answers; nothing while some are missing or wrong."""
        if not form.is_valid():
            return None
        answers = form.cleaned_data
        return cls(answers["allocation"], answers["nodes"], form.time_limit)

    @property
    def partition(self):
        return self.allocation.partition

    @property
    def most(self):
        """Node-seconds: whole nodes for the whole time limit."""
        return self.nodes * self.time_limit

    @property
    def available(self):
        return self.allocation.account.available

    @property
    def rest(self):
        return max(0, self.available - self.most)

    @property
    def warning(self):
        """Why the job would be refused or would have to wait; empty where hours suffice."""
        account, partition = self.allocation.account, self.partition
        if self.nodes > partition.nodes:
            return _("This would be refused: %(partition)s has %(most)s nodes.") % {
                "partition": partition,
                "most": number_format(partition.nodes, force_grouping=True),
            }
        if not SHORTEST_LIMIT <= self.time_limit <= partition.longest_limit:
            return _(
                "This would be refused: a time limit lies between 1 minute and %(longest)s."
            ) % {"longest": duration(partition.longest_limit)}
        if self.most > account.credited - account.debited:
            return _("This would be refused: the allocation has not enough hours left.")
        if self.most > account.available:
            return _(
                "The job would wait until running jobs give back hours that are reserved for them."
            )
        return ""
