import datetime as dt

import pytest
import time_machine
from django.db.models import F

from allocations import tasks
from allocations.flows.checks import check_if_due, health
from allocations.models import LedgerAccount, LedgerCheck, QuotaMonth
from tests.allocations import factories
from tests.allocations.quotas import monthly, pass_time, submit
from tests.allocations.records import broken_invariants

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
EVENING = dt.datetime(2026, 11, 23, 20, tzinfo=dt.UTC)


def test_the_ledger_is_checked_once_a_night(monday):
    with time_machine.travel(EVENING, tick=False) as wall:
        tasks.check_ledger()
        tasks.check_ledger()
        wall.shift(5 * 3600)
        tasks.check_ledger()
        wall.shift(2 * 3600)
        tasks.check_ledger()

    assert LedgerCheck.objects.count() == 2


def test_the_health_page_tells_of_the_last_check(client, monday):
    assert client.get("/health/").json()["ledger"] == {"state": "unchecked", "checked_at": None}

    check = check_if_due()

    body = client.get("/health/").json()
    assert (body["status"], body["ledger"]["state"]) == ("ok", "ok")
    assert dt.datetime.fromisoformat(body["ledger"]["checked_at"]) == check.recorded_at.replace(
        microsecond=check.recorded_at.microsecond // 1000 * 1000
    )


def test_a_broken_ledger_is_named_and_the_portal_stays_up(client, monday):
    factories.active()
    LedgerAccount.objects.filter(kind="allocation").update(credited=F("credited") + 1)

    check = check_if_due()

    assert (check.is_clean, sorted(check.breaches)) == (
        False,
        ["credits_equal_debits", "totals_are_sums_of_entries"],
    )
    response = client.get("/health/")
    assert (response.status_code, response.json()["ledger"]["state"]) == (200, "broken")


def test_a_report_that_fails_leaves_the_portal_healthy(client, db, monkeypatch):
    monkeypatch.setattr(LedgerCheck.objects, "first", None)

    response = client.get("/health/")

    answer = response.json()
    assert (response.status_code, answer["status"], "ledger" in answer) == (200, "ok", False)
    assert health.__module__ == "allocations.flows.checks"


@pytest.fixture
def used_months(monday, travel):
    allocation = monthly()
    submit(allocation, node_seconds=500_000)
    pass_time(allocation, until=travel(70 * DAY))
    return allocation.months


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"used": F("used") + 1}, ["months_add_up"]),
        ({"lapsed": F("lapsed") + 1}, ["months_add_up", "months_lapse_once"]),
        ({"corrected": F("corrected") + 1}, ["months_add_up"]),
    ],
)
def test_a_month_that_was_tampered_with_is_found(used_months, change, broken):
    assert broken_invariants() == []

    QuotaMonth.objects.filter(pk=used_months.get(number=2).pk).update(**change)

    assert broken_invariants() == broken
