"""Following a proposal, answering its offer, and taking it back."""

import datetime as dt

import pytest
from django.utils.functional import Promise

from allocations import tasks
from allocations.models import Project, Proposal, ProposalState
from allocations.views.proposals import OfferAccept, OfferDecline, ProposalWithdraw
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.views.pages import address, errors, messages, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

NO_OFFER = "There is no open offer for this proposal."
SET_UP = "You have accepted this offer, and the project is set up."


@pytest.fixture
def offered(client):
    proposal = factories.offered()
    visit(client, proposal.applicant)
    return proposal


@pytest.fixture
def submitted(client):
    proposal = factories.submitted()
    visit(client, proposal.applicant)
    return proposal


def state_of(proposal):
    return Proposal.objects.get(pk=proposal.pk).state


def test_the_timeline_says_who_has_the_proposal_and_until_when(client, submitted):
    text = client.get(address("proposal", submitted.pk)).text

    assert "Decision by 25 November 2026, 10:00, that is in 2\xa0days." in text
    assert "The access office checks whether the organisation and the request fit" in text


def test_a_late_decision_stays_marked_as_late(client, submitted, travel):
    travel(dt.timedelta(days=3))
    tasks.keep_deadlines()

    text = client.get(address("proposal", submitted.pk)).text

    assert "The decision was due by 25 November 2026, 10:00 and is late." in text


def test_a_late_decision_is_forgotten_once_it_is_made(client, submitted, travel):
    travel(dt.timedelta(days=3))
    tasks.keep_deadlines()
    factories.find_eligible(submitted, by=factories.officer())
    factories.lifecycle.fund_shares(at=clock.now())
    factories.find_feasible(submitted, by=factories.reviewer())

    page = client.get(address("proposal", submitted.pk))

    assert list(page.context["deadlines"]) == []
    assert "You have an offer" in page.text


def test_an_offer_says_what_it_is_and_until_when_it_stands(client, offered):
    text = client.get(address("proposal", offered.pk)).text

    assert "5,000 GPU-hours (1,250 node-hours) on JUPITER for 2 months." in text
    assert "Please answer by 7 December 2026, 10:00." in text


def test_accepting_asks_for_the_signature(client, offered):
    page = client.post(address("offer_accept", offered.pk), {"starts_on": "2026-12-01"})

    assert errors(page) == {"terms": ["This field is required."]}
    assert page.context["form"]["starts_on"].value() == "2026-12-01"
    assert state_of(offered) == ProposalState.OFFERED


@pytest.mark.parametrize(
    ("day", "field", "sentence"),
    [
        ("tomorrow", "starts_on", "Enter a valid date."),
        ("2026-11-22", "__all__", "Choose a start between 23 November 2026 and 23 December 2026."),
        ("2026-12-24", "__all__", "Choose a start between 23 November 2026 and 23 December 2026."),
        ("9999-12-31", "__all__", "Choose a start between 23 November 2026 and 23 December 2026."),
    ],
)
def test_a_start_that_is_not_possible_is_refused(client, offered, day, field, sentence):
    page = client.post(address("offer_accept", offered.pk), {"starts_on": day, "terms": "on"})

    assert errors(page) == {field: [sentence]}
    assert page.context["form"]["starts_on"].value() == day
    assert state_of(offered) == ProposalState.OFFERED


def test_accepting_leads_to_the_project(client, offered):
    page = client.post(address("offer_accept", offered.pk), {"terms": "on"}, follow=True)

    project = Project.objects.get()
    assert page.redirect_chain[-1][0] == address("project", project.pk)
    assert messages(page) == [
        "Welcome! Your project is set up; a few steps are left before the first job."
    ]


def test_accepting_twice_makes_one_project_and_leads_to_it(client, offered):
    url = address("offer_accept", offered.pk)
    client.post(url, {"terms": "on"})

    page = client.post(url, {"terms": "on"})

    project = Project.objects.get()
    assert SET_UP in page.text
    assert f'href="{address("project", project.pk)}"' in page.text


def test_declining_keeps_the_reason(client, offered):
    page = client.post(
        address("offer_decline", offered.pk), {"note": "Our plans changed."}, follow=True
    )

    assert messages(page) == ["The offer is declined. Its hours are free for others again."]
    assert state_of(offered) == ProposalState.DECLINED
    assert page.context["transitions"].last().note == "Our plans changed."


def test_a_reason_has_a_largest_length_and_is_not_lost(client, offered):
    page = client.post(address("offer_decline", offered.pk), {"note": "x" * 1001})

    assert errors(page) == {
        "note": ["Ensure this value has at most 1000 characters (it has 1001)."]
    }
    assert page.context["form"]["note"].value() == "x" * 1001


@pytest.mark.parametrize("name", ["offer_accept", "offer_decline"])
def test_without_an_offer_there_is_nothing_to_answer(client, submitted, name):
    url = address(name, submitted.pk)

    shown, page = client.get(url), client.post(url, {"terms": "on"})

    assert NO_OFFER in shown.text
    assert NO_OFFER in page.text
    assert "<textarea" not in shown.text
    assert state_of(submitted) == ProposalState.IN_EVALUATION


def test_withdrawing_keeps_the_reason(client, submitted):
    page = client.post(
        address("proposal_withdraw", submitted.pk), {"note": "Not needed."}, follow=True
    )

    assert messages(page) == ["The proposal is withdrawn."]
    assert state_of(submitted) == ProposalState.WITHDRAWN
    assert page.context["transitions"].last().note == "Not needed."
    assert list(page.context["deadlines"]) == []


def test_what_has_ended_cannot_be_withdrawn(client, submitted):
    url = address("proposal_withdraw", submitted.pk)
    client.post(url)

    shown, page = client.get(url), client.post(url)

    ended = "This proposal has come to its end and cannot be withdrawn any more."
    assert (ended in shown.text, ended in page.text) == (True, True)


def test_what_was_done_is_said_in_the_language_of_the_page():
    views = [ProposalWithdraw, OfferAccept, OfferDecline]

    assert [isinstance(view.done_message, Promise) for view in views] == [True, True, True]
