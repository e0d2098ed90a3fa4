"""The first page: for visitors, and for everybody at each stage of their way."""

import datetime as dt

import pytest

from allocations import tasks
from allocations.flows.jobs import submit_job
from allocations.flows.withdrawal import withdraw_proposal
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.views.pages import address, somebody, visit
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

HOME = address("home")

# What the section "What to do next" says, by what it stands for.
NEXT = {
    "organisation": "Enter your organisation",
    "call": 'href="/calls/',
    "draft": "Go on with “Tenders for towns”",
    "offer": "Answer the offer for “Tenders for towns”",
    "case": "Complete the onboarding",
    "job": "Submit a job",
    "report": "Final report of EHPC-AIF-2026PG01-0001",
    "desk": "Open the administration",
    "nothing": "Nothing waits for you at the moment.",
}


def next_steps(client):
    text = client.get(HOME).text
    section = text.partition('aria-labelledby="next"')[2].partition("</section>")[0]
    return [name for name, words in NEXT.items() if words in section]


def test_visitors_read_what_the_portal_offers_and_the_calls(client):
    text = client.get(HOME).text

    assert "Build your AI on Europe’s first exascale machine" in text
    assert "Playground" in text
    assert "until 1 January 2027" in text


def test_somebody_new_enters_an_organisation(client):
    visit(client, somebody())

    assert next_steps(client) == ["organisation"]


def test_with_an_organisation_the_calls_are_offered(client):
    OrganisationFactory(representative=visit(client, somebody()))

    assert next_steps(client) == ["call"]


def test_a_draft_waits_to_be_finished(client):
    factories.draft(by=visit(client, somebody()), team=["ben@example.org"])

    assert next_steps(client) == ["draft"]


def test_a_draft_waits_for_the_team_too(client):
    factories.draft(team=["ben@example.org"])
    visit(client, UserFactory(email="ben@example.org"))

    assert next_steps(client) == ["draft"]


def test_while_a_proposal_is_checked_nothing_waits(client):
    factories.submitted(by=visit(client, somebody()))

    assert next_steps(client) == ["nothing"]


def test_an_offer_waits_for_an_answer(client):
    factories.offered(by=visit(client, somebody()))

    assert next_steps(client) == ["offer"]


def test_the_team_waits_for_the_applicants_answer(client):
    factories.offered(team=["ben@example.org"])
    visit(client, UserFactory(email="ben@example.org"))

    assert next_steps(client) == ["nothing"]


def test_an_onboarding_waits_to_be_completed(client):
    factories.awarded(by=visit(client, somebody()))

    assert next_steps(client) == ["case"]


@pytest.mark.parametrize("member", ["applicant", "team"])
def test_an_active_allocation_waits_for_jobs(client, member):
    allocation = factories.active(team=["ben@example.org"])
    people = {"applicant": allocation.case.owner}
    visit(client, people.get(member) or UserFactory(email="ben@example.org"))

    page = client.get(HOME)

    assert next_steps(client) == ["job"]
    assert page.context["allocations"][0].days_left == 61
    assert "4,808" not in page.text
    assert "5,000&nbsp;<abbr" in page.text


def test_a_report_is_owed_after_the_end(client, travel):
    allocation = factories.active(by=visit(client, somebody()))
    travel(allocation.ends_at + dt.timedelta(days=1))
    booster = factories.booster()
    booster.background_load, booster.advanced_until = 0, clock.now()
    booster.save()
    tasks.keep_deadlines()

    page = client.get(HOME)

    assert next_steps(client) == ["call", "report"]
    assert "Due by 23 April 2027" in page.text
    assert list(page.context["allocations"]) == []


def test_without_an_open_call_there_is_nothing_to_do(client):
    OrganisationFactory(representative=visit(client, somebody()))
    factories.Call.objects.update(state="draft")

    assert next_steps(client) == ["nothing"]


def test_after_a_proposal_has_ended_the_calls_are_offered_again(client):
    proposal = factories.submitted(by=visit(client, somebody()))
    withdraw_proposal(proposal, by=proposal.applicant)

    assert next_steps(client) == ["call"]


@pytest.mark.parametrize("role", [Role.ACCESS_OFFICER, Role.AUDITOR, Role.PEER_REVIEWER])
def test_staff_are_led_to_the_administration_and_need_no_organisation(client, role):
    visit(client, somebody(role))

    assert next_steps(client) == ["desk"]


def test_the_latest_jobs_are_the_own_ones(client):
    allocation = factories.active(team=["ben@example.org"])
    applicant = visit(client, allocation.case.owner)
    ben = UserFactory(email="ben@example.org")
    own = submit_job(allocation, by=applicant, name="mine", nodes=1, time_limit=600)
    submit_job(allocation, by=ben, name="bens", nodes=1, time_limit=600)

    assert list(client.get(HOME).context["jobs"]) == [own]
