import pytest
from django.db import IntegrityError, connection, transaction

from allocations.exceptions import InsufficientBalance, PoolExhausted
from allocations.flows import ledger
from allocations.flows.audit import check_ledger
from allocations.flows.ledger import Posting, post
from allocations.models import (
    AccountKind,
    EntryKind,
    FundingShare,
    Job,
    LedgerAccount,
    LedgerEntry,
)
from jaif_portal import clock
from tests.allocations import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def allocation(frozen_clock):
    return factories.active()


@pytest.fixture
def account(allocation):
    return LedgerAccount.objects.get(allocation=allocation)


@pytest.fixture
def used(allocation):
    return ledger.open_account(AccountKind.USED, partition=allocation.partition)


def a_job(allocation, *, nodes=2, time_limit=3600):
    return Job.objects.create(
        partition=allocation.partition,
        allocation=allocation,
        share=allocation.share,
        submitted_by=allocation.project.proposal.applicant,
        name="train",
        nodes=nodes,
        time_limit=time_limit,
        runtime=time_limit,
        submitted_at=clock.now(),
    )


def totals(account):
    account.refresh_from_db()
    return account.credited, account.debited, account.held


def test_a_share_is_funded_with_its_part_of_the_machine_once(frozen_clock):
    factories.active()
    share = FundingShare.objects.get(code="eurohpc", starts_at__year=2026)

    entry = LedgerEntry.objects.get(key=f"share:{share.pk}:fund")

    assert entry.node_seconds == 5884 * 365 * 86_400 // 2
    assert share.account.credited == entry.node_seconds


def test_an_allocation_is_granted_what_was_awarded(allocation, account):
    assert totals(account) == (1250 * 3600, 0, 0)


def test_a_hold_sets_aside_nodes_for_the_whole_time_limit(allocation, account, used):
    ledger.hold(a_job(allocation), account=account, used=used, at=clock.now())

    assert totals(account) == (1250 * 3600, 0, 2 * 3600)
    assert account.available == 1248 * 3600


def test_a_charge_ends_the_hold_and_frees_what_was_not_used(allocation, account, used):
    job = a_job(allocation)
    ledger.hold(job, account=account, used=used, at=clock.now())

    post(
        [ledger.charging(job, account_id=account.pk, used_id=used.pk, seconds=100, at=clock.now())]
    )

    assert totals(account) == (1250 * 3600, 200, 0)
    assert totals(used) == (200, 0, 0)


def test_the_same_entry_twice_changes_nothing(allocation, account, used):
    job = a_job(allocation)
    for _time in range(2):
        ledger.hold(job, account=account, used=used, at=clock.now())

    assert totals(account) == (1250 * 3600, 0, 7200)
    assert LedgerEntry.objects.filter(job=job).count() == 1


def test_a_hold_beyond_the_balance_is_refused_and_leaves_no_trace(allocation, account, used):
    job = a_job(allocation, nodes=1251)

    with pytest.raises(InsufficientBalance):
        ledger.hold(job, account=account, used=used, at=clock.now())

    assert totals(account) == (1250 * 3600, 0, 0)
    assert not LedgerEntry.objects.filter(job=job).exists()


def test_entries_of_one_call_count_together(allocation, account, used):
    """A job that ends may pay for one that starts later in the same tick."""
    first, second = a_job(allocation, nodes=1250), a_job(allocation, nodes=1000)
    ids = {"account_id": account.pk, "used_id": used.pk, "at": clock.now()}

    post(
        [
            ledger.holding(first, **ids),
            ledger.charging(first, seconds=60, **ids),
            ledger.holding(second, **ids),
        ]
    )

    assert totals(account) == (1250 * 3600, 1250 * 60, 1000 * 3600)


def test_a_grant_beyond_the_share_is_refused(frozen_clock):
    allocation = factories.active()
    pool = allocation.share.account
    amount = {"node_seconds": pool.available + 1, "key": "more", "at": clock.now()}

    with pytest.raises(PoolExhausted):
        ledger.grant_more(allocation, **amount)


def test_hours_promised_by_an_offer_are_spent_on_nothing_else(frozen_clock):
    share = factories.offered().offer.share
    pool = share.account
    lapsed = ledger.open_account(AccountKind.LAPSED, partition=share.partition)
    spent = pool.available - 100

    with pytest.raises(InsufficientBalance):
        post([Posting(EntryKind.CORRECT, pool.pk, lapsed.pk, spent, "drain", clock.now())])


def test_the_database_refuses_an_overdraft_whoever_writes_it(account):
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerAccount.objects.filter(pk=account.pk).update(held=account.credited + 1)


@pytest.mark.parametrize("sql", ["UPDATE {} SET node_seconds = 1", "DELETE FROM {}"])
def test_the_database_refuses_to_change_an_entry(account, sql):
    with (
        pytest.raises(Exception, match="immutable"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(LedgerEntry._meta.db_table))


def test_a_hold_is_resolved_at_most_once(allocation, account, used):
    job = a_job(allocation)
    ids = {"debit_id": account.pk, "credit_id": used.pk, "at": clock.now(), "job_id": job.pk}
    ledger.hold(job, account=account, used=used, at=clock.now())
    resolution = {"resolves": f"job:{job.pk}:hold", **ids}
    post([Posting(kind=EntryKind.CHARGE, node_seconds=10, key="one", **resolution)])

    with pytest.raises(IntegrityError), transaction.atomic():
        post([Posting(kind=EntryKind.RELEASE, node_seconds=10, key="two", **resolution)])


def test_the_ledger_of_a_fresh_allocation_is_clean(allocation):
    assert [breaches for _invariant, breaches in check_ledger() if breaches] == []


def test_check_ledger_names_a_total_that_is_wrong(allocation, account):
    LedgerAccount.objects.filter(pk=account.pk).update(credited=account.credited + 5)

    broken = {invariant.name: breaches for invariant, breaches in check_ledger() if breaches}

    assert set(broken) == {"totals_are_sums_of_entries", "credits_equal_debits"}


def test_check_ledger_names_a_hold_without_a_running_job(allocation, account, used):
    ledger.hold(a_job(allocation), account=account, used=used, at=clock.now())

    broken = [invariant.name for invariant, breaches in check_ledger() if breaches]

    assert broken == ["open_holds_are_running_jobs"]
