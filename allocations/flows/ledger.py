"""The ledger: integer node-seconds, two-sided, immutable, two-phase.

``post`` is its one writer. Every entry has a unique key, so that an act repeated by a task
changes nothing; every total is guarded by a constraint, so that even without the row lock
the database refuses an overdraft. The design follows TigerBeetle's two-phase transfers.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _

from ..exceptions import InsufficientBalance, PoolExhausted
from ..models import AccountKind, EntryKind, LedgerAccount, LedgerEntry

OVERDRAFTS = ("ledger_account_not_overdrawn", "pledges_within_pool")
TOTALS = ("credited", "debited", "held", "lapsed", "corrected")


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry to be written; ``resolves`` is the key of the hold that it ends."""

    kind: EntryKind
    debit_id: int
    credit_id: int
    node_seconds: int
    key: str
    at: dt.datetime
    job_id: int | None = None
    resolves: str | None = None


def post(postings, *, by=None, note=""):
    """Write the entries that are not yet known and move the totals by their sum.

    The entries of one call count together: what a job gives back may be held by another
    that starts later in the same call.

    Raises ``InsufficientBalance`` where an account would be overdrawn; nothing is written.
    """
    try:
        with transaction.atomic():
            return _post(postings, by=by, note=note)
    except IntegrityError as error:
        if not any(name in str(error) for name in OVERDRAFTS):
            raise
        raise InsufficientBalance(_("There are not enough hours left.")) from error


def _post(postings, *, by, note):
    touched = {pk for posting in postings for pk in (posting.debit_id, posting.credit_id)}
    list(LedgerAccount.objects.select_for_update().filter(pk__in=touched).order_by("pk"))
    keys = {posting.key for posting in postings} | {posting.resolves for posting in postings}
    known = {entry.key: entry for entry in LedgerEntry.objects.filter(key__in=keys - {None})}
    fresh = [posting for posting in postings if posting.key not in known]
    if not fresh:
        return []
    entries, holds = _insert(fresh, known, by=by, note=note)
    _move_totals(_changes(fresh, holds), at=max(posting.at for posting in fresh))
    return entries


def _insert(postings, known, *, by, note):
    """The new entries, and by their keys all that they may resolve: the ``known`` and the new."""
    opening = [posting for posting in postings if posting.resolves is None]
    closing = [posting for posting in postings if posting.resolves is not None]
    entries = LedgerEntry.objects.bulk_create(_entry(posting, by, note) for posting in opening)
    holds = known | {entry.key: entry for entry in entries}
    entries += LedgerEntry.objects.bulk_create(
        _entry(posting, by, note, resolves=holds[posting.resolves]) for posting in closing
    )
    return entries, holds


def _entry(posting, by, note, resolves=None):
    return LedgerEntry(
        kind=posting.kind,
        debit_id=posting.debit_id,
        credit_id=posting.credit_id,
        node_seconds=posting.node_seconds,
        key=posting.key,
        job_id=posting.job_id,
        resolves=resolves,
        by=by,
        at=posting.at,
        note=note,
    )


def _changes(postings, holds):
    """What each account's totals grow by: ``{account id: {field: node-seconds}}``."""
    changes = defaultdict(lambda: dict.fromkeys(TOTALS, 0))
    for posting in postings:
        if posting.resolves is not None:
            changes[posting.debit_id]["held"] -= holds[posting.resolves].node_seconds
        if posting.kind == EntryKind.HOLD:
            changes[posting.debit_id]["held"] += posting.node_seconds
        elif posting.kind != EntryKind.RELEASE:
            changes[posting.debit_id]["debited"] += posting.node_seconds
            changes[posting.credit_id]["credited"] += posting.node_seconds
        if posting.kind == EntryKind.LAPSE:
            changes[posting.debit_id]["lapsed"] += posting.node_seconds
        if posting.kind == EntryKind.CORRECT:
            changes[posting.debit_id]["corrected"] += posting.node_seconds
    return changes


def _move_totals(changes, *, at):
    def grow(field):
        whens = [When(pk=pk, then=Value(change[field])) for pk, change in changes.items()]
        return F(field) + Case(*whens, default=Value(0))

    LedgerAccount.objects.filter(pk__in=changes).update(
        updated_at=at, **{field: grow(field) for field in TOTALS}
    )


def open_account(kind, *, partition, share=None, allocation=None):
    """The account of this kind and owner, made on first use."""
    account, _created = LedgerAccount.objects.get_or_create(
        kind=kind, partition=partition, share=share, allocation=allocation
    )
    return account


def fund(share, *, node_seconds, key, at, by=None):
    """Give a funding share its part of the partition's capacity."""
    capacity = open_account(AccountKind.CAPACITY, partition=share.partition)
    account = open_account(AccountKind.SHARE, partition=share.partition, share=share)
    return post([Posting(EntryKind.FUND, capacity.pk, account.pk, node_seconds, key, at)], by=by)


def grant(allocation, *, at, by=None):
    """Move what an allocation is granted from its funding share to its own account, once.

    Raises ``PoolExhausted`` where the share has not enough left.
    """
    key = f"allocation:{allocation.pk}:grant"
    return grant_more(allocation, node_seconds=allocation.node_seconds, key=key, at=at, by=by)


def grant_more(allocation, *, node_seconds, key, at, by=None):
    """As ``grant``, for an amount and with a key of its own."""
    partition = allocation.partition
    pool = open_account(AccountKind.SHARE, partition=partition, share=allocation.share)
    account = open_account(AccountKind.ALLOCATION, partition=partition, allocation=allocation)
    posting = Posting(EntryKind.GRANT, pool.pk, account.pk, node_seconds, key, at)
    try:
        return post([posting], by=by)
    except InsufficientBalance as refusal:
        raise PoolExhausted from refusal


def lapse(allocation, *, at, key, node_seconds=None):
    """Take back ``node_seconds``, or all that an ended allocation has left.

    Hours held by running jobs stay held.
    """
    account = LedgerAccount.objects.select_for_update().get(allocation=allocation)
    amount = account.available if node_seconds is None else node_seconds
    if amount == 0:
        return []
    lapsed = open_account(AccountKind.LAPSED, partition=allocation.partition)
    return post([Posting(EntryKind.LAPSE, account.pk, lapsed.pk, amount, key, at)])


def hold(job, *, account, used, at):
    """Set aside the most that ``job`` can cost.

    Raises ``InsufficientBalance`` where less than that is free.
    """
    return post([holding(job, account_id=account.pk, used_id=used.pk, at=at)])


def holding(job, *, account_id, used_id, at):
    """The posting that sets aside ``job``'s nodes for its whole time limit."""
    return Posting(
        EntryKind.HOLD,
        account_id,
        used_id,
        job.nodes * job.time_limit,
        f"{_run(job)}:hold",
        at,
        job_id=job.pk,
    )


def charging(job, *, account_id, used_id, seconds, at):
    """The posting that charges ``job`` for whole nodes over ``seconds`` and ends its hold."""
    return Posting(
        EntryKind.CHARGE,
        account_id,
        used_id,
        job.nodes * seconds,
        f"{_run(job)}:charge",
        at,
        job_id=job.pk,
        resolves=f"{_run(job)}:hold",
    )


def _run(job):
    """What the keys of a run begin with: each run of a requeued job has entries of its own."""
    return f"job:{job.pk}:{job.restarts}" if job.restarts else f"job:{job.pk}"
