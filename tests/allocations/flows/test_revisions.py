import pytest
from django.db import DatabaseError, transaction

from allocations.flows.attachments import attach
from allocations.flows.proposals import edit_proposal, submit_proposal
from allocations.flows.resources import set_resources
from allocations.flows.revisions import (
    check_revisions,
    differences,
    digest,
    freeze_revision,
    snapshot,
)
from allocations.models import Proposal, Revision
from allocations.models.attachments import attachment_storage
from jaif_portal import clock
from jaif_portal.models import Mail
from tests.allocations import factories
from tests.allocations.uploads import upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def whole():
    """A submitted proposal with everything that a revision holds."""
    proposal = factories.draft(team=["second@firm.example"])
    attach(proposal, by=proposal.applicant, upload=upload(), kind="work_plan", title="Plan")
    proposal.refresh_from_db()
    set_resources(
        proposal,
        by=proposal.applicant,
        version=proposal.version,
        lines=[factories.line(runs=100)],
    )
    return submit_proposal(proposal, by=proposal.applicant)


def next_revision(proposal, **answers):
    """As after a clarification: edited, and frozen again."""
    Proposal.objects.filter(pk=proposal.pk).update(state="draft")
    proposal.refresh_from_db()
    proposal = edit_proposal(proposal, by=proposal.applicant, version=proposal.version, **answers)
    return freeze_revision(proposal, by=proposal.applicant, at=clock.now())


def test_submitting_freezes_everything(whole):
    revision = whole.revisions.get()

    frozen = revision.snapshot
    assert (revision.number, revision.by, revision.at) == (1, whole.applicant, whole.submitted_at)
    assert frozen["reference"] == whole.reference
    assert frozen["team"] == ["second@firm.example"]
    assert frozen["lines"][0] | {"description": ""} == {
        "workload": "training",
        "description": "",
        "runs": 100,
        "devices": 4,
        "device": "gpu",
        "hours": "1",
        "gpu_hours": "400",
    }
    words = {row["code"]: row["words"] for part in frozen["sections"] for row in part["answers"]}
    assert words["sector"] == {"en": "Public sector", "de": "Öffentlicher Sektor"}
    assert [entry["sha256"] for entry in frozen["attachments"]] == [
        revision.attachments.get().sha256
    ]


def test_the_hash_is_of_the_stored_snapshot_whatever_the_order_of_its_keys(whole):
    revision = whole.revisions.get()
    turned = dict(reversed(revision.snapshot.items()))

    assert digest(turned) == revision.sha256
    assert digest(snapshot(whole)) == revision.sha256


def test_the_receipt_links_to_the_revision(whole):
    bodies = Mail.objects.filter(key__contains=":receipt:").values_list("body", flat=True)

    assert len(bodies) == 2
    assert all(f"/proposals/{whole.pk}/revisions/1.pdf" in body for body in bodies)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_revision_can_be_neither_changed_nor_deleted(whole, change):
    rows = Revision.objects.filter(pk=whole.revisions.get().pk)
    acts = {
        "update": lambda: rows.update(number=9),
        "delete": lambda: rows._raw_delete(rows.db),
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        acts[change]()
    assert whole.revisions.get().number == 1


def test_a_refused_submission_freezes_nothing():
    proposal = factories.draft(abstract="Too short.")

    with pytest.raises(Exception, match="Some answers are missing"):
        submit_proposal(proposal, by=proposal.applicant)
    assert Revision.objects.count() == 0


def test_a_later_revision_differs_field_by_field_and_word_by_word(whole):
    second = next_revision(whole, title="Tenders for small towns", months=3)

    assert second.number == 2
    found = dict(differences(second, before=whole.revisions.get(number=1)))
    changed = {path for path in found if not path.startswith("sections.")}
    assert (changed, found["title"]) == (
        {"title"},
        [("same", "Tenders for "), ("in", "small "), ("same", "towns")],
    )
    assert [("out", "2"), ("in", "3")] in found.values()


def test_whole_revisions_pass_the_check(whole):
    assert check_revisions() == []


def test_a_file_that_was_changed_on_disk_is_found(whole):
    attachment = whole.attachments.get()
    with attachment_storage().open(attachment.file.name, "wb") as file:
        file.write(b"changed")

    assert check_revisions() == [f"{whole.revisions.get()}: the file plan.pdf was changed."]


def test_a_file_that_is_gone_is_found(whole):
    attachment_storage().delete(whole.attachments.get().file.name)

    assert check_revisions() == [f"{whole.revisions.get()}: the file plan.pdf was changed."]


def test_a_snapshot_whose_hash_is_wrong_is_found(whole):
    contents = whole.revisions.get().snapshot | {"title": "Another"}
    forged = Revision.objects.create(
        proposal=whole,
        number=2,
        snapshot=contents,
        sha256="0" * 64,
        by=whole.applicant,
        at=clock.now(),
    )
    forged.attachments.set(whole.attachments.all())

    assert check_revisions() == [f"{forged}: the snapshot was changed."]
