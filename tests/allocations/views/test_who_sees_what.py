"""Each page for the right person, the wrong person and somebody who is not signed in."""

import pytest

from allocations.flows.jobs import submit_job
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.views.pages import address, somebody, visit

pytestmark = pytest.mark.django_db

PUBLIC = ["home", "calls", "call", "machine"]
LISTS = [
    "proposals",
    "projects",
    "jobs",
    "jobs_csv",
    "job_new",
    "job_cost",
    "job_templates",
    "chain_new",
    "chain_cost",
    "proposal_new",
]
READ = ["proposal", "project", "job"]
ACTS = [
    "proposal_recall",
    "proposal_withdraw",
    "offer_accept",
    "offer_decline",
    "job_cancel",
    "job_hold",
    "job_release",
    "job_requeue",
    "job_modify",
]
OWN = [*READ, *ACTS, "proposal_edit"]


@pytest.fixture
def applicant(frozen_clock):
    return factories.UserFactory()


@pytest.fixture
def pages(applicant):
    """``{name: address}`` of a project and all that led to it."""
    allocation = factories.active(by=applicant, team=["ben@example.org"])
    proposal = allocation.project.proposal
    job = submit_job(allocation, by=applicant, name="train", nodes=1, time_limit=600)
    keys = dict.fromkeys(["call", "proposal_new"], proposal.call_id)
    keys |= dict.fromkeys(OWN, proposal.pk)
    keys |= {
        "project": allocation.project_id,
        "job": job.pk,
        **dict.fromkeys([act for act in ACTS if act.startswith("job_")], job.pk),
    }
    names = {*PUBLIC, *LISTS, *OWN}
    return {name: address(name, *([keys[name]] if name in keys else [])) for name in names}


def answers(client, pages, names, *, method="get"):
    """``{name: status}`` of the pages."""
    return {name: getattr(client, method)(pages[name]).status_code for name in names}


def test_everybody_reads_the_public_pages_and_nothing_else(client, pages):
    assert answers(client, pages, PUBLIC) == dict.fromkeys(PUBLIC, 200)
    for name in LISTS + OWN:
        assert client.get(pages[name]).url == f"/accounts/login/?next={pages[name]}"
        assert client.post(pages[name]).status_code in {302, 405}


def test_the_applicant_reads_every_page(client, pages, applicant):
    visit(client, applicant)

    everything = [*PUBLIC, *LISTS, *READ, *ACTS]
    assert answers(client, pages, everything) == dict.fromkeys(everything, 200)
    assert client.get(pages["proposal_edit"]).url == pages["proposal"]  # it was submitted


@pytest.mark.parametrize("role", [None, Role.PEER_REVIEWER])
def test_what_belongs_to_others_is_not_there(client, pages, role):
    visit(client, somebody(role))

    assert answers(client, pages, OWN) == dict.fromkeys(OWN, 404)
    changing = [*ACTS, "proposal_edit"]
    assert answers(client, pages, changing, method="post") == dict.fromkeys(changing, 404)


@pytest.mark.parametrize("role", [Role.ACCESS_OFFICER, Role.AUDITOR])
def test_staff_read_what_was_handed_in_and_do_not_act_in_the_applicants_place(client, pages, role):
    visit(client, somebody(role))

    assert answers(client, pages, READ) == dict.fromkeys(READ, 200)
    assert answers(client, pages, ACTS) == dict.fromkeys(ACTS, 403)
    assert answers(client, pages, ACTS, method="post") == dict.fromkeys(ACTS, 403)


def test_the_team_reads_along_and_does_not_act_in_the_applicants_place(client, pages):
    visit(client, factories.UserFactory(email="ben@example.org"))

    assert answers(client, pages, READ) == dict.fromkeys(READ, 200)
    assert answers(client, pages, ACTS) == dict.fromkeys(ACTS, 403)
    assert answers(client, pages, ACTS, method="post") == dict.fromkeys(ACTS, 403)


def test_a_draft_is_read_by_nobody_but_its_team(client, frozen_clock):
    draft = factories.draft(team=["ben@example.org"])
    people = {
        "applicant": draft.applicant,
        "team": factories.UserFactory(email="ben@example.org"),
        "colleague": factories.UserFactory(),
        "officer": somebody(Role.ACCESS_OFFICER),
    }
    draft.organisation.memberships.create(user=people["colleague"], role="member")

    found = {}
    for name, person in people.items():
        visit(client, person)
        found[name] = client.get(address("proposal_edit", draft.pk)).status_code

    assert found == {"applicant": 200, "team": 200, "colleague": 404, "officer": 404}


def test_a_number_beyond_every_row_is_not_there(client, frozen_clock):
    visit(client, somebody())

    for name in [*OWN, "call"]:
        assert client.get(address(name, 10**30)).status_code == 404
