import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from allocations.flows import ledger
from allocations.flows.audit import INVARIANTS, check_ledger
from allocations.flows.ledger import Posting, post
from allocations.models import (
    AccountKind,
    Allocation,
    EntryKind,
    Job,
    JobState,
    LedgerAccount,
)
from tests.allocations import factories
from tests.allocations.records import broken_invariants

pytestmark = pytest.mark.django_db


@pytest.fixture
def allocation(monday):
    return factories.active()


@pytest.fixture
def used(allocation):
    return ledger.open_account(AccountKind.USED, partition=allocation.partition)


@pytest.fixture
def job(allocation, monday):
    return Job.objects.create(
        partition=allocation.partition,
        allocation=allocation,
        share=allocation.share,
        submitted_by=allocation.project.proposal.applicant,
        name="train",
        nodes=2,
        time_limit=3600,
        runtime=3600,
        submitted_at=monday,
    )


def set_job(job, state, *, ran=None):
    job.state = state
    if ran is not None:
        job.started_at = job.submitted_at
        job.ended_at = job.submitted_at + dt.timedelta(seconds=ran)
    job.save()


def without_constraint(model, name):
    """Let the test's transaction write what the database would refuse."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = 1")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may be left to check
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {name}")


@pytest.fixture
def constraints_again(db):
    yield
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA ignore_check_constraints = 0")


def test_every_invariant_has_a_name_of_its_own_and_a_sentence():
    assert len({invariant.name for invariant in INVARIANTS}) == len(INVARIANTS)
    assert all(invariant.statement.endswith(".") for invariant in INVARIANTS)


def test_an_empty_ledger_is_clean(db):
    assert broken_invariants() == []


@pytest.mark.parametrize("field", ["credited", "debited", "held"])
def test_a_total_that_its_entries_do_not_give_is_found(allocation, field):
    account = allocation.account
    LedgerAccount.objects.filter(pk=account.pk).update(
        **({field: F(field) - 1} if field == "credited" else {field: F(field) + 1})
    )

    found = {invariant.name: breaches for invariant, breaches in check_ledger() if breaches}

    was = getattr(account, field)
    now = was - 1 if field == "credited" else was + 1
    assert found["totals_are_sums_of_entries"] == [
        f"{account}: {field} is {now}, entries say {was}"
    ]


def test_an_overdraft_is_found(allocation, constraints_again):
    without_constraint(LedgerAccount, "ledger_account_not_overdrawn")
    LedgerAccount.objects.filter(allocation=allocation).update(held=F("credited") + 7)

    found = {invariant.name: breaches for invariant, breaches in check_ledger() if breaches}

    assert found["no_overdraft"] == [f"{allocation.account}: -7 node-seconds"]


def test_an_entry_across_partitions_is_found(allocation, monday):
    other = factories.booster()
    other.pk, other.name = None, "devel"
    other.save()
    theirs = ledger.open_account(AccountKind.USED, partition=other)
    post([Posting(EntryKind.CORRECT, allocation.account.pk, theirs.pk, 5, "stray", monday)])

    assert broken_invariants() == [
        "credits_equal_debits",
        "entries_stay_in_one_partition",
        "corrections_are_booked_once",
    ]


def test_a_hold_of_a_job_that_does_not_run_is_found(allocation, job, used, monday):
    ledger.hold(job, account=allocation.account, used=used, at=monday)

    assert broken_invariants() == ["open_holds_are_running_jobs"]


def test_a_running_job_without_a_hold_is_found(job):
    set_job(job, JobState.RUNNING)

    assert broken_invariants() == ["running_jobs_hold_once"]


def test_a_job_that_ran_and_was_not_charged_is_found(job):
    set_job(job, JobState.COMPLETED, ran=60)

    (breaches,) = [breaches for _invariant, breaches in check_ledger() if breaches]

    assert breaches == [f"job {job.pk}: used 120, charged 0 in 0 entries"]


@pytest.mark.parametrize(("ran", "clean"), [(60, True), (61, False), (None, False)])
def test_a_job_is_charged_for_exactly_what_it_used(allocation, job, used, monday, ran, clean):
    """One that never started is not charged at all."""
    ledger.hold(job, account=allocation.account, used=used, at=monday)
    ids = {"account_id": allocation.account.pk, "used_id": used.pk}
    post([ledger.charging(job, seconds=60, at=monday, **ids)])
    set_job(job, JobState.CANCELLED, ran=ran)

    assert broken_invariants() == ([] if clean else ["ended_jobs_are_charged_once"])


def test_an_allocation_that_says_another_amount_than_it_was_granted_is_found(allocation):
    Allocation.objects.update(node_seconds=F("node_seconds") + 1)

    (breaches,) = [breaches for _invariant, breaches in check_ledger() if breaches]

    assert breaches == [f"{allocation}: 4500001 awarded, 4500000 granted"]


def test_the_command_says_that_the_ledger_is_clean(allocation):
    out = StringIO()

    call_command("check_ledger", stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[-1] == "The ledger is clean."
    assert [line.split(":")[0] for line in lines[:-1]] == [
        f"holds   {invariant.name}" for invariant in INVARIANTS
    ]


def test_the_command_fails_and_lists_each_breach_under_its_invariant(job):
    set_job(job, JobState.COMPLETED, ran=60)
    out = StringIO()

    with pytest.raises(CommandError, match=r"^1 invariants of the ledger are broken\.$"):
        call_command("check_ledger", stdout=out)

    lines = out.getvalue().splitlines()
    broken = next(i for i, line in enumerate(lines) if line.startswith("broken"))
    assert lines[broken].startswith("broken  ended_jobs_are_charged_once: ")
    assert lines[broken + 1].strip() == f"job {job.pk}: used 120, charged 0 in 0 entries"
