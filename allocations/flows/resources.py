"""The itemised request of a draft: its lines come to the GPU-hours that it asks for."""

import math
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal.exceptions import StaleVersion

from ..exceptions import ResourcesNotPossible
from ..models import Column, Device, ResourceLine, Workload
from .editing import change_answers, lock_draft, save_answers

MOST_LINES = 30
MOST_GPU_HOURS = 2_147_483_647  # what the column of the proposal holds


@dataclass(frozen=True)
class Sums:
    """What lines come to. ``percent`` is of the most that the mode gives; none without a system."""

    gpu_hours: int
    node_hours: Decimal
    contingency_percent: int
    peak_gpus: int
    percent: int | None


def usual_partition(proposal):
    """The partition asked for, or else the first that the call offers."""
    offer = proposal.offer or proposal.call.offers.select_related("partition").first()
    return offer.partition if offer else None


def line_gpu_hours(line, *, gpus_per_node):
    """Exact GPU-hours: nodes are charged whole, so a run on part of a node counts all of it."""
    nodes = line.devices if line.device == Device.NODE else math.ceil(line.devices / gpus_per_node)
    return line.runs * nodes * gpus_per_node * line.hours


def line_gpus(line, *, gpus_per_node):
    return line.devices * (gpus_per_node if line.device == Device.NODE else 1)


def sum_up(lines, *, partition, policy):
    """The sums of unsaved or saved ``lines`` on ``partition``."""
    gpus = partition.gpus_per_node
    each = [(line, line_gpu_hours(line, gpus_per_node=gpus)) for line in lines]
    exact = sum((hours for _line, hours in each), Decimal(0))
    spare = sum(
        (hours for line, hours in each if line.workload == Workload.CONTINGENCY), Decimal(0)
    )
    total = math.ceil(exact)
    most = policy.gpu_hours_on(partition)[1]
    return Sums(
        gpu_hours=total,
        node_hours=(exact / gpus).quantize(Decimal("0.01")),
        contingency_percent=round(100 * spare / exact) if exact else 0,
        peak_gpus=max((line_gpus(line, gpus_per_node=gpus) for line in lines), default=0),
        percent=math.ceil(100 * total / most) if most else None,
    )


@transaction.atomic
def set_resources(proposal, *, by, version, lines):
    """Replace the lines of a draft, which are dicts; their sum becomes its GPU-hours.

    Without lines, and in a mode that gives a fixed package, the GPU-hours stay as they are.

    Raises ``StaleVersion`` where somebody else has saved since, and ``ResourcesNotPossible``.
    """
    proposal = lock_draft(proposal, by=by)
    if proposal.version != version:
        raise StaleVersion
    made = [
        ResourceLine(proposal=proposal, position=position, **line)
        for position, line in enumerate(lines, start=1)
    ]
    _require_possible(made)
    proposal.lines.all().delete()
    ResourceLine.objects.bulk_create(made)
    partition = usual_partition(proposal)
    derived = {}
    if made and partition and not proposal.policy.is_package:
        total = sum_up(made, partition=partition, policy=proposal.policy).gpu_hours
        derived = {Column.GPU_HOURS.value: total}
        if total > MOST_GPU_HOURS:
            raise ResourcesNotPossible(_("The lines come to more than any machine has."))
    change_answers(proposal, derived, by=by, seen={})
    save_answers(proposal, derived)
    return proposal


def _require_possible(lines):
    if len(lines) > MOST_LINES:
        raise ResourcesNotPossible(
            _("A request has at most %(most)d lines. Join some.") % {"most": MOST_LINES}
        )
    if lines and all(line.workload == Workload.CONTINGENCY for line in lines):
        raise ResourcesNotPossible(_("Contingency alone is no work. Add what it is spare for."))


def resource_gaps(proposal):
    """``{field: sentence}`` for lines that are missing or do not come to the GPU-hours."""
    lines = list(proposal.lines.all())
    if not lines:
        if proposal.policy.is_package:
            return {}
        return {"lines": _("Say in lines what the hours are for.")}
    partition = usual_partition(proposal)
    if partition is None:
        return {}
    total = sum_up(lines, partition=partition, policy=proposal.policy).gpu_hours
    asked = proposal.gpu_hours or 0
    if total == asked or (proposal.policy.is_package and total < asked):
        return {}
    return {
        "lines": _(
            "The lines come to %(lines)d GPU-hours, but you ask for %(asked)d. "
            "Save the lines again, or correct them."
        )
        % {"lines": total, "asked": asked}
    }
