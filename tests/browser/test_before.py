"""The pages before an account, as they live: a result while one types, in the address too."""

import re

import pytest

pytestmark = pytest.mark.browser


def test_an_estimate_follows_what_is_typed_and_can_be_kept_as_a_bookmark(visit):
    page = visit()
    page.goto("/check/gpu-hours/")
    page.get_by_label("Train a model from scratch").check()
    page.get_by_label("Parameters of the model").fill("7")
    page.get_by_label("Tokens, in billions").fill("1000")
    page.get_by_label("Margin for failures").fill("0")

    page.locator("#result").get_by_text("29,492").wait_for()
    page.wait_for_url(re.compile("parameters=7.*margin=0"))
    kept = page.url
    page.goto("/")
    page.goto(kept)

    page.locator("#result").get_by_text("29,492").wait_for()


def test_an_estimate_is_there_without_javascript_and_by_the_keyboard(visit):
    page = visit(java_script_enabled=False)
    page.goto("/check/gpu-hours/")
    page.get_by_label("Parameters of the model").focus()
    page.keyboard.press("Enter")

    page.locator("#result").get_by_text("GPU-hours, whole nodes").wait_for()
    assert page.url.endswith("#result-title")
