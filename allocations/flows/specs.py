"""What a person can ask of a partition: the one place that says what is possible, and why not."""

import datetime as dt
import math
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ..exceptions import JobNotPossible
from ..models import Job, NodeClosure, QoS
from . import multifactor

SHORTEST_LIMIT = 60


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """A job as somebody asks for it; durations are seconds.

    ``array`` and ``after`` are in Slurm's notation (``0-15%4``, ``afterok:4711``).
    ``runtime`` and ``exit_code`` say how the simulated job will go; left out, the workload
    model draws them. ``hold`` lets it wait until it is released; with a ``reservation`` it
    runs on its nodes alone. ``qos`` is the name of one that the partition offers.
    """

    name: str
    nodes: int
    time_limit: int
    script: str = ""
    comment: str = ""
    begin_at: dt.datetime | None = None
    after: str = ""
    array: str = ""
    hold: bool = False
    may_requeue: bool = True
    runtime: int | None = None
    exit_code: int | None = None
    reservation: NodeClosure | None = None
    qos: str = ""

    @property
    def batch_script(self):
        """The script; a bare command is wrapped in one, as ``sbatch --wrap`` does."""
        if not self.script.strip() or self.script.startswith("#!"):
            return self.script
        return f"#!/bin/sh\n{self.script}"


def require_possible(allocation, *, nodes, time_limit):
    """Raise ``JobNotPossible`` where no job of this shape could ever start."""
    if obstacle := find_obstacle(allocation, nodes=nodes, time_limit=time_limit):
        raise JobNotPossible(obstacle)


def find_obstacle(allocation, *, nodes, time_limit):
    """Why no job of this shape could ever start, with the way out; empty where one could."""
    partition, account = allocation.partition, allocation.account
    if not 1 <= nodes <= partition.nodes:
        return _("%(partition)s has %(most)s nodes. Ask for 1 to %(most)s.") % {
            "partition": partition,
            "most": _number(partition.nodes),
        }
    if not SHORTEST_LIMIT <= time_limit <= partition.longest_limit:
        return _(
            "The time limit must lie between 1 minute and %(hours)g hours. Split longer "
            "work into jobs that save their state and go on from it."
        ) % {"hours": partition.longest_limit / 3600}
    if nodes * time_limit > account.left:
        return _(
            "This job may use up to %(cost)s node-hours, and the allocation has "
            "%(left)s left. Ask for fewer nodes or a shorter time limit."
        ) % {
            "cost": _number(nodes * time_limit / 3600, places=1),
            "left": _number(account.left / 3600, places=1),
        }
    return ""


def find_qos(partition, name):
    """The QoS of that name, or ``None`` without one.

    Raises ``JobNotPossible`` where the partition does not offer it.
    """
    if not name:
        return None
    offered = {row.name: row for row in partition.qos.all()}
    if not multifactor.is_used(partition) or not offered:
        raise JobNotPossible(
            _("%(partition)s offers no QoS. Submit the job without one.") % {"partition": partition}
        )
    if name not in offered:
        raise JobNotPossible(
            _("%(partition)s does not offer the QoS “%(name)s”. Choose one of these: %(offered)s.")
            % {"partition": partition, "name": name, "offered": ", ".join(offered)}
        )
    return offered[name]


def require_within(qos, *, nodes, time_limit):
    """Raise ``JobNotPossible`` where a job is more than its QoS ever allows, and that says so."""
    if qos is None or not qos.deny_on_limit:
        return
    if qos.max_wall is not None and time_limit > qos.max_wall:
        raise JobNotPossible(
            _("Jobs of the QoS “%(name)s” run %(most)s minutes at most. Ask for less, or no QoS.")
            % {"name": qos.name, "most": _number(qos.max_wall // 60)}
        )
    if qos.grp_nodes is not None and nodes > qos.grp_nodes:
        raise JobNotPossible(
            _("Jobs of the QoS “%(name)s” have %(most)s nodes at most. Ask for fewer, or no QoS.")
            % {"name": qos.name, "most": _number(qos.grp_nodes)}
        )


def require_room(qos, *, by, jobs):
    """Raise ``JobNotPossible`` where the person would have too many ``jobs`` with the QoS.

    Locks it, so that two submissions at the same time are not both the last that may be.
    """
    if qos is None or qos.max_submit_per_user is None:
        return
    qos = QoS.objects.select_for_update(of=("self",), no_key=True).get(pk=qos.pk)
    present = Job.objects.live().filter(qos=qos, submitted_by=by).count()
    if present + jobs > qos.max_submit_per_user:
        raise JobNotPossible(
            _(
                "With the QoS “%(name)s” you may have %(most)s jobs in the queue, and have "
                "%(present)s. Submit again when one has ended, or without the QoS."
            )
            % {
                "name": qos.name,
                "most": _number(qos.max_submit_per_user),
                "present": _number(present),
            }
        )


def nodes_for(partition, *, gpus):
    """Whole nodes that hold ``gpus`` GPUs: a node is never shared."""
    return math.ceil(gpus / partition.gpus_per_node)


def _number(value, *, places=0):
    """``value`` as the reader writes numbers."""
    return number_format(value, places, use_l10n=True, force_grouping=True)
