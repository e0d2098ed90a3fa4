"""Sweeps over many rows: each row alone, each once, however often they run."""

import datetime as dt

import pytest

from allocations.flows import ledger, letters, lifecycle
from allocations.models import Allocation, EntryKind, FundingShare, LedgerEntry
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.records import broken_invariants, history
from tests.allocations.records import letters as letters_about

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
DAY = dt.timedelta(days=1)


def funded():
    entries = LedgerEntry.objects.filter(kind=EntryKind.FUND).order_by("key")
    return list(entries.values_list("credit__share__code", "at__year", "node_seconds"))


def test_the_shares_of_the_year_are_funded_once(monday):
    for _beat in range(2):
        lifecycle.fund_shares(at=monday)

    year = 5884 * 365 * 86_400
    assert funded() == [
        ("eurohpc", 2026, year // 2),
        ("bmftr", 2026, year // 4),
        ("mkw-nrw", 2026, year // 4),
    ]
    assert broken_invariants() == []


def test_next_years_shares_are_funded_when_it_begins(monday):
    lifecycle.fund_shares(at=dt.datetime(2026, 12, 31, 23, 59, tzinfo=dt.UTC))
    before = len(funded())

    lifecycle.fund_shares(at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))

    assert (before, len(funded())) == (3, 6)


def test_a_share_whose_account_was_opened_before_its_period_is_still_funded(monday):
    """Looking into an empty pool opens its account."""
    proposal = factories.submitted()
    factories.find_eligible(proposal, by=factories.officer())
    factories.find_feasible(proposal, by=factories.reviewer())
    account = FundingShare.objects.get(pk=proposal.offer.share_id).account

    lifecycle.fund_shares(at=monday)

    account.refresh_from_db()
    assert account.available == 5884 * 365 * 86_400 // 2


def test_an_allocation_that_cannot_be_activated_holds_up_no_other(monkeypatch):
    first, second = factories.awarded(), factories.awarded()
    for allocation in (first, second):
        factories.onboard(allocation)
    write = letters.activated

    def fail_for_the_first(allocation):
        if allocation == first:
            raise ConnectionError
        write(allocation)

    with monkeypatch.context() as patch:
        patch.setattr(letters, "activated", fail_for_the_first)
        lifecycle.activate_ready(at=clock.now())
    states = list(Allocation.objects.order_by("pk").values_list("state", flat=True))
    lifecycle.activate_ready(at=clock.now())

    assert states == ["pending_onboarding", "active"]
    assert set(Allocation.objects.values_list("state", flat=True)) == {"active"}
    for allocation in (first, second):
        assert [step[1] for step in history(allocation)] == ["pending_onboarding", "active"]
        receivers = letters_about(allocation, "allocation")
        assert receivers == [("activated", allocation.case.owner.email)]


def test_an_allocation_whose_period_is_over_before_its_onboarding_is_never_activated(travel):
    allocation = factories.awarded()
    travel(allocation.ends_at)
    factories.onboard(allocation)

    lifecycle.activate_ready(at=clock.now())

    allocation.refresh_from_db()
    assert allocation.state == "pending_onboarding"


def test_an_allocation_that_never_became_active_expires_and_gives_all_back(travel):
    allocation = factories.awarded()
    now = travel(allocation.ends_at + DAY)
    allocation.partition.advanced_until = now
    allocation.partition.save()

    for _beat in range(2):
        lifecycle.keep_deadlines(until=now)

    allocation.refresh_from_db()
    assert allocation.state == "expired"
    assert len(letters_about(allocation, "allocation")) == 1
    assert allocation.account.available == 0
    assert history(allocation)[-1][:4] == (
        "pending_onboarding",
        "expired",
        None,
        allocation.ends_at,
    )
    assert broken_invariants() == []


def test_lapsing_twice_moves_hours_once(monday):
    allocation = factories.active()

    for _time in range(2):
        ledger.lapse(allocation, at=monday, key="once")

    assert LedgerEntry.objects.filter(kind=EntryKind.LAPSE).count() == 1
    assert broken_invariants() == []
