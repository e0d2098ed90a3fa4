"""The statement of an allocation: page, CSV, PDF and REST add up to its account."""

import csv
import datetime as dt
import uuid
from decimal import Decimal

import pytest

from allocations.flows.corrections import propose_correction
from allocations.flows.statement import draw_up, months_with_entries
from allocations.models import EntryKind
from jaif_portal.views.tables import guarded
from tests.allocations import factories
from tests.allocations.quotas import MONTH, account_of, monthly, pass_time, submit
from tests.allocations.views.pages import address, messages, somebody, visit
from tests.clients import bearer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

FIRST, THIRD = (
    dt.datetime(year, month, 23, 9, tzinfo=dt.UTC) for year, month in [(2026, 11), (2027, 1)]
)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
JANUARY = dt.date(2027, 1, 1)


@pytest.fixture
def allocation(travel):
    """Granted 4,500,000; used 700,000; 800,000 lapsed; 1,000 credited and 400 taken back."""
    allocation = monthly()
    submit(allocation, node_seconds=700_000)
    officer = factories.officer()
    for direction, amount in [("credit", 1000), ("debit", 400)]:
        propose_correction(
            allocation,
            by=officer,
            direction=direction,
            node_seconds=amount,
            reason="=1+1",
            key=uuid.uuid4(),
        )
    pass_time(allocation, until=travel(THIRD - HOUR))
    submit(allocation, node_seconds=50_000, runtime=100_000)
    pass_time(allocation, until=travel(THIRD + DAY))
    return account_of(allocation).allocation


def read(client, allocation, name="statement", **query):
    visit(client, allocation.project.proposal.applicant)
    return client.get(address(name, allocation.pk), query)


def in_csv(page):
    return list(csv.DictReader(b"".join(page.streaming_content).decode().splitlines()))


def test_the_statement_closes_with_what_the_account_has_left(allocation):
    statement = draw_up(allocation)

    account = account_of(allocation)
    assert (statement.opening, statement.closing) == (0, account.left)
    assert statement.totals == {
        EntryKind.GRANT: 3 * MONTH,
        EntryKind.CHARGE: -750_000,
        EntryKind.LAPSE: -account.lapsed,
        EntryKind.CORRECT: 600,
    }
    assert [line.balance for line in statement.lines][-1] == account.left


def test_each_month_opens_with_what_the_one_before_closed_with(allocation):
    months = months_with_entries(allocation)

    assert months == [JANUARY, dt.date(2026, 11, 1)]
    january, november = (draw_up(allocation, month=month) for month in months)
    assert november.closing == january.opening == 3 * MONTH + 600 - 700_000
    assert january.closing == account_of(allocation).left
    assert next(line.balance - line.change for line in january.lines) == january.opening


def test_the_page_shows_lines_totals_and_months(client, allocation):
    page = read(client, allocation)

    assert [line.change for line in page.context["lines"]] == [
        3 * MONTH,
        1000,
        -400,
        -700_000,
        *[line.change for line in draw_up(allocation, month=JANUARY).lines],
    ]
    assert page.context["statement"].closing == account_of(allocation).left
    assert "January 2027" in page.text


def test_the_csv_adds_up_to_the_account_and_carries_no_formula(client, allocation):
    rows = in_csv(read(client, allocation, "statement_csv"))

    lines = [row for row in rows if row["entry"]]
    left = account_of(allocation).left
    assert sum(int(row["node_seconds"]) for row in lines) == left
    assert sum(Decimal(row["gpu_hours"]) for row in lines) == pytest.approx(
        Decimal(left) * 4 / 3600, abs=Decimal("0.001")
    )
    assert (rows[-1]["kind"], rows[-1]["balance"]) == ("closing", str(left))
    assert [row["note"] for row in lines if row["kind"] == "correct"] == ["'=1+1", "'=1+1"]


