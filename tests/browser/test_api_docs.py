"""The page that describes the REST interface; ``visit`` fails on what breaks the policy."""

import pytest

from tests.browser.test_the_whole_way import sign_in

pytestmark = pytest.mark.browser


def test_the_page_shows_what_an_operation_takes(visit):
    page = visit()

    page.goto("/api/docs/")
    page.locator("#operations-jobs-jobs_create").click()

    page.get_by_text("Idempotency-Key").first.wait_for()


def test_the_page_tries_operations_in_the_readers_session(visit):
    page = sign_in(visit(), "founder@demo.example")

    page.goto("/api/docs/")
    page.locator("#operations-organisations-organisations_list").click()
    page.get_by_role("button", name="Try it out").click()
    with page.expect_response(lambda answer: "/v1/organisations/" in answer.url) as answer:
        page.get_by_role("button", name="Execute").click()

    assert answer.value.status == 200
    assert len(answer.value.request.header_value("X-CSRFToken")) == 64
