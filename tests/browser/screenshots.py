"""Take a picture of every page, in both languages, light and dark, wide and narrow.

Run against a portal that is up:

    python -m tests.browser.screenshots http://localhost:8000 --password demo-password

The pictures go to ``var/screenshots/``. Anything the browser complains about, such as a
breach of the content security policy, is listed at the end and makes the command fail.
"""

import argparse
import itertools
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

OUT = Path(__file__).resolve().parents[2] / "var" / "screenshots"
WIDTHS = {"wide": 1280, "narrow": 390}
SCHEMES = ["light", "dark"]
LANGUAGES = ["en", "de"]
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

PEOPLE = ["pi", "offered", "waiting", "officer"]

# Who sees the page (nobody: not signed in), and where it is. A star stands for the first
# row of the list at that address; what follows it is a page of that row.
PAGES = [
    ("nobody", "/"),
    ("nobody", "/accounts/login/"),
    ("nobody", "/accounts/signup/"),
    ("nobody", "/accounts/password/reset/"),
    ("nobody", "/calls/"),
    ("nobody", "/calls/*/"),
    ("nobody", "/check/eligibility/"),
    ("nobody", "/check/mode/"),
    (
        "nobody",
        "/check/gpu-hours/?task=train&parameters=7&tokens=1000&gpu=gh200&gpus=256&precision=bf16&utilisation=40&margin=25",
    ),
    ("nobody", "/machine/"),
    ("nobody", "/machine/forecasts/"),
    ("nobody", "/help/"),
    ("nobody", "/simulated/"),
    ("nobody", "/mailbox/"),
    ("nobody", "/mailbox/*/"),
    ("nobody", "/api/docs/"),
    ("nobody", "/no-such-page/"),
    ("pi", "/"),
    ("pi", "/proposals/"),
    ("pi", "/proposals/*/"),
    ("pi", "/projects/"),
    ("pi", "/projects/*/"),
    ("pi", "/jobs/"),
    ("pi", "/jobs/*/"),
    ("pi", "/jobs/*/cancel/"),
    ("pi", "/jobs/*/modify/"),
    ("pi", "/jobs/*/template/"),
    ("pi", "/jobs/new/"),
    ("pi", "/jobs/chain/"),
    ("pi", "/jobs/templates/"),
    ("pi", "/calls/*/apply/"),
    ("pi", "/organisations/"),
    ("pi", "/organisations/*/"),
    ("pi", "/organisations/new/"),
    ("pi", "/keys/"),
    ("pi", "/keys/new/"),
    ("pi", "/terms/usage/"),
    ("pi", "/tokens/"),
    ("pi", "/accounts/email/"),
    ("pi", "/accounts/password/change/"),
    ("pi", "/accounts/2fa/"),
    ("pi", "/accounts/2fa/totp/activate/"),
    ("offered", "/"),
    ("offered", "/proposals/*/"),
    ("offered", "/proposals/*/accept/"),
    ("offered", "/proposals/*/decline/"),
    ("offered", "/proposals/*/withdraw/"),
    ("waiting", "/"),
    ("waiting", "/proposals/*/"),
    ("officer", "/"),
    ("officer", "/admin/"),
    ("officer", "/admin/allocations/proposal/"),
    ("officer", "/admin/allocations/proposal/*/"),
    ("officer", "/admin/allocations/call/"),
    ("officer", "/admin/allocations/call/*/"),
    ("officer", "/admin/allocations/project/*/"),
    ("officer", "/admin/allocations/allocation/"),
    ("officer", "/admin/allocations/job/"),
    ("officer", "/admin/allocations/ledgeraccount/"),
    ("officer", "/admin/allocations/ledgerentry/"),
    ("officer", "/admin/onboarding/onboardingcase/*/"),
    ("officer", "/admin/jaif_portal/mail/"),
    ("officer", "/admin/jaif_portal/mail/*/"),
    ("officer", "/admin/jaif_portal/transition/"),
    ("officer", "/admin/jaif_portal/portalclock/*/"),
]


def main():
    options = _options()
    people = {"nobody": None, **{name: getattr(options, name) for name in PEOPLE}}
    pages = [page for page in PAGES if options.only in page[1]] if options.only else PAGES
    complaints = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=BROWSER_FLAGS
        )
        for person, language, scheme in itertools.product(people, LANGUAGES, SCHEMES):
            context = browser.new_context(
                base_url=options.base_url, locale=language, color_scheme=scheme
            )
            tab = context.new_page()
            tab.on("console", lambda line: complaints.append(_complaint(line)))
            tab.on("pageerror", lambda error: complaints.append(str(error)))
            if people[person]:
                sign_in(tab, people[person], options.password)
            for _person, path in (page for page in pages if page[0] == person):
                folder = options.out / language / scheme / person
                _shoot(tab, path, folder, password=options.password)
            context.close()
        browser.close()
    complaints = sorted({line for line in complaints if line})
    print("\n".join(complaints) or "The browser had nothing to complain about.")
    return bool(complaints)


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base_url")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--only", default="", help="only paths that contain this")
    for name in PEOPLE:
        parser.add_argument(f"--{name}", default=f"{name}@demo.example")
    parser.add_argument("--password", required=True)
    return parser.parse_args()


def sign_in(tab, email, password):
    tab.goto("/accounts/login/")
    tab.locator("#id_login").fill(email)
    tab.locator("#id_password").fill(password)
    tab.locator("main button[type=submit]").click()
    tab.wait_for_load_state()
    if "/accounts/login" in tab.url:
        sys.exit(f"{email} could not sign in.")


def _shoot(tab, path, folder, *, password):
    name = path.strip("/").replace("/", "-").replace("*", "one") or "home"
    if "*" in path:
        address, _star, below = path.partition("*")
        row = _first_row(tab, address)
        path = row and row + below.removeprefix("/")
    for width_name, width in WIDTHS.items():
        tab.set_viewport_size({"width": width, "height": 900})
        if path:
            tab.goto(path, wait_until="networkidle")
            _confirm(tab, password)
            tab.locator(".swagger-ui .loading").wait_for(state="detached")
            tab.screenshot(path=folder / f"{name}-{width_name}.png", full_page=True)


def _confirm(tab, password):
    """Pages that change how one signs in ask for the password once more."""
    if "/reauthenticate/" in tab.url:
        tab.locator("#id_password").fill(password)
        tab.locator("main button[type=submit]").first.click()
        tab.wait_for_load_state("networkidle")


def _first_row(tab, address):
    """Where the first link of a list to one of its rows leads; nothing where it has no rows."""
    tab.goto(address)
    links = tab.locator(f"main a[href^='{address}']").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    return next((link for link in links if re.match(rf"{address}\d+/", link)), None)


def _complaint(line):
    """Errors only; that a page answers 404 where it should is no complaint."""
    expected = "Failed to load resource: the server responded with a status of 4"
    if line.type not in {"error", "warning"} or line.text.startswith(expected):
        return ""
    return f"{line.location.get('url', '')}: {line.text}"


if __name__ == "__main__":
    sys.exit(main())
