"""Closing nodes and opening them again: outages, draining, maintenance, reservations.

Each flow holds the partition's lock, so it comes between two steps of the queue. It counts
from its moment of portal time, or from the first second that the queue has not computed yet.
"""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, record_birth, remark

from ..exceptions import ClosureNotPossible
from ..models import (
    Allocation,
    ClosureKind,
    ClosureState,
    Job,
    JobState,
    NodeClosure,
    Partition,
)
from .layouts import expand, layout_of, parse_nodes

OPERATE = "allocations.operate_machine"
SECOND = dt.timedelta(seconds=1)


@transaction.atomic
def fail_nodes(partition, *, by, nodes, reason, ends_at=None):
    """Let nodes be down from now on. Jobs on them wait again, or end as a node failure."""
    return _begin_outage(partition, ClosureKind.DOWN, nodes, ends_at, by=by, reason=reason)


@transaction.atomic
def drain_nodes(partition, *, by, nodes, reason, ends_at=None):
    """Let no job start on nodes from now on; those on them go on to their end."""
    return _begin_outage(partition, ClosureKind.DRAIN, nodes, ends_at, by=by, reason=reason)


@transaction.atomic
def resume_nodes(partition, *, by, nodes, reason):
    """End outages and draining of ``nodes``; what other nodes they have stay out of service.

    Raises ``ClosureNotPossible`` where all of the nodes are in service.
    """
    partition, layout = _lock(partition, by=by)
    named, now, resumed = parse_nodes(layout, nodes), _now(), []
    kinds = [kind for kind in ClosureKind if kind.is_outage]
    for closure in partition.closures.live().filter(kind__in=kinds).order_by("pk"):
        inside = expand(layout, closure.node_list)
        if back := inside & named:
            part = _split(closure, layout, back, by=by, at=now) if back != inside else closure
            resumed.append(_end(part, by=by, at=now, reason=reason))
    if not resumed:
        raise ClosureNotPossible(_("All of these nodes are in service."))
    return resumed


