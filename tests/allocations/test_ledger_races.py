"""Corrections, months and changes of accounting at the same instant, on PostgreSQL."""

import datetime as dt
import uuid
from functools import partial

import pytest
from django.db import transaction

from allocations.flows.corrections import confirm_correction, propose_correction
from allocations.flows.lifecycle import keep_deadlines
from allocations.flows.queue import advance_partition
from allocations.flows.quota import set_accounting
from allocations.models import (
    Correction,
    EntryKind,
    LedgerAccount,
    LedgerEntry,
    QuotaMonth,
)
from jaif_portal.flows.clock import set_clock
from jaif_portal.models import Mail
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.quotas import MONTH, monthly, submit, table
from tests.allocations.records import broken_invariants
from tests.allocations.simultaneous import at_once, kinds
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("committed", "monday")]

FIRST, THIRD = (
    dt.datetime(year, month, 23, 9, tzinfo=dt.UTC) for year, month in [(2026, 11), (2027, 1)]
)
DAY = dt.timedelta(days=1)


@pytest.fixture
def allocation(monday, committed):
    with transaction.atomic():
        return monthly()


@pytest.fixture
def people(committed):
    with transaction.atomic():
        return [UserFactory(role=Role.ADMINISTRATOR) for _person in range(8)]


def propose(allocation, **answers):
    complete = {
        "direction": "credit",
        "node_seconds": 400_000,
        "reason": "So.",
        "key": uuid.uuid4(),
    }
    with transaction.atomic():
        officer = factories.officer()
    return propose_correction(allocation, by=officer, **(complete | answers))


def corrections():
    return LedgerEntry.objects.filter(kind=EntryKind.CORRECT).count()


def test_one_of_many_confirmations_books(allocation, people):
    correction = propose(allocation)

    outcomes = at_once([partial(confirm_correction, correction, by=person) for person in people])

    assert kinds(outcomes) == {"Correction": 1, "TransitionNotAllowed": 7}
    assert (corrections(), broken_invariants()) == (1, [])


def test_a_form_sent_many_times_at_once_corrects_once(allocation):
    key = uuid.uuid4()
    with transaction.atomic():
        officer = factories.officer()

    outcomes = at_once(
        [
            partial(
                propose_correction,
                allocation,
                by=officer,
                direction="credit",
                node_seconds=1000,
                reason="So.",
                key=key,
            )
        ]
        * 8
    )

    assert kinds(outcomes) == {"Correction": 8}
    assert (Correction.objects.count(), corrections(), broken_invariants()) == (1, 1, [])


def test_debits_at_once_take_no_more_than_there_is(allocation, people):
    drafts = [propose(allocation, direction="debit", node_seconds=2_000_000) for _each in people]

    outcomes = at_once(
        [
            partial(confirm_correction, draft, by=person)
            for draft, person in zip(drafts, people, strict=True)
        ]
    )

    assert kinds(outcomes) == {"Correction": 2, "InsufficientBalance": 6}
    assert LedgerAccount.objects.get(allocation=allocation).left == 3 * MONTH - 4_000_000
    assert broken_invariants() == []


def test_workers_and_timers_open_each_month_once(allocation):
    submit(allocation, node_seconds=600_000)
    until = THIRD + DAY
    set_clock(by=None, to=until)

    def work():  # beat by beat: one that finds another worker at the queue has nothing to do
        reached = None
        while reached != until:
            progress = advance_partition(allocation.partition_id, until=until, steps=40)
            reached = progress.reached
            keep_deadlines(until=until)

    outcomes = at_once([work] * 4)

    assert kinds(outcomes) == {"NoneType": 4}
    assert table(allocation) == [(MONTH, 0, 600_000, 0), (MONTH, 900_000, 0, 900_000)]
    lapses = LedgerEntry.objects.filter(kind=EntryKind.LAPSE)
    assert list(lapses.values_list("node_seconds", "at")) == [(900_000, THIRD)]
    assert Mail.objects.filter(key__contains=":forfeiture_ahead:").count() == 1
    assert broken_invariants() == []


def test_the_accounting_changes_between_two_seconds_of_the_queue(allocation):
    for _job in range(3):
        submit(allocation, node_seconds=200_000)
    until = FIRST + DAY
    set_clock(by=None, to=until)
    with transaction.atomic():
        officer = factories.officer()

    def work():
        for hour in range(24):
            advance_partition(allocation.partition_id, until=FIRST + dt.timedelta(hours=hour))

    def change():
        for mode in ("fixed", "monthly") * 3:
            set_accounting(
                allocation, by=officer, acct_mode=mode, exhaustion_policy="block", reason="So."
            )

    outcomes = at_once([work, work, change])

    assert kinds(outcomes) == {"NoneType": 3}
    assert QuotaMonth.objects.filter(opened_at__isnull=False, closed_at=None).count() == 1
    assert broken_invariants() == []