def test_the_csv_of_a_month_goes_from_opening_to_closing(client, allocation):
    rows = in_csv(read(client, allocation, "statement_csv", month="2027-01"))

    change = sum(int(row["node_seconds"]) for row in rows if row["entry"])
    assert int(rows[0]["balance"]) + change == int(rows[-1]["balance"])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=SUM(A1)", "'=SUM(A1)"),
        ("@now", "'@now"),
        ("-1+2", "'-1+2"),
        ("\tx", "'\tx"),
        ("train", "train"),
        (-5, -5),
    ],
)
def test_text_is_marked_where_a_spreadsheet_would_compute_it(cell, expected):
    assert guarded(cell) == expected


def test_the_pdf_is_typeset_from_the_same_lines(client, allocation, monkeypatch):
    typeset = []

    def note(template, *, data, filename):
        typeset.append(data)
        return pdf(template, data=data, filename=filename)

    from allocations.views.documents import pdf  # noqa: PLC0415  # before it is replaced

    monkeypatch.setattr("allocations.views.statements.pdf", note)
    response = read(client, allocation, "statement_pdf")

    assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
    [data] = typeset
    assert len(data["lines"]) == draw_up(allocation).lines.count()
    assert data["lines"][-1][-1] == data["totals"][-1][-1]


def test_a_statement_that_is_too_long_for_paper_says_what_to_do(client, allocation, monkeypatch):
    monkeypatch.setattr("allocations.views.statements.MOST_PDF_LINES", 3)
    visit(client, allocation.project.proposal.applicant)

    page = client.get(address("statement_pdf", allocation.pk), follow=True)

    assert messages(page) == [
        "This statement is too long for a PDF. Choose a month, or take the CSV file."
    ]


@pytest.mark.parametrize("name", ["statement", "statement_csv", "statement_pdf"])
def test_others_find_no_statement(client, name):
    allocation = factories.active()
    visit(client, somebody())

    assert client.get(address(name, allocation.pk)).status_code == 404


@pytest.mark.parametrize("month", ["2027-13", "last", "2027-1-1"])
def test_a_month_that_is_none_is_not_found(client, month):
    assert read(client, factories.active(), month=month).status_code == 404


def test_entries_by_rest_add_up_too(allocation):
    client = bearer(allocation.project.proposal.applicant)
    url, entries = f"/api/v1/allocations/{allocation.pk}/entries/?page_size=2", []
    while url:
        body = client.get(url).json()
        entries += body["results"]
        url = body["next"]

    left = account_of(allocation).left
    assert len({entry["id"] for entry in entries}) == len(entries)
    assert sum(entry["change"]["node_hours"] for entry in entries) == pytest.approx(
        left / 3600, abs=0.001
    )
    assert {entry["kind"] for entry in entries} == {"grant", "hold", "charge", "lapse", "correct"}


def test_entries_are_chosen_by_kind_and_time(allocation):
    client = bearer(allocation.project.proposal.applicant)

    body = client.get(
        f"/api/v1/allocations/{allocation.pk}/entries/?kind=charge&before=2026-12-01T00:00:00Z"
    ).json()

    [entry] = body["results"]
    assert (entry["amount"]["gpu_hours"], entry["change"]["gpu_hours"]) == (777.7778, -777.7778)


@pytest.mark.parametrize("count", [1, 3])
def test_entries_take_the_same_queries_for_any_number(travel, django_assert_num_queries, count):
    allocation = monthly()
    for _job in range(count):
        submit(allocation, node_seconds=6000)
    pass_time(allocation, until=travel(DAY))
    client = bearer(allocation.project.proposal.applicant)

    with django_assert_num_queries(4):
        body = client.get(f"/api/v1/allocations/{allocation.pk}/entries/").json()

    assert len(body["results"]) == 1 + 2 * count


def test_entries_of_others_are_not_found():
    allocation = factories.active()

    response = bearer(somebody()).get(f"/api/v1/allocations/{allocation.pk}/entries/")

    assert response.status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_for_any_number(
    client, travel, django_assert_num_queries, count
):
    allocation = monthly()
    for _job in range(count):
        submit(allocation, node_seconds=6000)
    pass_time(allocation, until=travel(DAY))
    read(client, allocation)

    with django_assert_num_queries(9):
        client.get(address("statement", allocation.pk))
