"""Changes of an allocation: asked for by the project, decided by officers, done at once.

What adds more hours than one officer may give alone waits for a second person, as corrections
of the ledger do.
"""

from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.exceptions import TransitionNotAllowed
from jaif_portal.flows.deadlines import meet_deadlines, set_deadline
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, record_birth, remark

from ..exceptions import ChangeNotPossible, ReasonMissing
from ..models import (
    OPEN_CHANGES,
    Allocation,
    ChangeKind,
    ChangeRequest,
    ChangeState,
    Partition,
    ProjectMember,
    ProjectRole,
)
from . import alerts, ledger, notices, quota
from .change_limits import require_possible


@transaction.atomic
def request_change(allocation, *, by, kind, reason, **wishes):
    """Ask for a change: ``months``, ``node_seconds`` or ``people``, as its kind needs.

    A renewal adds the months and the hours of the award once more.

    Raises ``ReasonMissing``, or ``ChangeNotPossible`` with what the mode allows instead.
    """
    _partition, allocation = _lock(allocation)
    require(by, "allocations.request_change", allocation)
    if not reason.strip():
        raise ReasonMissing(_("Say why: the access office decides by this text."))
    if kind == ChangeKind.RENEW:
        award = allocation.project.proposal.award
        wishes = {"months": award.months, "node_seconds": award.node_seconds}
    change = ChangeRequest(
        allocation=allocation,
        kind=kind,
        reason=reason,
        requested_by=by,
        requested_at=clock.now(),
        **wishes,
    )
    require_possible(change)
    try:
        with transaction.atomic():
            change.save()
    except IntegrityError as error:
        raise ChangeNotPossible(_("Such a request is waiting for a decision already.")) from error
    record_birth(change, by=by, at=change.requested_at, note=reason)
    notices.change_requested(change)
    return change


@transaction.atomic
def withdraw_change(change, *, by):
    """Take a request back before it is decided."""
    _partition, change = _lock_change(change)
    require(by, "allocations.request_change", change.allocation)
    move(change, to=ChangeState.WITHDRAWN, by=by, at=clock.now())
    return change


@transaction.atomic
def grant_change(change, *, by, remarks=""):
    """Grant a request and carry it out; above the partition's limit propose it to another person.

    Raises ``ChangeNotPossible`` where the mode no longer allows it, ``PoolExhausted`` where the
    funding share has not enough hours.
    """
    partition, change = _lock_change(change)
    require(by, "allocations.decide_change", change)
    if change.state == ChangeState.PROPOSED:
        require(by, "allocations.confirm_change", change)
    if change.state not in OPEN_CHANGES:
        raise TransitionNotAllowed(_("This request was decided already."))
    require_possible(change)
    now = clock.now()
    if change.state == ChangeState.REQUESTED and change.node_seconds > partition.alone_up_to:
        move(change, to=ChangeState.PROPOSED, by=by, at=now, note=remarks)
        change.proposed_by, change.remarks = by, remarks
        change.save(update_fields=["proposed_by", "remarks"])
        return change
    move(change, to=ChangeState.GRANTED, by=by, at=now, note=remarks)
    _decide(change, by=by, at=now, remarks=remarks or change.remarks)
    _carry_out(change, partition, by=by, at=now)
    notices.change_decided(change, "change_granted")
    return change


@transaction.atomic
def refuse_change(change, *, by, remarks):
    """Turn a request down, with the reason."""
    _partition, change = _lock_change(change)
    require(by, "allocations.decide_change", change)
    if not remarks.strip():
        raise ReasonMissing(_("Say why: the project reads this text."))
    now = clock.now()
    move(change, to=ChangeState.REFUSED, by=by, at=now, note=remarks)
    _decide(change, by=by, at=now, remarks=remarks)
    notices.change_decided(change, "change_refused")
    return change


def _carry_out(change, partition, *, by, at):
    allocation = change.allocation
    if change.kind == ChangeKind.CHANGE_PI:
        _change_leader(allocation.project, change.people[0])
    elif change.kind == ChangeKind.CHANGE_TEAM:
        _change_team(allocation.project, change.people)
    else:
        _add(change, partition, by=by, at=at)
    note = f"{change.get_kind_display()}. {change.reason}"
    remark(allocation, by=by, at=at, note=note)


def _add(change, partition, *, by, at):
    """Hours by the ledger, months by another end; a monthly quota is divided anew over both."""
    allocation = change.allocation
    with quota.divided_anew(allocation, partition, at=at):
        if change.node_seconds:
            allocation.node_seconds += change.node_seconds
            ledger.grant_more(
                allocation,
                node_seconds=change.node_seconds,
                key=f"change:{change.pk}:grant",
                at=at,
                by=by,
            )
        if change.months:
            allocation.ends_at += relativedelta(months=change.months)
        allocation.save(update_fields=["node_seconds", "ends_at"])
    if change.months:
        meet_deadlines(allocation, "expiry", alerts.DEADLINE, at=at)
        set_deadline("expiry", allocation, due_at=allocation.ends_at)
        alerts.watch_period(allocation)


def _change_leader(project, email):
    project.members.filter(role=ProjectRole.PI).update(role=ProjectRole.MEMBER)
    ProjectMember.objects.update_or_create(
        project=project, email=email, defaults={"role": ProjectRole.PI}
    )


def _change_team(project, emails):
    """Members come and go; those who lead the project or mentor it stay."""
    project.members.filter(role=ProjectRole.MEMBER).exclude(email__in=emails).delete()
    present = set(project.members.values_list("email", flat=True))
    for email in emails:
        if email not in present:
            ProjectMember.objects.create(project=project, email=email, role=ProjectRole.MEMBER)


def _decide(change, *, by, at, remarks):
    change.decided_by, change.decided_at, change.remarks = by, at, remarks
    change.save(update_fields=["decided_by", "decided_at", "remarks"])


def _lock(allocation):
    """The partition first, as the queue does, so that nobody waits crosswise."""
    partition = Partition.objects.select_for_update(no_key=True).get(pk=allocation.partition_id)
    rows = Allocation.objects.select_for_update(of=("self",)).select_related(
        "month",
        "share",
        "project__organisation",
        "project__proposal__award",
        "project__proposal__applicant",
        "project__proposal__policy__mode",
        "partition__system",
    )
    return partition, rows.get(pk=allocation.pk)


def _lock_change(change):
    partition, allocation = _lock(change.allocation)
    change = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=change.pk)
    change.allocation = allocation
    return partition, change
