"""A project's quota in the words of JSC's ``jutil``, in core-hours."""

from django.db.models import Q, Sum
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from jaif_portal import clock

from ..flows.months import ZONE, month_starts
from ..flows.standing import balance, enforcement
from ..models import (
    AccountingMode,
    Allocation,
    AllocationState,
    Enforcement,
    EntryKind,
    LedgerEntry,
)
from .hours import hours

STATES = {
    AllocationState.PENDING_ONBOARDING: "P",
    AllocationState.ACTIVE: "A",
    AllocationState.EXPIRED: "E",
    AllocationState.CLOSED: "E",
}
CONT_STATES = {
    Enforcement.FULL: "normal",
    Enforcement.LOW_PRIORITY: "nocont",
    Enforcement.BLOCKED: "blocked",
}
QuotaSerializer = inline_serializer(
    name="Quota",
    many=True,
    fields={
        "project": serializers.CharField(),
        "budget-account": serializers.CharField(),
        "system": serializers.CharField(),
        "cont-partition": serializers.CharField(),
        "acct-mode": serializers.ChoiceField(AccountingMode.choices),
        "acct-period-start": serializers.DateField(),
        "acct-period-end": serializers.DateField(),
        "coreh-quota-total": serializers.FloatField(),
        "coreh-consumed-total": serializers.FloatField(),
        "coreh-consumed-curr-month": serializers.FloatField(),
        "coreh-consumed-prev-month": serializers.FloatField(),
        "coreh-avail": serializers.FloatField(
            help_text="Monthly: of this month, negative for an overdraft. Fixed: of the period."
        ),
        "coreh-avail-percent": serializers.FloatField(
            help_text="Of a month's quota, or of the total where the mode is fixed."
        ),
        "cont-state": serializers.ChoiceField([(name, name) for name in CONT_STATES.values()]),
        "project-state": serializers.ChoiceField([(name, name) for name in STATES.values()]),
    },
)


class QuotaMixin:
    """Projects that tell their quota."""

    @extend_schema(responses=QuotaSerializer)
    @action(detail=True, pagination_class=None, filter_backends=[])
    def quota(self, request, pk=None):
        """One object for each allocation, with the keys of `jutil project cpuquota -o json`."""
        allocations = list(
            Allocation.objects.filter(project=self.get_object())
            .select_related("project", "partition__system", "account", "month")
            .order_by("pk")
        )
        used = _used_by_month(allocations, at=clock.now())
        return Response([_quota(allocation, *used[allocation.pk]) for allocation in allocations])


def _quota(allocation, current, previous):
    account, month, partition = allocation.account, allocation.month, allocation.partition
    account.allocation = allocation
    available = account.left if month is None else min(account.left, balance(account))
    whole = account.granted if month is None else month.node_seconds

    def core_hours(node_seconds):
        return hours(node_seconds, partition)["core_hours"]

    return {
        "project": allocation.project.identifier,
        "budget-account": allocation.project.budget,
        "system": partition.system.name,
        "cont-partition": partition.name,
        "acct-mode": allocation.acct_mode,
        "acct-period-start": allocation.starts_at.astimezone(ZONE).date(),
        "acct-period-end": allocation.ends_at.astimezone(ZONE).date(),
        "coreh-quota-total": core_hours(account.granted),
        "coreh-consumed-total": core_hours(account.charged),
        "coreh-consumed-curr-month": core_hours(current),
        "coreh-consumed-prev-month": core_hours(previous),
        "coreh-avail": core_hours(available),
        "coreh-avail-percent": round(100 * available / whole, 2) if whole else 0.0,
        "cont-state": CONT_STATES[enforcement(account)],
        "project-state": STATES[AllocationState(allocation.state)],
    }


def _used_by_month(allocations, *, at):
    """``{allocation id: (node-seconds used in this month, in the month before)}``, one query."""
    current, previous = Q(pk=None), Q(pk=None)
    for allocation in allocations:
        starts = month_starts(allocation.starts_at, allocation.ends_at)
        begun = [start for start in starts if start <= at] or starts[:1]
        mine = Q(debit__allocation=allocation)
        current |= mine & Q(at__gte=begun[-1])
        if len(begun) > 1:
            previous |= mine & Q(at__gte=begun[-2], at__lt=begun[-1])
    charges = LedgerEntry.objects.filter(
        kind=EntryKind.CHARGE, debit__allocation__in=allocations
    ).order_by()
    sums = charges.values("debit__allocation").annotate(
        current=Sum("node_seconds", filter=current), previous=Sum("node_seconds", filter=previous)
    )
    found = {row["debit__allocation"]: (row["current"], row["previous"]) for row in sums}
    return {row.pk: tuple(total or 0 for total in found.get(row.pk, (0, 0))) for row in allocations}
