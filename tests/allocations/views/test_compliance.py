"""The interview of a draft, page by page."""

import pytest

from allocations.flows.compliance import standing
from allocations.models import AccessPolicy, ComplianceAssessment, ComplianceChange
from tests.allocations import factories
from tests.allocations.views.pages import messages
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def proposal(client):
    """A draft whose questions are all open, and its applicant signed in."""
    draft = factories.draft()
    ComplianceAssessment.objects.all().delete()
    client.force_login(draft.applicant)
    return draft


def address(proposal, question=""):
    return f"/proposals/{proposal.pk}/compliance/{question}{'/' if question else ''}"


def answer(client, proposal, name, value):
    version = standing(proposal).assessment.version
    return client.post(address(proposal, name), {"version": version, name: value})


def test_one_question_leads_to_the_next_and_back(client, proposal):
    first = client.get(address(proposal))
    assert f'href="{address(proposal, "work")}"' in first.text

    answer(client, proposal, "work", "fine_tune")
    following = answer(client, proposal, "prohibited", ["none"])
    page = client.get(following.url)

    assert following.url == address(proposal, "stage")
    assert (page.context["number"], page.context["total"]) == (3, 6)
    assert f'href="{address(proposal, "prohibited")}"' in page.text


def test_each_page_says_why_it_asks_and_names_the_law(client, proposal):
    page = client.get(address(proposal, "work")).text

    assert "What you do with them decides which of its parts matter." in page
    assert "CELEX&nbsp;32024R1689" in page


def test_an_empty_answer_is_said_to_be_missing_and_nothing_is_kept(client, proposal):
    page = answer(client, proposal, "work", "")

    assert page.status_code == 422
    assert page.context["form"].errors == {"work": ["Choose an answer."]}
    assert not ComplianceAssessment.objects.exists()


def test_an_earlier_answer_shows_and_can_be_changed(client, proposal):
    factories.assess(proposal)
    page = client.get(address(proposal, "stage"))
    assert page.context["form"]["stage"].value() == "research_only"

    following = answer(client, proposal, "stage", "on_market")

    assert following.url == address(proposal)
    assert standing(proposal).interview.answers["annex_i"] == "no"  # was kept from before


def test_a_question_that_has_not_come_up_leads_to_the_one_that_has(client, proposal):
    response = client.get(address(proposal, "special"))

    assert (response.status_code, response.url) == (302, address(proposal, "work"))


def test_what_stops_names_the_article_and_what_to_do(client, proposal):
    answer(client, proposal, "work", "use")
    following = answer(client, proposal, "prohibited", ["social_scoring"])
    page = client.get(following.url)

    assert following.url == address(proposal)
    assert "This cannot be computed here" in page.text
    assert "Art. 5, Regulation (EU) 2024/1689" in page.text
    assert "Take that part out of your plan" in page.text


def test_a_changed_request_is_checked_again_by_one_button(client, proposal):
    factories.assess(proposal)
    factories.edit_proposal(proposal, by=proposal.applicant, sector="health")
    assert "Please check again." in client.get(address(proposal)).text

    page = client.post(address(proposal), follow=True)

    assert page.context["standing"].is_done
    assert messages(page) == []


def test_the_result_tells_the_duties_and_from_when(client, proposal):
    factories.assess(proposal, stage="on_market", annex_i="yes", art50=["marks_synthetic_output"])

    page = client.get(address(proposal)).text

    assert "High risk" in page
    assert "applies from 2 August 2028 on" in page
    assert "applies since 2 February 2025" in page


def test_staff_and_the_team_read_a_submitted_assessment_and_change_nothing(client, officer):
    submitted = factories.submitted()

    for person in (officer, submitted.applicant):
        client.force_login(person)
        page = client.get(address(submitted))
        assert page.status_code == 200
        assert "Change the answer" not in page.text
        assert client.get(address(submitted, "work")).status_code == 302
        answer(client, submitted, "work", "train")
        client.post(address(submitted))
    assert standing(submitted).interview.answers["work"] == "use"


def test_strangers_see_nothing(client, proposal):
    client.force_login(UserFactory())

    assert client.get(address(proposal)).status_code == 404
    assert client.get(address(proposal, "work")).status_code == 404
    assert answer(client, proposal, "work", "use").status_code == 404


def test_hours_come_first_where_questions_depend_on_them(client):
    AccessPolicy.objects.filter(mode__code="PG").update(compliance_parts=["ai_act"])
    draft = factories.draft(gpu_hours=None)
    AccessPolicy.objects.filter(mode__code="PG").update(compliance_parts=["energy"])
    client.force_login(draft.applicant)

    page = client.get(address(draft))

    assert "Say first which system and how many GPU-hours you need" in page.text
    assert client.get(address(draft, "energy_seen")).url == address(draft)


def test_a_mode_that_asks_nothing_says_so(client, proposal):
    AccessPolicy.objects.filter(mode__code="PG").update(compliance_parts=[])

    page = client.get(address(proposal))

    assert "This access mode asks no questions about compliance." in page.text
    assert client.get(address(proposal, "work")).url == address(proposal)


HOSTILE = [
    {},
    {"version": "1"},
    {"version": "-1", "work": "use"},
    {"version": "9" * 400, "work": "use"},
    {"version": "1", "work": "no such choice"},
    {"version": "1", "work": "use\x00"},
    {"version": "1", "work": "\u202euse"},
    {"version": "1", "work": "x" * 1_000_000},
    {"version": "1", "work": ["use", "nothing"]},
    {"version": "2", "work": "use"},
    {"version": "1", "work": "../../etc/passwd"},
    {"version": "1", "work[]": "use"},
    {"version": "1", "prohibited": ["none"]},
]


@pytest.mark.parametrize("answers", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_answers_get_a_clear_answer_and_change_nothing(client, proposal, answers):
    response = client.post(address(proposal, "work"), answers)

    assert response.status_code == 422
    assert response.context["form"].errors
    assert not ComplianceAssessment.objects.exists()
    assert not ComplianceChange.objects.exists()


def test_ten_megabytes_are_refused(client, proposal):
    body = {"version": "1", "work": "x" * 10_000_000}

    assert client.post(address(proposal, "work"), body).status_code == 400
    assert not ComplianceAssessment.objects.exists()
