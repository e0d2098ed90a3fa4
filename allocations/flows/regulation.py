"""Rules of the queue that administrators change: a partition's own, its weights, its QoS.

Each change locks the partition, so that it falls between two steps of the queue, and writes
into the history who changed what, from what to what, and why.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.permissions import require
from jaif_portal.models import Transition

from ..exceptions import ParametersNotPossible
from ..models import Partition, QoS
from .multifactor import parameters_of

OPERATE = "allocations.operate_machine"


@transaction.atomic
def change_partition(partition, *, by, reason, **values):
    """Let the partition go by other ``values`` from the next step of the queue on.

    Raises ``ParametersNotPossible`` where nothing would change.
    """
    require(by, OPERATE)
    partition = _lock(partition.pk)
    changes = _apply(partition, values)
    partition.save(update_fields=[name for name, _change in changes])
    _record(partition, changes, by=by, reason=reason)
    return partition


@transaction.atomic
def change_parameters(partition, *, by, reason, **values):
    """Weigh jobs by other ``values`` from the next step of the queue on.

    Raises ``ParametersNotPossible``.
    """
    require(by, OPERATE)
    partition = _lock(partition.pk)
    row = parameters_of(partition)
    changes = _apply(row, values)
    half_life = row.priority_decay_half_life
    if half_life is not None and half_life % row.priority_calc_period:
        raise ParametersNotPossible(
            _("The half-life has to be a multiple of the period of priorities.")
        )
    row.save()
    _record(partition, changes, by=by, reason=reason)
    return row


@transaction.atomic
def offer_qos(partition, *, by, reason, name, **values):
    """Let jobs of the partition ask for a new QoS."""
    require(by, OPERATE)
    qos = QoS(partition=_lock(partition.pk), name=name)
    changes = [("name", f"– → {name}"), *_differences(qos, values)]
    qos.save()
    _record(qos, changes, by=by, reason=reason)
    return qos


@transaction.atomic
def change_qos(qos, *, by, reason, **values):
    """Let a QoS mean something else from the next step of the queue on.

    Jobs that are in the queue stay there. Raises ``ParametersNotPossible`` where nothing would
    change.
    """
    require(by, OPERATE)
    _lock(qos.partition_id)
    qos = QoS.objects.select_for_update(of=("self",)).get(pk=qos.pk)
    changes = _apply(qos, values)
    qos.save(update_fields=[name for name, _change in changes])
    _record(qos, changes, by=by, reason=reason)
    return qos


def _lock(partition_id):
    return Partition.objects.select_for_update(no_key=True).get(pk=partition_id)


def _apply(row, values):
    """As ``_differences``; raises ``ParametersNotPossible`` where there are none."""
    changes = _differences(row, values)
    if not changes:
        raise ParametersNotPossible(_("Nothing would change."))
    return changes


def _differences(row, values):
    """Give ``row`` the ``values``; return ``[(field, "old → new"), ...]``."""
    changes = []
    for name, value in values.items():
        if (before := getattr(row, name)) != value:
            changes.append((name, f"{_shown(before)} → {_shown(value)}"))
            setattr(row, name, value)
    return changes


def _record(subject, changes, *, by, reason):
    note = "\n".join([*(f"{name}: {change}" for name, change in changes), reason])
    Transition.objects.create(subject=subject, by=by, at=clock.now(), note=note)


def _shown(value):
    return "–" if value is None else str(value)
