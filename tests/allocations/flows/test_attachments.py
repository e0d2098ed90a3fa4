import datetime as dt
import hashlib

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from allocations.exceptions import AttachmentRefused, ScannerNotReady
from allocations.flows.attachments import attach, attached, clear_orphans, detach, plain_name
from allocations.flows.proposals import submit_proposal
from allocations.models import Attachment, IntakePolicy
from allocations.models.attachments import attachment_storage
from jaif_portal.exceptions import NotPermitted, TransitionNotAllowed
from tests.allocations import factories
from tests.allocations.stored import stored_files
from tests.allocations.uploads import pdf, picture, upload
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock", "empty_storage")]


def add(proposal, content=None, name="plan.pdf", **answers):
    answers = {"by": proposal.applicant, "kind": "work_plan"} | answers
    return attach(proposal, upload=upload(content, name), **answers)


def refusal(call, *args, **options):
    with pytest.raises(AttachmentRefused) as refused:
        call(*args, **options)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (pdf(pages=3), "Plan.PDF", "application/pdf"),
        (picture("PNG"), "a.png", "image/png"),
        (picture("JPEG"), "a.jpeg", "image/jpeg"),
    ],
)
def test_a_file_is_kept_under_a_random_name_with_its_hash(content, name, kind):
    proposal = factories.draft()

    attachment = add(proposal, content, name)

    attachment.refresh_from_db()
    assert (attachment.content_type, attachment.name) == (kind, name)
    assert attachment.sha256 == hashlib.sha256(content).hexdigest()
    assert attachment.file.read() == content
    assert "plan" not in attachment.file.name.lower()
    assert stored_files() == [attachment.file.name]


def test_attaching_is_an_edit_of_the_draft():
    proposal = factories.draft()

    add(proposal)

    version = proposal.version
    proposal.refresh_from_db()
    assert proposal.version == version + 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\plans\\x.pdf", "x.pdf"),
        ("a\0b\n\u202efdp.exe.pdf", "abfdp.exe.pdf"),
        ("\u200b é\u0301 .pdf", "é́ .pdf"),
        ("x" * 300 + ".pdf", "x" * 110 + ".pdf"),
    ],
)
def test_a_name_is_nothing_but_visible_text(name, shown):
    assert plain_name(name) == shown


def test_the_ending_must_tell_the_type_that_the_content_has():
    proposal = factories.draft()

    assert "Rename it to end in .png" in refusal(add, proposal, picture(), "plan.pdf")
    assert stored_files() == []


def test_the_same_file_is_taken_once():
    proposal = factories.draft()
    add(proposal)

    assert refusal(add, proposal) == "This file is already attached."
    assert len(stored_files()) == 1


def test_number_and_size_are_limited_by_the_policy_in_force():
    proposal = factories.draft()
    policy = IntakePolicy.objects.get()
    policy.most_files, policy.most_total_bytes = 2, 2 * len(pdf()) + 10
    policy.save()
    add(proposal, pdf(pages=1))
    assert refusal(add, proposal, pdf(pages=12)).startswith("All files together may have")
    add(proposal, pdf(pages=2))
    assert refusal(add, proposal, pdf(pages=3)).startswith("A proposal has at most 2 files.")
    policy.most_file_bytes = 10
    policy.save()
    assert refusal(add, proposal).startswith("The file is larger than 10\xa0bytes.")


def test_removing_takes_the_file_away(django_capture_on_commit_callbacks):
    attachment = add(factories.draft())

    with django_capture_on_commit_callbacks(execute=True):
        detach(attachment, by=attachment.uploaded_by)

    assert (Attachment.objects.count(), stored_files()) == (0, [])


def test_replacing_is_one_step(django_capture_on_commit_callbacks):
    proposal = factories.draft()
    old = add(proposal)

    with django_capture_on_commit_callbacks(execute=True):
        new = add(proposal, pdf(pages=2), replaces=old)

    assert list(attached(proposal)) == [new]
    assert stored_files() == [new.file.name]


def test_others_may_not_attach_and_nothing_is_left():
    with pytest.raises(NotPermitted):
        add(factories.draft(), by=UserFactory())
    assert stored_files() == []


def test_a_submitted_proposal_takes_no_files():
    proposal = factories.submitted()

    with pytest.raises(TransitionNotAllowed):
        add(proposal)
    assert stored_files() == []


def test_a_frozen_file_stays_when_it_is_removed_later(django_capture_on_commit_callbacks):
    proposal = factories.draft()
    attachment = add(proposal)
    submit_proposal(proposal, by=proposal.applicant)
    type(proposal).objects.filter(pk=proposal.pk).update(state="draft")

    with django_capture_on_commit_callbacks(execute=True):
        detach(attachment, by=attachment.uploaded_by)

    attachment.refresh_from_db()
    assert attachment.removed_at is not None
    assert stored_files() == [attachment.file.name]
    assert list(attached(proposal)) == []


def test_files_without_a_row_are_cleared_away_once_they_are_old():
    kept = add(factories.draft())
    attachment_storage().save("ab/lost", ContentFile(b"lost"))
    now = timezone.now()

    assert clear_orphans(older_than=now - dt.timedelta(hours=1)) == 0
    assert clear_orphans(older_than=now + dt.timedelta(hours=1)) == 1
    assert stored_files() == [kept.file.name]


def finds_something(content):
    return "Eicar-Test-Signature"


def is_away(content):
    raise ConnectionRefusedError


def finds_nothing(content):
    return ""


def test_a_scanner_is_asked_and_named(settings):
    settings.ATTACHMENT_SCANNER = f"{__name__}.finds_nothing"

    assert add(factories.draft()).scanned_by == f"{__name__}.finds_nothing"


def test_what_the_scanner_finds_is_refused(settings):
    settings.ATTACHMENT_SCANNER = f"{__name__}.finds_something"

    assert "found “Eicar-Test-Signature”" in refusal(add, factories.draft())
    assert stored_files() == []


def test_nothing_is_taken_while_the_scanner_is_away(settings):
    settings.ATTACHMENT_SCANNER = f"{__name__}.is_away"

    with pytest.raises(ScannerNotReady):
        add(factories.draft())
    assert stored_files() == []
