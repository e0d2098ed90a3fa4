"""What the policy of an allocation's mode lets it change, and how far."""

from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from onboarding.models import User

from ..exceptions import ChangeNotPossible
from ..models import (
    AllocationState,
    ChangeKind,
    ChangeState,
    ObligationKind,
    ObligationState,
)


def require_possible(change):
    """Raise ``ChangeNotPossible`` with a sentence, unless ``change`` may be granted as it is."""
    allocation = change.allocation
    why_not = hindrance(allocation, change.kind)
    if why_not:
        raise ChangeNotPossible(why_not)
    if change.kind == ChangeKind.CHANGE_PI:
        _require_leader(change)
    elif ChangeKind(change.kind).needs_report:
        _require_within(change)


def hindrance(allocation, kind):
    """Why nothing of this kind can be asked for now; empty where it can."""
    kind = ChangeKind(kind)
    policy = allocation.project.proposal.policy
    allowed = {
        ChangeKind.EXTEND: policy.extension_months,
        ChangeKind.TOP_UP: policy.extension_percent,
        ChangeKind.RENEW: policy.renewals,
    }
    if not allowed.get(kind, True):
        return _(
            "%(mode)s does not offer this: %(change)s. Submit a new application instead: "
            "choose a call under “Calls”."
        ) % {"mode": policy.mode.name, "change": kind.label}
    if allocation.state != AllocationState.ACTIVE:
        return _("Changes are possible while the allocation is active.")
    if kind.needs_report and not _has_reported(allocation):
        return _("An interim report has to be accepted first. Write one on the project’s page.")
    if kind == ChangeKind.RENEW and _granted(allocation, kind).count() >= policy.renewals:
        return _("This allocation was renewed as often as %(mode)s allows.") % {
            "mode": policy.mode.name
        }
    return ""


def ceilings(allocation):
    """The most months and node-seconds that may still be added by extensions and top-ups."""
    policy, award = allocation.project.proposal.policy, allocation.project.proposal.award
    past = _granted(allocation, ChangeKind.EXTEND, ChangeKind.TOP_UP)
    used = past.aggregate(months=Sum("months", default=0), hours=Sum("node_seconds", default=0))
    whole = award.node_seconds * policy.extension_percent // 100
    return max(0, policy.extension_months - used["months"]), max(0, whole - used["hours"])


def _require_within(change):
    if change.kind == ChangeKind.RENEW:
        return
    months, node_seconds = ceilings(change.allocation)
    if change.kind == ChangeKind.TOP_UP:
        months = 0
    if change.months > months or change.node_seconds > node_seconds:
        raise ChangeNotPossible(
            _("At most %(months)d months and %(hours)d GPU-hours more are possible.")
            % {
                "months": months,
                "hours": change.allocation.partition.gpu_hours(node_seconds=node_seconds),
            }
        )
    if not (change.months or change.node_seconds):
        raise ChangeNotPossible(_("Say how much more you ask for."))


def _require_leader(change):
    organisation = change.allocation.project.organisation
    found = User.objects.filter(email__in=change.people, is_active=True, organisations=organisation)
    if len(change.people) != 1 or not found.exists():
        raise ChangeNotPossible(
            _(
                "The new principal investigator needs an account in this portal and has to belong "
                "to %(organisation)s. Add them to the organisation first."
            )
            % {"organisation": organisation}
        )


def _has_reported(allocation):
    """Whether an interim report was accepted since the last change that needed one."""
    last = _granted(allocation, ChangeKind.EXTEND, ChangeKind.TOP_UP, ChangeKind.RENEW).aggregate(
        at=Max("decided_at")
    )["at"]
    reports = allocation.obligations.filter(
        kind=ObligationKind.INTERIM_REPORT, state=ObligationState.ACCEPTED
    )
    return reports.filter(opened_at__gt=last).exists() if last else reports.exists()


def _granted(allocation, *kinds):
    return allocation.changes.filter(kind__in=kinds, state=ChangeState.GRANTED)
