"""Two people write one draft at the same time, and a server dies while somebody types."""

import os
import re
import signal

import pytest

from tests.browser.test_the_whole_way import sign_in
from tests.jaif_portal.demo_run import DemoRun, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROUNDS = 4


@pytest.fixture
def run(tmp_path):
    """A demo of its own, since this test kills it."""
    run = DemoRun(tmp_path, free_port())
    run.start()
    yield run
    run.clear()


@pytest.fixture
def enter(browser, run):
    """Sign somebody in, in a window of their own, and open the draft's section."""

    def enter(email, section):
        context = browser.new_context(base_url=f"http://127.0.0.1:{run.port}", locale="en-GB")
        context.set_default_timeout(30_000)
        page = sign_in(context.new_page(), email)
        page.goto("/proposals/")
        page.get_by_role("link", name=re.compile("One model for all languages")).first.click()
        page.get_by_role("link", name="Go on writing").click()
        page.get_by_role("link", name=section).first.click()
        return page

    return enter


def saved(page, code):
    page.locator(f"#status_{code}").get_by_text(re.compile(r"^\s*Saved \d")).wait_for()


def test_two_people_write_one_draft_and_lose_nothing(enter):
    mara = enter("founder@demo.example", "Background")
    jonas = enter("member@demo.example", "Background")

    for number in range(ROUNDS):
        mara.get_by_label("Organisation and product").press_sequentially(f" Mara {number}.")
        jonas.get_by_label("Results so far").press_sequentially(f" Jonas {number}.")
    saved(mara, "product"), saved(jonas, "prior_results")

    for page in (mara, jonas):
        page.reload()
        product = page.get_by_label("Organisation and product").input_value()
        results = page.get_by_label("Results so far").input_value()
        assert [f"Mara {number}." in product for number in range(ROUNDS)] == [True] * ROUNDS
        assert [f"Jonas {number}." in results for number in range(ROUNDS)] == [True] * ROUNDS


def test_two_people_in_one_field_see_both_texts_and_choose(enter):
    mara = enter("founder@demo.example", "Software")
    jonas = enter("member@demo.example", "Software")

    mara.get_by_label("Frameworks").fill("JAX 0.7 of Mara")
    saved(mara, "frameworks")
    jonas.get_by_label("Frameworks").fill("JAX 0.7 of Jonas")
    jonas.get_by_text("has changed this answer while you wrote").wait_for()
    assert jonas.locator(".answer-difference ins").inner_text().strip() == "Jonas"
    assert jonas.get_by_label("Frameworks").input_value() == "JAX 0.7 of Jonas"
    jonas.get_by_role("button", name="Put both into the field").click()
    saved(jonas, "frameworks")

    mara.reload()
    merged = mara.get_by_label("Frameworks").input_value()
    assert {"Mara", "Jonas"} <= set(merged.split())


def test_what_is_typed_while_the_server_is_dead_is_kept_and_saved_later(enter, run):
    mara = enter("founder@demo.example", "Software")
    mara.get_by_label("Frameworks").fill("Before the crash")
    saved(mara, "frameworks")

    for pid in run.pids():
        os.kill(pid, signal.SIGKILL)
    run.process.wait()
    mara.get_by_label("Frameworks").fill("While the server was dead")
    mara.get_by_text("Not saved: the portal does not answer.").wait_for()
    run.start()
    saved(mara, "frameworks")

    mara.reload()
    assert mara.get_by_label("Frameworks").input_value() == "While the server was dead"
