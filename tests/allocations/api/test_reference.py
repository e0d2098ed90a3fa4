"""The reference says what is true: its shell lines run, and it lists every code."""

import re
import shutil
import subprocess

import pytest
from django.db import transaction

import allocations.exceptions
import onboarding.exceptions
from jaif_portal.exceptions import Refusal
from jaif_portal.flows.tokens import issue_token
from jaif_portal.models import Scope
from tests.allocations import factories
from tests.onboarding.factories import UserFactory

# Refusals of acts that only the administration has.
OF_STAFF = {
    "call_not_ready",
    "clock_only_moves_forward",
    "closure_not_possible",
    "empty_template",
    "parameters_not_possible",
    "reason_missing",
    "rounds_not_possible",
}


@pytest.fixture
def reference(settings):
    return (settings.BASE_DIR / "docs/reference/rest.md").read_text()


def kinds_of(refusal):
    below = [kind for child in refusal.__subclasses__() for kind in kinds_of(child)]
    return [refusal, *below]


def test_every_code_of_a_refusal_is_listed(reference):
    assert allocations.exceptions
    assert onboarding.exceptions
    listed = set(re.findall(r"^\|(?: \d+ \|)? `([a-z_]+)` \|", reference, re.MULTILINE))

    assert {kind.code for kind in kinds_of(Refusal)} - OF_STAFF <= listed


def test_every_scope_is_listed(reference):
    assert [scope for scope in Scope.values if f"`{scope}`" not in reference] == []


@pytest.mark.services  # the ledger's triggers on SQLite refuse to be emptied after the test
@pytest.mark.skipif(shutil.which("curl") is None, reason="install curl to run this test")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_shell_lines_run_as_printed(reference, live_server, tmp_path):
    lines = "\n".join(re.findall(r"^```sh\n(.*?)^```", reference, re.MULTILINE | re.DOTALL))
    with transaction.atomic():
        allocation = factories.active()
    applicant = UserFactory()
    allocation.project.members.create(email=applicant.email, role="member")
    _token, secret = issue_token(applicant, name="docs", scopes=Scope.values, days=1)

    ran = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", lines],
        env={"PORTAL": live_server.url, "TOKEN": secret, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert '"state":"in_evaluation"' in ran.stdout
    assert '"gpu_hours":8.0' in ran.stdout
