"""Pages with many rows ask the database as often as pages with one."""

import pytest

from allocations.models import Job, Project
from tests.allocations import crowds, factories
from tests.allocations.views.pages import HTMX, address, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

# Each with the session, the person and the clock of the header.
LISTS = {
    "proposals": 6,  # staff or not, how many, the rows
    "projects": 8,  # the same, and their allocations and reports
    "jobs": 9,  # staff or not, projects to choose from, how many, the rows, their forecasts, now
    "calls": 7,  # the rows, their offers and rounds, the clock for their dates
    "home": 15,  # nine kinds of rows, the offers and rounds of calls, the clock
}


@pytest.mark.parametrize("count", [1, 30])
def test_lists_take_the_same_queries_for_any_number(client, django_assert_num_queries, count):
    crowds.crowd(count, by=visit(client, somebody()))

    for name, queries in LISTS.items():
        with django_assert_num_queries(queries, info=name):
            client.get(address(name))
    for name in ("proposals", "projects", "jobs"):
        assert len(client.get(address(name)).context[name]) == count


@pytest.mark.parametrize("count", [1, 30])
def test_pages_of_one_row_take_the_same_queries_for_any_number_of_others(
    client, django_assert_num_queries, count
):
    person = visit(client, somebody())
    crowds.crowd(count, by=person)
    pages = {
        "project": (address("project", Project.objects.visible_to(person).first().pk), 15),
        "job": (address("job", Job.objects.visible_to(person).first().pk), 14),
        "proposal": (address("proposal", Project.objects.last().proposal_id), 16),
        "job_new": (f"{address('job_new')}?allocation={Job.objects.first().allocation_id}", 13),
    }

    for name, (url, queries) in pages.items():
        client.get(url)  # what kinds of things there are is asked once
        with django_assert_num_queries(queries, info=name):
            client.get(url)


def test_a_page_that_asks_for_its_state_again_asks_for_little(client, django_assert_num_queries):
    person = visit(client, somebody())
    crowds.crowd(1, by=person)
    url = address("job", Job.objects.visible_to(person).get().pk)
    client.get(url)

    with django_assert_num_queries(14):
        client.get(url, headers=HTMX)


def test_a_long_history_takes_no_more_queries(client, django_assert_num_queries):
    proposals = [factories.draft(), factories.offered()]

    for proposal in proposals:
        visit(client, proposal.applicant)
        client.get(address("proposal", proposal.pk))
        with django_assert_num_queries(16):
            client.get(address("proposal", proposal.pk))
