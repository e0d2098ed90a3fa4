import pytest
import yaml
from django.core.management import call_command

from tests.clients import JSONClient

DESCRIPTION = "docs/reference/openapi.yaml"
METHODS = {"get", "post", "patch", "put", "delete"}


def operations(schema):
    return [
        operation
        for path in schema["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    ]


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """The interface as it is; a warning of the generator fails the test."""
    path = tmp_path_factory.mktemp("api") / "openapi.yaml"
    call_command("spectacular", file=str(path), validate=True, fail_on_warn=True)
    return path.read_text()


def test_the_committed_description_is_the_interface(described, settings):
    committed = (settings.BASE_DIR / DESCRIPTION).read_text()

    assert committed == described, f"run: manage.py spectacular --file {DESCRIPTION}"


def is_public(operation):
    return {} in operation["security"]


def test_every_operation_says_what_it_answers_when_it_refuses(described):
    problem = {"application/problem+json"}

    for operation in operations(yaml.safe_load(described)):
        answers = operation["responses"].items()
        refused = [answer for code, answer in answers if code >= "400"]
        expected = {"401", "429"} if is_public(operation) else {"401", "403", "429"}
        assert expected <= set(operation["responses"]), operation["operationId"]
        assert all(set(answer["content"]) == problem for answer in refused)


def test_every_operation_says_which_scope_a_token_needs(described):
    for operation in operations(yaml.safe_load(described)):
        token, session, *_nobody = operation["security"]
        assert session == {"session": []}
        open_to_all = is_public(operation) or operation["tags"] in [["systems"], ["partitions"]]
        assert len(token["token"]) == (not open_to_all), operation["operationId"]


def test_every_post_that_creates_takes_an_idempotency_key(described):
    for operation in operations(yaml.safe_load(described)):
        names = [parameter["name"] for parameter in operation.get("parameters", [])]
        assert ("Idempotency-Key" in names) == ("409" in operation["responses"]) or (
            {"412", "204"} & set(operation["responses"])
        )


def test_the_description_is_served_to_everybody():
    response = JSONClient().get("/api/schema/")

    assert response.status_code == 200
    assert yaml.safe_load(response.content)["openapi"] == "3.1.0"


def test_the_page_loads_nothing_from_elsewhere_and_has_no_inline_script(client):
    response = client.get("/api/docs/")

    page = response.content.decode()
    assert "http://" not in page
    assert "https://" not in page
    assert page.count("<script src=") == page.count("<script") == 2
    assert "unsafe" not in response["Content-Security-Policy"]