@transaction.atomic
def plan_maintenance(partition, *, by, nodes, starts_at, ends_at, reason):
    """Set nodes aside for maintenance; from now on only jobs that end before it start there."""
    partition, layout = _lock(partition, by=by)
    chosen = parse_nodes(layout, nodes)
    closure = _closure(
        partition,
        layout,
        chosen,
        kind=ClosureKind.MAINTENANCE,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    return _begin(closure, by=by, reason=reason)


@transaction.atomic
def reserve_nodes(partition, *, by, allocation, nodes, starts_at, ends_at, reason):
    """Set nodes aside for the jobs of ``allocation`` that ask for the reservation.

    Raises ``ClosureNotPossible`` where running jobs may not have ended by its start.
    """
    partition, layout = _lock(partition, by=by)
    if allocation.partition_id != partition.pk:
        raise ClosureNotPossible(_("The allocation is not one of this partition."))
    chosen = parse_nodes(layout, nodes)
    if busy := chosen & _busy_at(partition, layout, starts_at):
        raise ClosureNotPossible(
            _("Jobs may still run there when it begins: %(nodes)s. Begin later, or choose others.")
            % {"nodes": layout.fold(busy)}
        )
    closure = _closure(
        partition, layout, chosen, kind=ClosureKind.ADVANCE, starts_at=starts_at, ends_at=ends_at
    )
    closure.allocation = Allocation.objects.select_for_update(of=("self",)).get(pk=allocation.pk)
    return _begin(closure, by=by, reason=reason)


@transaction.atomic
def end_closure(closure, *, by, reason):
    """Open the nodes again now, or withdraw what has not begun."""
    partition, _layout = _lock(closure.partition, by=by)
    closure = NodeClosure.objects.select_for_update().get(pk=closure.pk)
    if ClosureState(closure.state).is_final:
        raise ClosureNotPossible(_("This has ended already."))
    closure.partition = partition
    return _end(closure, by=by, at=_now(), reason=reason)


def _lock(partition, *, by):
    """The partition, locked against steps of its queue, and its layout."""
    require(by, OPERATE)
    rows = Partition.objects.select_for_update(of=("self",), no_key=True)
    partition = rows.select_related("system").get(pk=partition.pk)
    layout = layout_of(partition)
    if layout is None:
        raise ClosureNotPossible(_("The nodes of this partition have no names: they are counted."))
    return partition, layout


def _now():
    return clock.now().replace(microsecond=0)


def _begin_outage(partition, kind, nodes, ends_at, *, by, reason):
    partition, layout = _lock(partition, by=by)
    chosen = parse_nodes(layout, nodes)
    closure = _closure(partition, layout, chosen, kind=kind, starts_at=_now(), ends_at=ends_at)
    return _begin(closure, by=by, reason=reason)


def _closure(partition, layout, nodes, *, kind, starts_at, ends_at):
    """An unsaved closure, if nothing of its kind closes the nodes at that time already."""
    now = _now()
    starts_at = starts_at.replace(microsecond=0)
    ends_at = ends_at and ends_at.replace(microsecond=0)
    if starts_at < now:
        raise ClosureNotPossible(_("It cannot begin in the past."))
    if ends_at is not None and ends_at <= starts_at:
        raise ClosureNotPossible(_("It has to end after it begins."))
    taken = 0
    for other in _others(partition, kind):
        begins_before_its_end = ends_at is None or other.starts_at < ends_at
        if begins_before_its_end and (other.ends_at is None or other.ends_at > starts_at):
            taken |= nodes & expand(layout, other.node_list)
    if taken:
        raise ClosureNotPossible(
            _("These nodes are closed at that time already: %(nodes)s. End that first.")
            % {"nodes": layout.fold(taken)}
        )
    return NodeClosure(
        partition=partition,
        kind=kind,
        node_list=layout.fold(nodes),
        nodes=nodes.bit_count(),
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _others(partition, kind):
    """What ``kind`` may not overlap with: outages with outages, plans with plans."""
    alike = [other for other in ClosureKind if other.is_outage == kind.is_outage]
    return partition.closures.live().filter(kind__in=alike)


def _begin(closure, *, by, reason):
    closure.reason = reason
    closure.save()
    record_birth(closure, by=by, at=_now(), note=reason)
    return closure


def _split(closure, layout, part, *, by, at):
    """Make ``part`` of a closure one of its own; the rest goes on."""
    rest = expand(layout, closure.node_list) & ~part
    split = NodeClosure.objects.get(pk=closure.pk)
    split.pk, split.node_list, split.nodes = None, layout.fold(part), part.bit_count()
    split._state.adding = True
    split.save()
    record_birth(split, by=by, at=at, note=closure.reason)
    closure.node_list, closure.nodes = layout.fold(rest), rest.bit_count()
    closure.save(update_fields=["node_list", "nodes"])
    remark(closure, by=by, at=at, note=f"− {split.node_list}")
    return split


def _end(closure, *, by, at, reason):
    """Let the queue end it at ``at``, or withdraw it if it lies ahead even then."""
    if closure.state == ClosureState.PLANNED and closure.starts_at >= at:
        move(closure, to=ClosureState.WITHDRAWN, by=by, at=at, note=reason)
        return closure
    end = max(at, closure.starts_at + SECOND)
    closure.ends_at = min(end, closure.ends_at or end)
    closure.save(update_fields=["ends_at"])
    remark(closure, by=by, at=at, note=reason)
    return closure


def _busy_at(partition, layout, moment):
    """The nodes of running jobs whose time limit is not reached by then."""
    busy = 0
    for job in Job.objects.filter(partition=partition, state=JobState.RUNNING):
        if job.started_at + job.time_limit * SECOND > moment:
            busy |= expand(layout, job.node_list)
    return busy
