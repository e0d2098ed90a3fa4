"""Headless Chromium over the real demo: web server, worker, beat and broker."""

import shutil

import pytest

from tests.jaif_portal.demo_run import DemoRun, free_port

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    """The address of a demo of its own."""
    run = DemoRun(tmp_path_factory.mktemp("portal"), free_port())
    run.start()
    yield f"http://127.0.0.1:{run.port}"
    run.clear()


@pytest.fixture
def browser():
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    # Imported here, since the package is of no use without a browser.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, portal):
    """Open a window of one's own; what the console complains of fails the test."""
    complaints = []

    def visit(**kwargs):
        context = browser.new_context(
            base_url=portal, locale="en-GB", viewport={"width": 1280, "height": 900}, **kwargs
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield visit
    assert complaints == []
