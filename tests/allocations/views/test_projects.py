"""A project's page: its hours, the days left, its members, and what it still owes."""

import datetime as dt

import pytest

from allocations import tasks
from allocations.models import AllocationState, Obligation
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.views.pages import address, somebody, visit
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY = dt.timedelta(days=1)


def read(client, allocation):
    visit(client, allocation.project.proposal.applicant)
    return client.get(address("project", allocation.project_id))


def let_time_work():
    booster = factories.booster()
    booster.background_load = 0
    booster.advanced_until = clock.now()
    booster.save()
    tasks.activate_allocations()
    tasks.keep_deadlines()


def test_before_the_onboarding_is_complete_the_page_leads_to_it(client):
    allocation = factories.awarded()

    page = read(client, allocation)

    assert "Jobs can be submitted once the onboarding is complete." in page.text
    assert f'href="/onboarding/{allocation.case_id}/"' in page.text
    assert page.context["job_allocation"] is None


def test_an_allocation_that_starts_later_says_when(client):
    proposal = factories.offered()
    start = dt.date(2026, 12, 1)
    project = factories.accept_offer(proposal, by=proposal.applicant, starts_on=start)
    allocation = project.allocations.get()
    factories.onboard(allocation)

    page = read(client, allocation)

    sentence = "The allocation becomes active by itself on 1 December 2026, 00:00."
    assert sentence in page.text
    assert page.context["allocations"][0].days_left == 62


@pytest.mark.parametrize(
    ("later", "days", "words"),
    [
        (dt.timedelta(), 61, "61 days left"),
        (dt.timedelta(minutes=1), 61, "61 days left"),
        (DAY, 60, "60 days left"),
        (60.5 * DAY, 1, "1 day left"),
        (61 * DAY, 0, "0 days left"),
        (70 * DAY, 0, "0 days left"),
    ],
)
def test_the_days_that_are_left_count_down(client, travel, later, days, words):
    allocation = factories.active()
    travel(later) if later else None

    page = read(client, allocation)

    assert page.context["allocations"][0].days_left == days
    assert words in page.text


def test_an_active_project_leads_to_a_job_on_its_allocation(client):
    allocation = factories.active()

    page = read(client, allocation)

    assert f'href="{address("job_new")}?allocation={allocation.pk}"' in page.text


def test_members_are_named_with_their_roles(client):
    UserFactory(email="ben@example.org", name="Ben Example")
    allocation = factories.active(team=["ben@example.org", "kim@example.org"])
    applicant = allocation.project.proposal.applicant

    page = read(client, allocation)

    members = [
        (row["name"], row["member"].email, row["member"].get_role_display())
        for row in page.context["members"]
    ]
    assert members == [
        (applicant.name, applicant.email, "Principal investigator"),
        ("Ben Example", "ben@example.org", "Member"),
        ("", "kim@example.org", "Member"),
    ]
    assert "has no account yet" in page.text


def test_after_the_end_the_page_says_what_lapsed_and_what_is_due(client, travel):
    allocation = factories.active()
    travel(allocation.ends_at + DAY)
    let_time_work()

    page = read(client, allocation)

    shown = page.context["allocations"][0]
    assert (shown.state, shown.account.lapsed) == (AllocationState.EXPIRED, 1250 * 3600)
    assert "Lapsed" in page.text
    assert "Available" not in page.text
    assert "days left" not in page.text
    assert "Final report due by 23 April 2027." in page.text


def test_an_overdue_report_is_marked(client, travel):
    allocation = factories.active()
    travel(allocation.ends_at + DAY)
    let_time_work()
    travel(Obligation.objects.get().due_at + DAY)
    let_time_work()

    text = read(client, allocation).text

    assert "callout-danger" in text
    assert "badge-state-overdue" in text


def test_a_list_without_projects_says_where_one_comes_from(client):
    visit(client, somebody())

    assert "You are in no project yet" in client.get(address("projects")).text


def test_dates_and_numbers_are_written_for_the_reader(client):
    allocation = factories.active()
    visit(client, allocation.project.proposal.applicant)
    url = address("project", allocation.project_id)

    text = client.get(url, headers={"Accept-Language": "de"}).text

    assert "23. November 2026" in text
    assert "5.000&nbsp;<abbr" in text
