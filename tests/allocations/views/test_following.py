"""What applicants do between the submission and the decision, on their pages and by REST."""

import datetime as dt

import pytest

from allocations.flows.clarifications import ask_applicant
from allocations.models import Round
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.views.pages import address, errors, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
ABSTRACT = "We use public documents of European towns, and nothing else at all. " * 2


@pytest.fixture
def asked(monday):
    proposal = factories.submitted(team=["ben@example.org"])
    return ask_applicant(
        proposal, by=factories.officer(), question="Which data?", fields=["abstract"]
    )


def page_of(asked):
    return address("questions", asked.proposal_id, asked.number)


def test_the_applicant_is_led_from_the_proposal_to_the_questions_and_answers(client, asked):
    visit(client, asked.proposal.applicant)
    assert page_of(asked) in client.get(address("proposal", asked.proposal_id)).text
    form = client.get(page_of(asked)).context["form"]
    assert list(form.fields) == ["text", "version", "abstract"]

    answers = {"text": "Public ones.", "abstract": ABSTRACT, "version": form["version"].value()}
    page = client.post(page_of(asked), answers, follow=True)

    asked.refresh_from_db()
    assert (asked.state, asked.answer) == ("answered", "Public ones.")
    assert asked.proposal.state == "in_evaluation"
    assert page.status_code == 200
    assert "Public ones." in client.get(page_of(asked)).text


def test_a_wrong_answer_is_said_at_its_field_and_keeps_what_was_typed(client, asked):
    visit(client, asked.proposal.applicant)

    page = client.post(page_of(asked), {"text": "So.", "abstract": "Short", "version": "2"})

    assert set(errors(page)) == {"abstract"}
    assert "So." in page.text


def test_the_team_and_staff_read_the_questions_and_others_do_not(client, asked):
    people = {
        "team": (factories.UserFactory(email="ben@example.org"), 200, 403),
        "officer": (somebody(Role.ACCESS_OFFICER), 200, 403),
        "stranger": (somebody(), 404, 404),
    }
    found = {}
    for name, (person, _get, _post) in people.items():
        visit(client, person)
        found[name] = (client.get(page_of(asked)).status_code, client.post(page_of(asked)))

    assert {name: (get, post.status_code) for name, (get, post) in found.items()} == {
        name: (get, post) for name, (_person, get, post) in people.items()
    }


def test_an_officer_asks_from_the_desk(client):
    proposal = factories.submitted()
    visit(client, factories.officer())
    url = f"/admin/allocations/proposal/{proposal.pk}/acts/ask/"

    client.post(url, {"question": "Which data?", "fields_to_change": ["abstract", "title"]})

    asked = proposal.clarifications.get()
    assert (asked.question, asked.fields) == ("Which data?", ["title", "abstract"])


def test_a_proposal_is_taken_back_before_the_cut_off(client, monday):
    Round.objects.filter(call__mode__code="PG").update(cut_off_at=monday + dt.timedelta(days=7))
    proposal = factories.submitted()
    visit(client, proposal.applicant)
    assert (
        address("proposal_recall", proposal.pk) in client.get(address("proposal", proposal.pk)).text
    )

    client.post(address("proposal_recall", proposal.pk))

    proposal.refresh_from_db()
    assert proposal.state == "draft"


def test_the_page_says_why_a_proposal_cannot_be_taken_back(client):
    proposal = factories.submitted()
    visit(client, proposal.applicant)

    page = client.post(address("proposal_recall", proposal.pk))

    assert "has begun" in page.text


def test_questions_are_read_and_answered_by_rest(client, asked):
    visit(client, asked.proposal.applicant)
    url = f"/api/v1/proposals/{asked.proposal_id}/questions/"
    body = {"text": "Public ones.", "abstract": ABSTRACT}

    (listed,) = client.get(url).json()
    refused = client.post(
        f"{url}1/answer/", {"text": "So.", "title": "New"}, content_type="application/json"
    )
    answered = client.post(f"{url}1/answer/", body, content_type="application/json")

    assert (listed["question"], listed["fields_open"]) == ("Which data?", ["abstract"])
    assert (refused.status_code, refused.json()["code"]) == (409, "question_not_possible")
    assert (answered.status_code, answered.json()["abstract"]) == (200, ABSTRACT.strip())


def test_a_proposal_is_recalled_by_rest(client, monday):
    Round.objects.filter(call__mode__code="PG").update(cut_off_at=monday + dt.timedelta(days=7))
    proposal = factories.submitted()
    visit(client, proposal.applicant)

    answer = client.post(f"/api/v1/proposals/{proposal.pk}/recall/")

    assert (answer.status_code, answer.json()["state"]) == (200, "draft")
