"""The report on funding shares adds up to the ledger, whatever it is divided by."""

import csv
import datetime as dt
import uuid
from itertools import combinations

import pytest
from django.db.models import Sum
from django.urls import reverse

from allocations.flows.corrections import propose_correction
from allocations.flows.shares import Division, report
from allocations.models import AccountKind, FundingShare, LedgerAccount, Sector
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.admin.desk import READERS, sign_in
from tests.allocations.quotas import MONTH, monthly, pass_time, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY = dt.timedelta(days=1)
EVERY_WAY = [
    list(divisions)
    for count in range(len(Division) + 1)
    for divisions in combinations(Division.values, count)
]


@pytest.fixture
def two(travel):
    """Two allocations of different sectors with jobs, lapses and corrections over months."""
    first = monthly(sector=Sector.ENERGY)
    second = factories.active(months=1)
    officer = factories.officer()
    for allocation, direction in [(first, "credit"), (second, "debit")]:
        submit(allocation, node_seconds=600_000)
        propose_correction(
            allocation,
            by=officer,
            direction=direction,
            node_seconds=1000,
            reason="So.",
            key=uuid.uuid4(),
        )
    pass_time(first, until=travel(80 * DAY))
    return first, second


def address(page="sharereport"):
    return reverse(f"admin:allocations_{page}")


def of_the_ledger():
    accounts = LedgerAccount.objects.filter(kind=AccountKind.ALLOCATION)
    rows = [(row.granted, row.charged, row.lapsed) for row in accounts]
    return tuple(map(sum, zip(*rows, strict=True)))


@pytest.mark.parametrize("divisions", EVERY_WAY)
def test_the_report_adds_up_to_the_ledger_however_it_is_divided(two, divisions):
    lines, whole = report(two[0].partition, divisions=divisions)

    assert (whole.granted, whole.used, whole.lapsed) == of_the_ledger()
    assert whole.left == sum(line.left for line in lines)
    used = LedgerAccount.objects.get(kind=AccountKind.USED).credited
    lapsed = LedgerAccount.objects.get(kind=AccountKind.LAPSED).credited
    assert (whole.used, whole.lapsed) == (used, lapsed)


def test_what_shares_have_given_is_what_was_granted(two):
    lines, _whole = report(two[0].partition, divisions=[Division.SHARE])

    given = FundingShare.objects.annotate(total=Sum("account__debited") - 1000).filter(total__gt=0)
    assert {line.key[0]: line.granted for line in lines} == {
        share.pk: share.total for share in given
    }


def test_each_sector_has_its_own_hours(two):
    lines, _whole = report(two[0].partition, divisions=[Division.SECTOR])

    assert [(line.key, line.granted, line.used) for line in lines] == [
        (("energy",), 3 * MONTH + 1000, 600_000),
        (("public_sector",), 3 * MONTH - 1000, 600_000),
    ]


def test_each_month_has_what_was_booked_in_it(two):
    lines, _whole = report(two[0].partition, divisions=[Division.MONTH])

    assert [(f"{line.key[0]:%Y-%m}", line.granted, line.used, line.lapsed) for line in lines] == [
        ("2026-11", 6 * MONTH, 1_200_000, 0),
        ("2026-12", 0, 0, 3 * MONTH - 601_000),
        ("2027-01", 0, 0, 901_000),
    ]


def test_the_page_shows_names_and_sums(client, two):
    sign_in(client, Role.AUDITOR)

    page = client.get(address(), {"partition": two[0].partition_id, "by": ["share", "country"]})

    assert "EuroHPC JU 2026" in page.text
    whole = page.context["whole"]
    assert (whole.granted, whole.used, whole.lapsed) == of_the_ledger()


def test_the_csv_has_the_same_lines_and_the_sum(client, two):
    sign_in(client, Role.AUDITOR)

    page = client.get(address("sharereport_csv"), {"partition": two[0].partition_id, "by": "month"})

    rows = list(csv.DictReader(b"".join(page.streaming_content).decode().splitlines()))
    granted = [int(row["granted_node_seconds"]) for row in rows]
    assert [row["month"] for row in rows][-1] == "sum"
    assert granted[-1] == sum(granted[:-1]) == of_the_ledger()[0]


@pytest.mark.parametrize("query", [{}, {"partition": "99"}, {"by": "weather"}])
def test_what_makes_no_sense_shows_the_report_by_share_and_mode(client, two, query):
    sign_in(client, Role.AUDITOR)

    page = client.get(address(), query)

    assert page.context["columns"] == ["Funding share", "Access mode"]


@pytest.mark.parametrize("role", [*READERS, Role.PEER_REVIEWER, None])
def test_staff_who_read_everything_see_the_report(client, role):
    sign_in(client, role)

    statuses = {
        client.get(address(page)).status_code for page in ("sharereport", "sharereport_csv")
    }

    assert (statuses == {200}) == (role in READERS)


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_takes_the_same_queries_for_any_number(client, django_assert_num_queries, count):
    for _number in range(count):
        factories.active()
    sign_in(client, Role.AUDITOR)
    query = {"by": Division.values, "partition": factories.booster().pk}

    with django_assert_num_queries(13):
        client.get(address(), query)
