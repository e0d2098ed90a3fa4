"""The check of the AI Act without an account."""

import pytest

from allocations.models import ComplianceAssessment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

HIGH = {
    "work": "use",
    "prohibited": ["none"],
    "stage": "on_market",
    "annex_i": "yes",
    "annex_iii": ["none"],
    "art50": ["tells_user_is_ai"],
    "role": ["provider", "deployer"],
}


def ask(client, **answers):
    return client.get("/check/ai-act/", answers)


def test_it_asks_one_question_at_a_time_and_carries_the_answers(client):
    first = ask(client)
    second = ask(client, asked="work", work="use")

    assert first.context["question"].id == "work"
    assert second.context["question"].id == "prohibited"
    assert '<input type="hidden" name="work" value="use">' in second.text
    assert not ComplianceAssessment.objects.exists()


def test_the_address_of_a_result_can_be_kept(client):
    page = ask(client, **HIGH)

    assert dict(page.context["results"])["Risk class by the AI Act"] == "High risk"
    assert "applies from 2 August 2028 on" in page.text
    assert {duty.id for duty in page.context["duties"]} >= {"annex_i_provider", "annex_i_deployer"}


def test_an_answer_is_changed_and_the_later_ones_are_kept(client):
    page = ask(client, **HIGH, again="annex_i")

    assert page.context["question"].id == "annex_i"
    assert page.context["form"]["annex_i"].value() == "yes"
    carried = page.context["carried"]
    assert ("role", "deployer") in carried
    assert "annex_i" not in dict(carried)


def test_back_leads_to_the_question_before(client):
    page = ask(client, work="use", prohibited=["none"])

    assert page.context["previous"].endswith("work=use&prohibited=none&again=prohibited")


def test_a_prohibited_practice_stops_it(client):
    page = ask(client, work="use", prohibited=["social_scoring"])

    assert "This cannot be computed here" in page.text
    assert page.context["stopped"].id == "prohibited"


def test_an_empty_answer_is_said_to_be_missing(client):
    page = ask(client, work="use", asked="prohibited")

    assert page.context["form"].errors == {"prohibited": ["Choose an answer."]}


def test_the_hours_decide_on_a_general_purpose_model(client):
    answers = HIGH | {"work": "train", "general": "yes", "open_source": "no"}

    page = ask(client, **answers, gpu_hours="100000")

    assert page.context["findings"]["gpai"] == "gpai"
    assert ask(client, **answers).context["question"].id == "gpu_hours"


def test_it_speaks_german(client):
    client.cookies["django_language"] = "de"

    assert ask(client).context["question"].text == "Was machen Sie auf der Maschine mit KI?"


@pytest.mark.parametrize(
    "query",
    [
        "work=%00",
        "work=%ff%fe",
        "work[]=use",
        "work=use&work=nothing",
        "work=" + "x" * 5000,
        "work=use&prohibited=none&prohibited=manipulation&asked=prohibited",
        "gpu_hours=-1&work=train",
        "gpu_hours=" + "9" * 4000,
        "again=nothing&asked=nothing",
        "work=%E2%80%AEuse&asked=work",
        "nothing=1",
    ],
)
def test_hostile_addresses_ask_the_question_that_is_open(client, query):
    response = client.get(f"/check/ai-act/?{query}")

    assert response.status_code == 200
    assert response.context["question"].id in {"work", "prohibited"}


def test_it_takes_two_queries_at_any_length(client, django_assert_num_queries):
    for answers in ({}, HIGH):
        with django_assert_num_queries(4):
            ask(client, **answers)


def test_it_stands_beside_the_other_checks(client):
    assert 'href="/check/ai-act/"' in client.get("/calls/").text
