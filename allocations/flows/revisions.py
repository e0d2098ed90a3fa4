"""Frozen proposals: a snapshot of everything, its hash, and what differs between two.

The PDF of a revision is typeset from its snapshot when somebody asks for it, never while it is
handed in: nothing that a typesetter does can stop a submission, and the same snapshot gives the
same pages.
"""

import hashlib
import json

from django.utils import translation
from django.utils.translation import gettext as _

from ..models import ComplianceAssessment, Device, Revision
from ..models.attachments import attachment_storage
from .attachments import attached
from .compliance import statement_of
from .differences import difference, in_words
from .questions import sections_of
from .resources import line_gpu_hours, usual_partition
from .values import answer_of

SCHEMA = 1
LANGUAGES = ("en", "de")
RESULTS = (
    "risk_class",
    "model_class",
    "personal_data",
    "dpia_needed",
    "dpa_needed",
    "export_outcome",
    "energy_kwh",
    "co2_kg",
)


def freeze_revision(proposal, *, by, at):
    """The next revision of ``proposal``, whose row lock the caller holds."""
    last = proposal.revisions.order_by("number").last()
    contents = snapshot(proposal)
    revision = Revision.objects.create(
        proposal=proposal,
        number=last.number + 1 if last else 1,
        snapshot=contents,
        sha256=digest(contents),
        by=by,
        at=at,
    )
    revision.attachments.set(attached(proposal))
    return revision


def snapshot(proposal):
    """Everything that was answered, as JSON: words in both languages, amounts as text."""
    return {
        "schema": SCHEMA,
        "reference": proposal.reference,
        "call": _both(proposal.call, "title"),
        "mode": _both(proposal.policy.mode, "name"),
        "organisation": {
            "name": proposal.organisation.name,
            "kind": proposal.organisation.kind,
            "country": _both(proposal.organisation.country, "name"),
        },
        "applicant": {"name": proposal.applicant.name, "email": proposal.applicant.email},
        "team": sorted(proposal.team.values_list("email", flat=True)),
        "title": proposal.title,
        "sections": [_section(section, proposal) for section in sections_of(proposal)],
        "lines": _lines(proposal),
        "compliance": _compliance(proposal),
        "attachments": [_file(attachment) for attachment in attached(proposal)],
    }


def canonical(contents):
    """One spelling for one content (keys in order, no spaces, UTF-8), as bytes."""
    text = json.dumps(contents, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def digest(contents):
    return hashlib.sha256(canonical(contents)).hexdigest()


def differences(revision, *, before):
    """``[(path, difference)]`` of what changed since ``before``, word by word."""
    old, new = flat(before.snapshot), flat(revision.snapshot)
    return [
        (path, difference(old.get(path, ""), new.get(path, "")))
        for path in sorted(old.keys() | new.keys())
        if old.get(path, "") != new.get(path, "")
    ]


def flat(contents, *, path=""):
    """``{"lines.0.runs": "4"}``: each value as text under its path."""
    if isinstance(contents, dict):
        pairs = contents.items()
    elif isinstance(contents, list):
        pairs = enumerate(contents)
    else:
        return {path: "" if contents is None else str(contents)}
    found = {}
    for key, part in pairs:
        found |= flat(part, path=f"{path}.{key}" if path else str(key))
    return found


def check_revisions():
    """``{what: [sentences]}`` of each revision whose hash, or whose file's hash, is not right."""
    broken = []
    for revision in Revision.objects.prefetch_related("attachments").iterator(chunk_size=100):
        if digest(revision.snapshot) != revision.sha256:
            broken.append(_("%(revision)s: the snapshot was changed.") % {"revision": revision})
        frozen = sorted(entry["sha256"] for entry in revision.snapshot["attachments"])
        kept = list(revision.attachments.all())
        if sorted(attachment.sha256 for attachment in kept) != frozen:
            broken.append(_("%(revision)s: a file is missing.") % {"revision": revision})
        broken += [
            _("%(revision)s: the file %(file)s was changed.")
            % {"revision": revision, "file": attachment.name}
            for attachment in kept
            if _digest_on_disk(attachment) != attachment.sha256
        ]
    return broken


def _digest_on_disk(attachment):
    try:
        with attachment_storage().open(attachment.file.name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def _both(row, name):
    return {language: getattr(row, f"{name}_{language}") for language in LANGUAGES}


def _section(section, proposal):
    """The questions as they were worded, and the answers as values and in words."""
    return {
        "code": section.code,
        "kind": section.kind,
        "label": _both(section, "label"),
        "answers": [_answer(question, proposal) for question in section.asked],
    }


def _answer(question, proposal):
    value = answer_of(proposal, question.code)
    words = {}
    for language in LANGUAGES:
        with translation.override(language):
            words[language] = in_words(question, value, proposal=proposal)
    label = _both(question, "label")
    return {"code": question.code, "label": label, "value": value, "words": words}


def _lines(proposal):
    lines = proposal.lines.all()
    partition = usual_partition(proposal)
    return [
        {
            "workload": line.workload,
            "description": line.description,
            "runs": line.runs,
            "devices": line.devices,
            "device": Device(line.device).value,
            "hours": _text(line.hours),
            "gpu_hours": _text(line_gpu_hours(line, gpus_per_node=partition.gpus_per_node)),
        }
        for line in lines
    ]


def _compliance(proposal):
    found = ComplianceAssessment.objects.filter(proposal=proposal).first()
    if found is None:
        return {}
    results = {name: getattr(found, name) for name in RESULTS}
    told = {}
    for language in LANGUAGES:
        with translation.override(language):
            told[language] = statement_of(proposal)
    return {"catalogue": found.catalogue_id, "answers": found.answers, "told": told, **results}


def _file(attachment):
    return {
        "kind": attachment.kind,
        "title": attachment.title,
        "name": attachment.name,
        "type": attachment.content_type,
        "size_bytes": attachment.size_bytes,
        "pages": attachment.pages,
        "sha256": attachment.sha256,
    }


def _text(amount):
    """A decimal in one spelling, whatever the database made of its zeros."""
    return None if amount is None else f"{amount.normalize():f}"
