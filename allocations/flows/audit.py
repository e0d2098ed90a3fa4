"""Named invariants of the ledger, recomputed from its entries."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from ..models import (
    AccountKind,
    Allocation,
    Award,
    EntryKind,
    HeldOutcome,
    HeldState,
    Job,
    JobState,
    LedgerAccount,
    LedgerEntry,
    ProposalState,
    StepOutcome,
)
from . import audit_quota

PHASE = [EntryKind.HOLD, EntryKind.RELEASE]  # entries that move nothing


@dataclass(frozen=True)
class Invariant:
    """A statement about the ledger; ``breaches`` yields a line for each exception to it."""

    name: str
    statement: str
    breaches: Callable


def check_ledger():
    """``[(invariant, [breach, ...]), ...]`` over the whole ledger."""
    return [(invariant, list(invariant.breaches())) for invariant in INVARIANTS]


def _total(entries, field):
    """``{account id: node-seconds}`` summed over ``entries``."""
    rows = entries.order_by().values_list(field).annotate(total=Sum("node_seconds"))
    return dict(rows)


def _wrong_totals():
    moving = LedgerEntry.objects.exclude(kind__in=PHASE)
    open_holds = LedgerEntry.objects.filter(kind=EntryKind.HOLD, resolution=None)
    expected = {
        "credited": _total(moving, "credit"),
        "debited": _total(moving, "debit"),
        "held": _total(open_holds, "debit"),
        "lapsed": _total(LedgerEntry.objects.filter(kind=EntryKind.LAPSE), "debit"),
        "corrected": _total(LedgerEntry.objects.filter(kind=EntryKind.CORRECT), "debit"),
    }
    for account in LedgerAccount.objects.select_related(
        "allocation__project", "share", "partition__system"
    ):
        for field, totals in expected.items():
            found, entries = getattr(account, field), totals.get(account.pk, 0)
            if found != entries:
                yield f"{account}: {field} is {found}, entries say {entries}"


def _overdrawn():
    accounts = LedgerAccount.objects.exclude(kind=AccountKind.CAPACITY)
    for account in accounts.filter(credited__lt=F("debited") + F("held")):
        yield f"{account}: {account.available} node-seconds"


def _unbalanced():
    totals = LedgerAccount.objects.values("partition").annotate(
        surplus=Sum(F("credited")) - Sum(F("debited"))
    )
    for row in totals.order_by("partition"):
        if row["surplus"]:
            yield f"partition {row['partition']}: credits exceed debits by {row['surplus']}"


def _across_partitions():
    for entry in LedgerEntry.objects.exclude(debit__partition=F("credit__partition")):
        yield f"{entry.key}"


def _holds_without_running_job():
    open_holds = LedgerEntry.objects.filter(kind=EntryKind.HOLD, resolution=None)
    for entry in open_holds.exclude(job__state=JobState.RUNNING):
        yield f"{entry.key}: open, but the job does not run"


def _running_jobs_without_hold():
    running = Job.objects.filter(allocation__isnull=False, state=JobState.RUNNING)
    held = Q(ledger_entries__kind=EntryKind.HOLD, ledger_entries__resolution=None)
    for job in running.annotate(holds=Count("ledger_entries", filter=held)).exclude(holds=1):
        yield f"job {job.pk}: {job.holds} open holds"


def _wrong_charges():
    """A job that ran is charged its nodes for its elapsed seconds, once for each run."""
    charge = Q(ledger_entries__kind=EntryKind.CHARGE)
    rows = Job.objects.filter(allocation__isnull=False).annotate(
        charges=Count("ledger_entries", filter=charge),
        charged=Coalesce(Sum("ledger_entries__node_seconds", filter=charge), 0),
    )
    for job in rows.prefetch_related("runs").iterator(chunk_size=2000):
        runs = [run for run in [*job.runs.all(), job] if run.started_at and run.ended_at]
        used, charged = job.node_seconds, job.charged
        if (job.charges, charged) != (len(runs), used):
            yield f"job {job.pk}: used {used}, charged {charged} in {job.charges} entries"


def _ungranted():
    granted = _total(LedgerEntry.objects.filter(kind=EntryKind.GRANT), "credit__allocation")
    for allocation in Allocation.objects.select_related("project", "partition__system"):
        found = granted.get(allocation.pk, 0)
        if found != allocation.node_seconds:
            yield f"{allocation}: {allocation.node_seconds} awarded, {found} granted"


def _wrong_pledges():
    """Of each share: what panels hold, and what is offered and not answered."""
    held = HeldOutcome.objects.filter(state=HeldState.HELD, outcome=StepOutcome.AWARD)
    offered = Award.objects.filter(proposal__state=ProposalState.OFFERED)
    promised = Counter()
    for rows in (held, offered):
        totals = rows.order_by().values_list("proposal__offer__share")
        promised.update(dict(totals.annotate(total=Sum("node_seconds"))))
    for account in LedgerAccount.objects.order_by("pk"):
        expected = promised[account.share_id] if account.share_id else 0
        if account.pledged != expected:
            yield f"account {account.pk}: {account.pledged} pledged, {expected} promised"


INVARIANTS = [
    Invariant(
        "pledges_are_promised_awards",
        "A share has pledged what panels hold and what is offered, and nothing else does.",
        _wrong_pledges,
    ),
    Invariant(
        "totals_are_sums_of_entries",
        "Each account's totals equal the sums of its entries.",
        _wrong_totals,
    ),
    Invariant(
        "no_overdraft",
        "No account but the capacity gives or holds more than it was given.",
        _overdrawn,
    ),
    Invariant(
        "credits_equal_debits",
        "In each partition, all that was credited was debited elsewhere.",
        _unbalanced,
    ),
    Invariant(
        "entries_stay_in_one_partition",
        "Both accounts of an entry belong to the same partition.",
        _across_partitions,
    ),
    Invariant(
        "open_holds_are_running_jobs",
        "A hold is open while its job runs.",
        _holds_without_running_job,
    ),
    Invariant(
        "running_jobs_hold_once",
        "Each running job of a project has exactly one open hold.",
        _running_jobs_without_hold,
    ),
    Invariant(
        "ended_jobs_are_charged_once",
        "Each run of a job is charged nodes times elapsed seconds, once; nothing else is charged.",
        _wrong_charges,
    ),
    Invariant(
        "allocations_are_granted_once",
        "Each allocation was granted exactly what was awarded.",
        _ungranted,
    ),
    Invariant(
        "shares_grant_no_more_than_funded",
        "A funding share has given out, less what came back, no more than it was funded with.",
        audit_quota.shares_granted_beyond_their_funds,
    ),
    Invariant(
        "months_add_up",
        "A month of quota used what was charged in it, and hands on what the next takes over.",
        audit_quota.months_that_do_not_add_up,
    ),
    Invariant(
        "months_lapse_once",
        "A month's lapse is one entry of the month's amount at its end.",
        audit_quota.months_that_lapsed_wrongly,
    ),
    Invariant(
        "corrections_are_booked_once",
        "A booked correction is one entry between the allocation and its share.",
        audit_quota.corrections_not_booked_once,
    ),
]
