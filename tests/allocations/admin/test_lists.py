"""The lists of the administration: what they show first, and what they ask the database."""

import datetime as dt

import pytest

from allocations import tasks
from allocations.models import Partition
from onboarding.models import Role
from tests.allocations import crowds, factories
from tests.allocations.admin.desk import address, sign_in
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY = dt.timedelta(days=1)


def desk(client):
    return client.get(address("proposal", "changelist"))


def test_what_is_due_first_stands_first_and_what_is_late_is_marked(client, travel):
    late = factories.submitted()
    travel(4 * DAY)
    tasks.keep_deadlines()
    due = factories.submitted()
    offered = factories.offered()
    sign_in(client, Role.ACCESS_OFFICER)

    page = desk(client)

    assert list(page.context["cl"].result_list) == [late, due, offered]
    assert "25 Nov 2026, 10:00" in page.text
    assert page.text.count("badge-state-overdue") == 1


def test_a_late_decision_is_no_longer_marked_once_it_is_made(client, travel):
    late = factories.submitted()
    travel(4 * DAY)
    tasks.keep_deadlines()
    factories.ineligible(late, by=factories.officer())
    sign_in(client, Role.ACCESS_OFFICER)

    assert "badge-state-overdue" not in desk(client).text


def test_moments_and_amounts_are_written_for_the_reader(client):
    proposal = factories.submitted()
    sign_in(client, Role.ACCESS_OFFICER)
    url = address("proposal", "change", proposal.pk)

    english, german = (
        client.get(url, headers={"Accept-Language": language}).text for language in ("en", "de")
    )

    assert ("25 Nov 2026, 10:00" in english, "25.11.2026, 10:00" in german) == (True, True)
    assert ("€ 400,000" in english, "400.000" in german) == (True, True)


@pytest.mark.parametrize("query", ["EHPC-AIF", "Tenders", "Start-up", "person"])
def test_proposals_are_found_by_what_one_remembers(client, query):
    proposal = factories.submitted()
    sign_in(client, Role.ACCESS_OFFICER)

    page = client.get(address("proposal", "changelist"), {"q": query})

    assert list(page.context["cl"].result_list) == [proposal]


# Each with the session, the person, their roles, how many rows, the rows, and the clock of the
# header; the lists that can be filtered by other rows ask for those too.
QUERIES = {
    "accessmode": 7,
    "accesspolicy": 8,
    "allocation": 8,
    "award": 7,
    "call": 8,
    "fundingshare": 8,
    "job": 7,
    "ledgeraccount": 7,
    "ledgerentry": 6,
    "obligation": 7,
    "partition": 7,
    "project": 7,
    "proposal": 8,
    "system": 7,
}


@pytest.mark.parametrize("model", ["allocation", "job"])
def test_rows_are_filtered_by_partition(client, model):
    crowds.crowd(2, by=UserFactory())
    newest = Partition.objects.order_by("pk").last()
    sign_in(client, Role.AUDITOR)

    page = client.get(address(model, "changelist"), {"partition__id__exact": newest.pk})

    rows = list(page.context["cl"].result_list)
    assert [str(row.partition) for row in rows] == ["Machine 1 booster"]
    assert "Machine 1 booster" in page.text


@pytest.mark.parametrize("count", [1, 30])
def test_lists_take_the_same_queries_for_any_number(client, django_assert_num_queries, count):
    crowds.crowd(count, by=UserFactory())
    sign_in(client, Role.ACCESS_OFFICER)

    for name, queries in QUERIES.items():
        client.get(address(name, "changelist"))
        with django_assert_num_queries(queries, info=name):
            client.get(address(name, "changelist"))
