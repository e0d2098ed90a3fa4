import pytest
from django.core.exceptions import ValidationError

from allocations.exceptions import ProposalIncomplete
from jaif_portal.api.problems import exception_handler, fields_of
from jaif_portal.exceptions import NotPermitted, Refusal, StaleVersion
from jaif_portal.flows.idempotency import KeyReused
from tests.clients import JSONClient, bearer
from tests.onboarding.factories import UserFactory


def answer(exc):
    response = exception_handler(exc, {})
    return response.status_code, response["Content-Type"]


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Refusal(), 409),
        (NotPermitted(), 403),
        (StaleVersion(), 412),
        (KeyReused(), 422),
        (ProposalIncomplete({"title": ["Give the proposal a title."]}), 422),
        (ValidationError({"title": ["Too long."]}), 400),
    ],
)
def test_a_refusal_has_its_status(refusal, status):
    assert answer(refusal) == (status, "application/problem+json")


def test_what_nobody_foresaw_stays_an_error():
    assert exception_handler(ZeroDivisionError(), {}) is None


def test_a_problem_says_what_is_wrong_for_programs_and_for_people(db):
    response = bearer(UserFactory()).post("/api/v1/organisations/", {"name": ""})

    body = response.json()
    assert response.status_code == 400
    assert {key: body[key] for key in ("type", "title", "status", "code")} == {
        "type": "urn:jaif:problem:invalid",
        "title": "Bad Request",
        "status": 400,
        "code": "invalid",
    }
    assert body["errors"]["name"] == ["This field may not be blank."]


def test_a_problem_speaks_the_language_of_the_request(db):
    client = bearer(UserFactory())

    response = client.post("/api/v1/organisations/", {}, headers={"Accept-Language": "de"})

    assert response.json()["errors"]["name"] == ["Bitte füllen Sie dieses Feld aus."]


def test_fields_are_named_by_their_path():
    detail = {"simulate": {"runtime": ["Too long."]}, "team": [{}, {"email": ["Wrong."]}]}

    assert fields_of(detail) == {"simulate.runtime": ["Too long."], "team.1.email": ["Wrong."]}


def test_errors_of_no_field_have_a_name_of_their_own():
    assert fields_of({"__all__": ["Wrong."]}) == {"non_field_errors": ["Wrong."]}
    assert fields_of(["Wrong."]) == {"non_field_errors": ["Wrong."]}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/api/", "/api/v1/nothing/", "/api/v1/organisations"])
def test_an_address_that_does_not_exist_is_a_problem(method, path):
    response = getattr(JSONClient(), method)(path)

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_row_that_does_not_exist_is_a_problem(db):
    response = bearer(UserFactory()).get("/api/v1/organisations/0/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_method_that_does_not_exist_is_a_problem(db):
    response = bearer(UserFactory()).delete("/api/v1/organisations/")

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


def test_a_body_that_is_no_json_is_a_problem(db):
    client = bearer(UserFactory())

    broken = client.post("/api/v1/organisations/", "{", content_type="application/json")
    deep = client.post("/api/v1/organisations/", "[" * 100_000, content_type="application/json")
    form = client.post("/api/v1/organisations/", "a=b", content_type="text/plain")

    assert (broken.status_code, broken.json()["code"]) == (400, "parse_error")
    assert (deep.status_code, deep.json()["code"]) == (400, "parse_error")
    assert (form.status_code, form.json()["code"]) == (415, "unsupported_media_type")


def test_an_error_in_the_interface_is_a_problem(db, monkeypatch):
    client = bearer(UserFactory())
    client.raise_request_exception = False
    monkeypatch.setattr("onboarding.api.views.OrganisationViewSet.get_queryset", None)

    response = client.get("/api/v1/organisations/")

    assert (response.status_code, response.json()["code"]) == (500, "server_error")
