"""Files, lines and revisions over REST."""

import pytest
from rest_framework.test import APIClient

from allocations.flows.attachments import attach, most_upload_bytes
from allocations.models import AccessPolicy, Attachment
from jaif_portal.flows.tokens import issue_token
from jaif_portal.models import Scope
from tests.allocations import factories
from tests.allocations.stored import stored_files
from tests.allocations.uploads import pdf, upload
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "empty_storage")]


@pytest.fixture
def draft():
    AccessPolicy.objects.update(least_hours=10, most_hours=50_000)
    return factories.draft()


@pytest.fixture
def client(draft):
    return uploader(draft.applicant)


def uploader(user, *scopes):
    _token, secret = issue_token(user, name="tests", scopes=scopes or Scope.values, days=1)
    return APIClient(headers={"Authorization": f"Bearer {secret}"})


def url(proposal, part="attachments", *more):
    return "/".join(["/api/v1/proposals", str(proposal.pk), part, *map(str, more), ""])


def send(client, proposal, content=None, name="plan.pdf", headers=None, **answers):
    form = {"kind": "work_plan", "file": upload(content, name)} | answers
    return client.post(url(proposal), form, format="multipart", headers=headers)


def test_a_file_is_uploaded_listed_fetched_and_deleted(
    client, draft, django_capture_on_commit_callbacks
):
    made = send(client, draft, title="Plan")

    assert made.status_code == 201
    assert made["Location"].endswith(url(draft, "attachments", made.json()["id"]))
    row = Attachment.objects.get()
    assert made.json() | {"uploaded_at": None} == {
        "id": row.pk,
        "kind": "work_plan",
        "title": "Plan",
        "name": "plan.pdf",
        "content_type": "application/pdf",
        "size_bytes": len(pdf()),
        "pages": 1,
        "sha256": row.sha256,
        "scanned_by": "",
        "uploaded_at": None,
    }
    one = url(draft, "attachments", row.pk)
    assert client.get(url(draft)).json()["results"] == [client.get(one).json()]
    content = client.get(f"{one}content/")
    assert b"".join(content) == pdf()
    assert content["Content-Disposition"].startswith("attachment;")
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(one).status_code == 204
    assert stored_files() == []


def test_the_same_key_uploads_once(client, draft):
    headers = {"Idempotency-Key": "one"}

    first, second = (send(client, draft, headers=headers) for _ in range(2))
    other = send(client, draft, pdf(pages=2), headers=headers)

    assert (first.status_code, second.json()) == (201, first.json())
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(stored_files()) == 1


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (b"<svg onload=alert(1)>", "a.png", 422),
        (pdf(root=b"/AA<<>>"), "a.pdf", 422),
        (pdf(), "a.png", 422),
        (b"", "a.pdf", 422),
    ],
)
def test_a_hostile_file_is_a_problem_that_names_the_field(client, draft, content, name, status):
    answer = send(client, draft, content, name)

    assert (answer.status_code, answer.json()["code"]) == (status, "attachment_refused")
    assert list(answer.json()["errors"]) == ["file"]
    assert stored_files() == []


def test_broken_requests_are_problems(client, draft):
    two = send(client, draft, file=[upload(), upload()])
    none = client.post(url(draft), {"kind": "cv"}, format="multipart")
    json = client.post(url(draft), {"kind": "cv"}, format="json")
    broken = client.generic("POST", url(draft), b"x", "multipart/form-data; boundary=b")
    large = client.generic(
        "POST",
        url(draft),
        b"x",
        "multipart/form-data; boundary=b",
        CONTENT_LENGTH=str(most_upload_bytes() + 1),
    )

    statuses = [answer.status_code for answer in (two, none, json, broken, large)]
    assert statuses == [400, 400, 415, 400, 413]
    assert large.json()["code"] == "too_large"
    assert stored_files() == []


def test_others_find_nothing_and_a_token_needs_its_scope(draft):
    attach(draft, by=draft.applicant, upload=upload(), kind="cv")
    stranger = uploader(UserFactory())
    reader = uploader(draft.applicant, Scope.PROPOSALS_READ)

    assert stranger.get(url(draft)).status_code == 404
    assert send(stranger, draft).status_code == 404
    assert reader.get(url(draft)).status_code == 200
    assert send(reader, draft).status_code == 403


def test_lines_are_replaced_under_the_version_that_was_read(draft):
    client = bearer(draft.applicant)
    read = client.get(url(draft, "resources"))
    line = {"workload": "training", "runs": 250, "devices": 4, "hours": "1.50"}

    saved = client.put(
        url(draft, "resources"),
        {"lines": [line]},
        headers={"If-Match": read["ETag"]},
    )
    stale = client.put(url(draft, "resources"), {"lines": []}, headers={"If-Match": read["ETag"]})

    assert read.json()["lines"] == []
    assert saved.status_code == 200
    assert saved.json()["sums"] == {
        "gpu_hours": 1500,
        "node_hours": "375.00",
        "contingency_percent": 0,
        "peak_gpus": 4,
        "percent": 3,
    }
    assert stale.status_code == 412
    draft.refresh_from_db()
    assert draft.gpu_hours == 1500


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"runs": 0}, "lines.0.runs"),
        ({"runs": "many"}, "lines.0.runs"),
        ({"hours": "NaN"}, "lines.0.hours"),
        ({"hours": -1}, "lines.0.hours"),
        ({"devices": 10**12}, "lines.0.devices"),
        ({"workload": "mining"}, "lines.0.workload"),
        ({"description": "a\0b"}, "lines.0.description"),
    ],
)
def test_a_wrong_line_is_named(draft, change, field):
    client = bearer(draft.applicant)
    line = {"workload": "training", "runs": 1, "devices": 4, "hours": "1"} | change
    tag = client.get(url(draft, "resources"))["ETag"]

    answer = client.put(url(draft, "resources"), {"lines": [line]}, headers={"If-Match": tag})

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_revisions_are_read_with_their_hash():
    proposal = factories.submitted()

    answer = bearer(proposal.applicant).get(url(proposal, "revisions"))

    revision = proposal.revisions.get()
    assert [(row["number"], row["sha256"]) for row in answer.json()] == [(1, revision.sha256)]
    assert answer.json()[0]["snapshot"] == revision.snapshot
    assert bearer(UserFactory()).get(url(proposal, "revisions")).status_code == 404
