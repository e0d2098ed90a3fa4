"""A project's page tells how its hours are used, and month by month."""

import datetime as dt

import pytest

from allocations.views.quotas import with_quota
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.quotas import MONTH, account_of, monthly, pass_time, submit
from tests.allocations.views.pages import address, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

FIRST, SECOND, END = (
    dt.datetime(year, month, 23, 9, tzinfo=dt.UTC)
    for year, month in [(2026, 11), (2026, 12), (2027, 2)]
)
DAY = dt.timedelta(days=1)


def read(client, allocation):
    visit(client, allocation.project.proposal.applicant)
    return client.get(address("project", allocation.project_id)).text


def rows(allocation):
    allocation = account_of(allocation).allocation
    [row] = with_quota([allocation], at=clock.now())
    return [(row.granted, row.carried, row.used, row.lapsed, row.left) for row in row.month_rows]


def test_months_behind_now_and_ahead_have_a_row_each(travel):
    allocation = monthly()
    submit(allocation, node_seconds=MONTH // 2)
    pass_time(allocation, until=travel(SECOND + DAY))

    assert rows(allocation) == [
        (MONTH, 0, MONTH // 2, 0, MONTH // 2),
        (MONTH, MONTH // 2, 0, 0, MONTH + MONTH // 2),
        (MONTH, None, None, None, None),
    ]


def test_after_the_end_the_rows_add_up_to_what_was_granted(travel):
    allocation = monthly()
    submit(allocation, node_seconds=MONTH // 2)
    pass_time(allocation, until=travel(END + DAY))

    found = rows(allocation)
    assert [sum(row[place] for row in found) for place in (0, 2, 3)] == [
        3 * MONTH,
        MONTH // 2,
        3 * MONTH - MONTH // 2,
    ]
    assert found[-1][-1] == 0


def test_the_page_says_where_the_use_leads(client, travel):
    allocation = monthly()
    pass_time(allocation, until=travel(FIRST + 5 * DAY))
    submit(allocation, node_seconds=700_000)
    pass_time(allocation, until=travel(FIRST + 10 * DAY))

    text = read(client, allocation)

    assert "Jobs used 111 GPU-hours a day in the last 7 days, and 77.8 a day in the" in text
    assert "the hours are used up about 10 January 2027" in text
    assert "Carried over" in text


def test_a_quota_that_is_used_up_says_when_the_next_month_opens(client, travel):
    allocation = monthly()
    for _job in range(2):
        submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(FIRST + DAY))

    text = read(client, allocation)

    assert "The quota is used up: no job starts." in text
    assert "The next month opens on 23 December 2026." in text


def test_a_budget_for_the_whole_period_has_no_months(client):
    text = read(client, factories.active())

    assert "No job has used hours in the last 30 days." in text
    assert "Carried over" not in text
