"""The README's shell lines run as printed, and its links lead somewhere."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.db import transaction

from jaif_portal.flows.tokens import issue_token
from jaif_portal.models import Scope
from tests.allocations import factories

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_of_the_repository(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.services  # the ledger's triggers on SQLite refuse to be emptied after the test
@pytest.mark.skipif(shutil.which("curl") is None, reason="install curl to run this test")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(
    ("page", "said"),
    [
        (
            "README.md",
            [
                '"granted":{"node_hours":1250.0,"gpu_hours":5000.0',
                '"most":{"node_hours":2.0,"gpu_hours":8.0',
            ],
        ),
        (
            "docs/how-to/jobs.md",
            [
                "{'node_hours': 1.0, 'gpu_hours': 4.0, 'core_hours': 288.0}",
                "_7\n",  # the last task of the array
                "The scheduler has not looked at this job yet.",
                "user\n",
                "{'node_hours': 2.0, 'gpu_hours': 8.0, 'core_hours': 576.0}",
                "PENDING\n",
            ],
        ),
    ],
)
def test_the_shell_lines_run_as_printed(live_server, page, said):
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    with transaction.atomic():
        allocation = factories.active()
    _token, secret = issue_token(allocation.case.owner, name="x", scopes=Scope.values, days=1)

    ran = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", "\n".join(lines)],
        env={"PORTAL": live_server.url, "TOKEN": secret, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert [line for line in said if line not in ran.stdout] == []
