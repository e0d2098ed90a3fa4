"""The way from sign-up to the final report, as people and their browsers go it."""

import re
import time

import pyotp
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DEMO_PASSWORD = "jupiter-demo-26"
PASSWORD = "a-long-pass-phrase-26"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJpH7VVXom/dDlyE5tnL836IosjMHKee+M2NXlUQsnvV ada@laptop"
ABSTRACT = "We adapt an open language model to the tenders of small municipalities. " * 3
ALL_SAVED = """() => [...document.querySelectorAll("[data-answer]")].every(
  (answer) => (answer.edits ?? 0) === (answer.saved ?? 0))"""


def sign_in(page, email, password=DEMO_PASSWORD):
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("main [name=password]").fill(password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/")
    return page


def sign_up(page):
    page.goto("/accounts/signup/")
    page.locator("[name=email]").fill("ada@example.org")
    page.get_by_label("Your name").fill("Ada Example")
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.goto("/mailbox/")
    page.locator("main a", has_text=re.compile("onfirm")).first.click()
    page.locator("main a[href*='confirm-email']").click()
    page.locator("main").get_by_role("button", name=re.compile("onfirm")).click()
    sign_in(page, "ada@example.org", PASSWORD)


def register_organisation(page):
    page.goto("/organisations/new/")
    page.get_by_label("Legal name").fill("Example AI GmbH")
    page.locator("[name=kind]").select_option("start_up")
    page.locator("[name=country]").select_option("DE")
    page.get_by_label("Register number").fill("HRB 4711")
    page.locator("[name=staff]").fill("9")
    page.locator("[name=turnover_eur]").fill("100000")
    page.locator("[name=balance_sheet_eur]").fill("300000")
    page.locator("main form button").first.click()
    page.get_by_text("The organisation is registered").wait_for()


def apply(page):
    """Write a proposal and hand it in; return its path."""
    page.goto("/calls/")
    page.get_by_role("link", name="Playground access 2026").click()
    page.get_by_role("link", name="Start a proposal").click()
    page.get_by_label("Title").fill("Tenders for towns")
    page.get_by_role("button", name="Start the draft").click()
    page.get_by_role("button", name="Submit the proposal").click()
    page.get_by_text("The proposal was not submitted").wait_for()
    page.get_by_role("link", name="Fill in “Abstract”.").click()
    page.get_by_label("Abstract").fill(ABSTRACT)
    page.get_by_label("Sector").select_option("public_sector")
    page.get_by_label("civilian purposes").check()
    go_on(page, "Compute time")
    page.get_by_label("System").select_option(label="JUPITER booster")
    page.get_by_label("Months").select_option("2")
    page.get_by_label("GPU-hours").fill("5000")
    go_on(page, "Software")
    page.get_by_label("Frameworks").fill("PyTorch 2.8")
    go_on(page, "Data")
    page.get_by_label("personal data?").select_option("no")
    go_on(page, "Declarations")
    page.get_by_label("true and complete").check()
    page.get_by_label("act for the organisation").check()
    answer_compliance(page)
    page.get_by_role("link", name="Overview and submitting").first.click()
    page.get_by_text("The saved draft is complete.").wait_for()
    page.get_by_role("button", name="Submit the proposal").click()
    page.get_by_text("Your proposal has been submitted.").wait_for()
    return page.url


def go_on(page, section):
    """Open another section, once every answer of this one is saved."""
    page.keyboard.press("Tab")
    page.wait_for_function(ALL_SAVED)
    page.get_by_role("link", name=section, exact=True).click()


def answer_compliance(page):
    """Playground's questions, for research without personal data."""
    go_on(page, "Compliance")
    page.get_by_role("link", name="Begin").click()
    for answer in (
        "Run a model as it is",
        "None of these",
        "Research only",
        "No data about people",
        "None of these",
        "No",
    ):
        page.locator(".form-check-label").filter(
            has=page.get_by_text(answer, exact=True)
        ).first.click()
        page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("heading", name="Result").wait_for()


def decide(page, role, act):
    """Take the proposal at the top of the desk and do ``act`` to it."""
    sign_in(page, f"{role}@demo.example")
    page.goto("/admin/allocations/proposal/?q=Tenders+for+towns")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name=act, exact=True).click()
    for box in page.locator("#content-main input[type=checkbox]").all():
        box.check()
    page.locator("input[type=submit]").first.click()
    page.get_by_text(f"Done: {act}").wait_for()


def accept(page, proposal):
    page.goto(proposal)
    page.get_by_role("link", name="Read and accept").click()
    page.get_by_label("I accept the terms").check()
    page.get_by_role("button", name="Accept the offer").click()
    page.get_by_text("Welcome! Your project is set up").wait_for()
    return page.url


def onboard(page, project):
    page.goto("/terms/usage/")
    page.get_by_label("I have read this text").check()
    page.locator("main form button").first.click()
    page.goto("/keys/new/")
    page.get_by_label("Name").fill("laptop")
    page.get_by_label("Public key").fill(KEY)
    page.locator("[name=networks]").fill("141.2.0.0/16")
    page.locator("main form button").first.click()
    page.get_by_text("The key is added").wait_for()
    page.goto("/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    secret = page.locator("main code, #authenticator_secret").first
    text = (
        secret.input_value()
        if secret.evaluate("e => e.tagName") == "INPUT"
        else secret.inner_text()
    )
    page.get_by_label("Authenticator code").fill(pyotp.TOTP(text.replace(" ", "")).now())
    page.locator("main form button").first.click()
    page.goto(project)
    until(page, lambda: page.get_by_role("link", name="Submit a job").count())


def until(page, seen, *, seconds=40):
    """Reload until ``seen`` says so: the worker and the beat need a moment."""
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline, page.locator("main").inner_text()
        page.wait_for_timeout(500)
        page.reload()


def compute(page):
    """Submit a job and watch it end without reloading the page."""
    page.goto("/jobs/new/")
    page.get_by_text("How the simulated job goes").click()
    page.get_by_label("Simulated run time in minutes").fill("2")
    page.get_by_label("Simulated exit code").fill("0")
    page.get_by_role("button", name="Submit the job").click()
    page.get_by_text("Your job is in the queue.").wait_for()
    page.locator(".badge-state-completed").first.wait_for(timeout=90_000)


def let_time_pass(page):
    """The administrator jumps past the end of the allocation."""
    sign_in(page, "admin@demo.example")
    page.goto("/admin/jaif_portal/portalclock/1/change/")
    page.get_by_role("link", name="Jump forward").click()
    later = time.strftime("%Y-%m-%dT12:00", time.gmtime(time.time() + 75 * 86_400))
    page.locator("[name=to]").fill(later)
    page.locator("#content-main input[type=submit]").first.click()
    page.get_by_text("Done: Jump forward").wait_for()


def test_a_start_up_goes_the_whole_way_in_the_browser(visit):
    founder = visit()
    sign_up(founder)
    register_organisation(founder)
    proposal = apply(founder)

    decide(visit(), "officer", "Fill in the check-list")
    decide(visit(), "officer", "Find eligible")
    decide(visit(), "technical", "Find feasible")
    project = accept(founder, proposal)
    onboard(founder, project)
    compute(founder)

    let_time_pass(visit())
    founder.goto(project)
    until(founder, lambda: founder.get_by_text("Final report").count(), seconds=240)
