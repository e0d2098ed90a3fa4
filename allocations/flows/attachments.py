"""The files of a draft: added, replaced, removed; and what is left of them cleared away."""

import unicodedata

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.permissions import require

from ..exceptions import AttachmentRefused
from ..models import Attachment, ContentType, IntakePolicy
from ..models.attachments import attachment_storage
from .editing import lock_draft, save_answers
from .inspection import inspect, too_large
from .scanning import scan

LONGEST_NAME = 120
ENVELOPE_BYTES = 100_000
ENDINGS = {
    ContentType.PDF: (".pdf",),
    ContentType.PNG: (".png",),
    ContentType.JPEG: (".jpg", ".jpeg"),
}


def intake_policy(*, at):
    return IntakePolicy.objects.valid(at=at).first()


def most_upload_bytes():
    """Of a whole request: one file, and the form around it."""
    return intake_policy(at=clock.now()).most_file_bytes + ENVELOPE_BYTES


def attached(proposal):
    """What counts: files that were not removed."""
    return proposal.attachments.filter(removed_at=None)


def attach(proposal, *, by, upload, kind, title="", replaces=None):
    """Keep ``upload`` with a draft, in place of the attachment ``replaces`` if one is named.

    The file is looked at before the row is locked, and written only when everything else
    has been; where the transaction fails it is taken away again.

    Raises ``AttachmentRefused``, or ``ScannerNotReady`` where the scanner gives no answer.
    """
    require(by, "allocations.edit_proposal", proposal)
    now = clock.now()
    policy = intake_policy(at=now)
    if upload.size > policy.most_file_bytes:
        raise too_large(policy)
    content = upload.read()
    found = inspect(content, policy=policy)
    name = plain_name(upload.name)
    _require_ending(name, found.content_type)
    attachment = Attachment(
        kind=kind,
        title=title,
        name=name,
        content_type=found.content_type,
        size_bytes=len(content),
        pages=found.pages,
        sha256=found.sha256,
        scanned_by=scan(content),
        uploaded_by=by,
        uploaded_at=now,
    )
    return _keep(attachment, content, proposal=proposal, replaces=replaces, policy=policy)


def _keep(attachment, content, *, proposal, replaces, policy):
    stored = None
    try:
        with transaction.atomic():
            attachment.proposal = lock_draft(proposal, by=attachment.uploaded_by)
            if replaces is not None:
                _take_away(replaces, at=attachment.uploaded_at)
            _require_room(attachment, policy)
            attachment.file.save(attachment.name, ContentFile(content), save=False)
            stored = attachment.file.name
            attachment.save()
            save_answers(attachment.proposal, ())
    except BaseException:
        if stored:
            attachment_storage().delete(stored)
        raise
    return attachment


@transaction.atomic
def detach(attachment, *, by):
    """Remove a file from its draft. What a revision has frozen stays with that revision."""
    proposal = lock_draft(attachment.proposal, by=by)
    if not attached(proposal).filter(pk=attachment.pk).exists():
        raise AttachmentRefused(_("This file was already removed."))
    _take_away(attachment, at=clock.now())
    save_answers(proposal, ())
    return proposal


def clear_orphans(*, older_than):
    """Delete the files that no row names, such as after a crash; return how many."""
    storage = attachment_storage()
    known = set(Attachment.objects.values_list("file", flat=True))
    lost = [
        name
        for name in _stored_names(storage)
        if name not in known and storage.get_modified_time(name) < older_than
    ]
    for name in lost:
        storage.delete(name)
    return len(lost)


def plain_name(name):
    """The last part of a name as visible text: no folders, control or direction characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        sign for sign in last if unicodedata.category(sign)[0] not in "CZ" or sign == " "
    )
    text = unicodedata.normalize("NFC", kept).strip(" .")
    stem, dot, ending = text.rpartition(".")
    return f"{stem[: LONGEST_NAME - 10]}{dot}{ending[:9]}"


def _take_away(attachment, *, at):
    if attachment.revisions.exists():
        Attachment.objects.filter(pk=attachment.pk).update(removed_at=at)
        return
    name = attachment.file.name
    Attachment.objects.filter(pk=attachment.pk).delete()
    transaction.on_commit(lambda: attachment_storage().delete(name))


def _require_ending(name, content_type):
    endings = ENDINGS[content_type]
    if not name.lower().endswith(endings) or name.startswith("."):
        raise AttachmentRefused(
            _("The file is a %(type)s, but “%(name)s” says otherwise. Rename it to end in %(end)s.")
            % {"type": content_type.label, "name": name, "end": endings[0]}
        )


def _require_room(attachment, policy):
    present = attached(attachment.proposal)
    if present.filter(sha256=attachment.sha256).exists():
        raise AttachmentRefused(_("This file is already attached."))
    if present.count() >= policy.most_files:
        raise AttachmentRefused(
            _("A proposal has at most %(most)d files. Remove one, or join several in one PDF.")
            % {"most": policy.most_files}
        )
    total = present.aggregate(total=Sum("size_bytes"))["total"] or 0
    if total + attachment.size_bytes > policy.most_total_bytes:
        raise AttachmentRefused(
            _("All files together may have %(most)s. Remove one, or make some smaller.")
            % {"most": filesizeformat(policy.most_total_bytes)}
        )


def _stored_names(storage):
    try:
        folders, _files = storage.listdir("")
    except FileNotFoundError:
        return
    for folder in folders:
        _folders, files = storage.listdir(folder)
        yield from (f"{folder}/{name}" for name in files)
