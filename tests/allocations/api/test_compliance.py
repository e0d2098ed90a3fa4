"""The interview by REST."""

import pytest

from allocations.models import ComplianceAssessment, ComplianceChange
from tests.allocations import factories
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def proposal():
    draft = factories.draft()
    ComplianceAssessment.objects.all().delete()
    return draft


def url(proposal, more=""):
    return f"/api/v1/proposals/{proposal.pk}/compliance/{more}"


def patch(proposal, answers, **options):
    return bearer(proposal.applicant).patch(url(proposal), {"answers": answers}, **options)


def test_it_tells_the_next_question_with_its_choices(proposal):
    body = bearer(proposal.applicant).get(url(proposal)).json()

    assert body["parts"] == ["ai_act", "data_protection", "export_control"]
    assert (body["next"]["id"], body["next"]["kind"]) == ("work", "one")
    assert [choice["id"] for choice in body["next"]["choices"]] == [
        "train",
        "fine_tune",
        "use",
        "no_ai",
    ]
    assert body["next"]["laws"][0]["celex"] == "32024R1689"
    assert (body["is_done"], body["findings"], body["duties"]) == (False, {}, [])


def test_all_answers_at_once_give_the_result(proposal):
    parts = ("work", "prohibited", "stage", "personal_data", "end_use", "dual_use")
    response = patch(proposal, {name: factories.HARMLESS[name] for name in parts})

    body = response.json()
    assert (response.status_code, body["is_done"], body["next"]) == (200, True, None)
    assert body["findings"] == {
        "risk": "minimal",
        "personal_data": "no",
        "dpia": "not_needed",
        "dpa": "not_needed",
        "export": "clear",
    }
    assert body["answers"][0] == {
        "question": "work",
        "text": "What will you do with AI on the machine?",
        "answer": "use",
        "words": ["Run a model as it is"],
    }


def test_an_answer_that_stops_says_what_to_do(proposal):
    body = patch(proposal, {"work": "use", "prohibited": ["manipulation"]}).json()

    assert body["stopped"]["question"] == "prohibited"
    assert body["stopped"]["way_out"].startswith("Art. 5 of the AI Act bans this practice")


def test_who_has_seen_an_older_version_overwrites_nothing(proposal):
    seen = bearer(proposal.applicant).get(url(proposal))["ETag"]
    patch(proposal, {"work": "use"})

    late = patch(proposal, {"work": "train"}, headers={"If-Match": seen})

    assert (late.status_code, late.json()["code"]) == (412, "stale_version")


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"work": "fly"}, 422),
        ({"work": ["use"]}, 422),
        ({"work": {"a": {"b": []}}}, 422),
        ({"work": True}, 422),
        ({"work": 10**30}, 422),
        ({"work": "use\u0000"}, 422),
        ({"prohibited": ["none", "manipulation"]}, 422),
        ({"nothing": "yes"}, 422),
        ({"gpu_hours": 5}, 422),
        ({}, 422),
        ({str(number): "x" for number in range(200)}, 422),
        ("work", 400),
        (["work"], 400),
        (None, 400),
        (5, 400),
    ],
)
def test_hostile_answers_get_a_clear_refusal_and_change_nothing(proposal, answers, status):
    response = patch(proposal, answers)

    assert response.status_code == status
    assert response.json()["errors"]
    assert not ComplianceAssessment.objects.exists()
    assert not ComplianceChange.objects.exists()


def test_a_long_text_is_refused(proposal):
    response = patch(proposal, {"work": "x" * 2_000_000})

    assert response.status_code in {400, 413, 422}
    assert not ComplianceAssessment.objects.exists()


def test_a_changed_request_is_taken_over(proposal):
    factories.assess(proposal)
    factories.edit_proposal(proposal, by=proposal.applicant, sector="health")
    client = bearer(proposal.applicant)
    assert client.get(url(proposal)).json()["outdated"] == ["sector"]

    body = client.post(url(proposal, "check/")).json()

    assert (body["outdated"], body["is_done"]) == ([], True)


def test_staff_read_and_do_not_answer():
    submitted = factories.submitted()
    client = bearer(factories.officer())

    assert client.get(url(submitted)).json()["is_done"]
    assert client.patch(url(submitted), {"answers": {"work": "use"}}).status_code == 403
    assert client.post(url(submitted, "check/")).status_code == 403


def test_strangers_see_nothing(proposal):
    client = bearer(UserFactory())

    assert client.get(url(proposal)).status_code == 404
    assert client.patch(url(proposal), {"answers": {"work": "use"}}).status_code == 404
    assert client.post(url(proposal, "check/")).status_code == 404
