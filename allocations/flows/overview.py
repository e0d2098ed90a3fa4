"""What everybody may know of the partitions: sums over all users, never a single job."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db.models import Prefetch

from ..models import ClosureKind, ClosureState, NodeClosure, Partition, PartitionStatus
from ..scheduler import NodeState
from ..scheduler.sizes import SizeClass, most_nodes
from .waits import LIMITS

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class SizeLoad:
    """The jobs of ``first`` to ``last`` nodes that run and wait, and how long such jobs waited.

    ``waits`` are ``(longest time limit, typical wait or None)``.
    """

    first: int
    last: int
    running: int
    waiting: int
    waits: list


@dataclass(frozen=True)
class Overview:
    """A partition as its queue was left by the last step."""

    partition: Partition
    status: PartitionStatus
    samples: list
    closures: list
    limits: tuple = LIMITS

    @property
    def out(self):
        """Nodes that are down or taken out of service, but for those whose job goes on."""
        return self.count(NodeState.DOWN, NodeState.DRAINED)

    @property
    def outages(self):
        """Those in force."""
        return [
            row
            for row in self.closures
            if ClosureKind(row.kind).is_outage and row.state == ClosureState.IN_FORCE
        ]

    @property
    def maintenance(self):
        """Ahead and in force, the next first."""
        rows = [row for row in self.closures if row.kind == ClosureKind.MAINTENANCE]
        return sorted(rows, key=lambda row: row.starts_at)

    def count(self, *states):
        """Nodes of all racks in one of the states."""
        return sum(rack.get(state, 0) for rack in self.status.racks for state in states)

    @property
    def sizes(self):
        """Classes that hold no size, on a small machine, are left out."""
        typical = {(row.size, row.longest_limit): row for row in self.partition.typical_waits.all()}
        loads, first = [], 1
        for size in SizeClass:
            last = most_nodes(size, machine=self.partition.nodes)
            counts = self.status.sizes.get(str(size), {"running": 0, "waiting": 0})
            waits = [(limit, typical.get((str(size), limit))) for limit in self.limits]
            if last >= first:
                loads.append(SizeLoad(first, last, **counts, waits=waits))
                first = last + 1
        return loads

    @property
    def version(self):
        """Changes with anything that is shown; moments count by the minute, as they are shown."""
        waits = self.partition.typical_waits.all()
        rows = [self.partition, self.status, *self.samples, *self.closures, *waits]
        seen = [
            [_by_the_minute(getattr(row, field.attname)) for field in row._meta.fields]
            for row in rows
        ]
        return hashlib.sha256(repr(seen).encode()).hexdigest()


def overviews(**which):
    """The overview of each partition, or of those that ``which`` names; constant queries."""
    rows = Partition.objects.filter(**which).select_related("system", "status")
    closures = Prefetch("closures", NodeClosure.objects.live(), to_attr="live_closures")
    return [_overview(row) for row in rows.prefetch_related("typical_waits", "samples", closures)]


def _overview(partition):
    status = getattr(partition, "status", None) or PartitionStatus(partition=partition)
    samples = [row for row in partition.samples.all() if row.at >= status.at - DAY]
    return Overview(partition, status, samples, partition.live_closures)


def _by_the_minute(value):
    return value.replace(second=0) if isinstance(value, dt.datetime) else value
