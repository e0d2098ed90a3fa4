"""A proposal as PDF: the draft as it stands, or a revision from its snapshot."""

import datetime as dt

from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.views.generic import View
from django.views.generic.detail import SingleObjectMixin

from jaif_portal import clock
from onboarding.models import OrganisationType

from ..flows.revisions import digest, snapshot
from ..models import (
    AttachmentKind,
    ContentType,
    Device,
    ExportOutcome,
    ModelClass,
    Revision,
    RiskClass,
    SectionKind,
    Workload,
)
from .documents import pdf
from .proposals import Proposals

LONGEST_FACT = 120  # characters that fit beside their question


class DraftPDF(Proposals, SingleObjectMixin, View):
    def get(self, request, *args, **kwargs):
        contents = snapshot(self.get_object())
        footer = _("Draft of %(moment)s, SHA-256 %(hash)s") % {
            "moment": _moment(clock.now()),
            "hash": digest(contents)[:16],
        }
        return proposal_pdf(contents, footer=footer, watermark=_("Draft"), suffix="draft")


class RevisionPDF(LoginRequiredMixin, View):
    def get(self, request, pk, number):
        rows = Revision.objects.visible_to(request.user).select_related("by")
        revision = get_object_or_404(rows, proposal=pk, number=number)
        footer = _("Revision %(number)d of %(moment)s, SHA-256 %(hash)s") % {
            "number": revision.number,
            "moment": _moment(revision.at),
            "hash": revision.sha256,
        }
        return proposal_pdf(revision.snapshot, footer=footer, suffix=f"r{revision.number}")


def proposal_pdf(contents, *, footer, suffix, watermark=""):
    data = {
        "title": contents["title"] or _("Without a title"),
        "reference": contents["reference"],
        "eyebrow": f"{_named(contents['call'])} · {contents['reference']}",
        "subtitle": contents["organisation"]["name"],
        "footer": footer,
        "watermark": watermark,
        "language": translation.get_language()[:2],
        "sections": list(_sections(contents)),
    }
    name = f"{contents['reference']}-{suffix}.pdf"
    return pdf("allocations/proposal.typ", data=data, filename=name)


def _sections(contents):
    yield _section(_("Applicant"), facts=_applicant(contents))
    for section in contents["sections"]:
        yield from SECTIONS.get(section["kind"], _answers)(section, contents)
    kinds = {section["kind"] for section in contents["sections"]}
    if SectionKind.RESOURCES not in kinds and contents["lines"]:
        yield from _lines(None, contents)
    if SectionKind.ATTACHMENTS not in kinds and contents["attachments"]:
        yield from _files(None, contents)


def _compliance(section, contents):
    found = contents["compliance"]
    facts = []
    if found:
        facts = [
            (_("Risk class"), _label(RiskClass, found["risk_class"])),
            (_("Model"), _label(ModelClass, found["model_class"])),
            (_("Personal data"), _yes_no(found["personal_data"])),
            (_("Impact assessment needed"), _yes_no(found["dpia_needed"])),
            (_("Data-processing agreement needed"), _yes_no(found["dpa_needed"])),
            (_("Export control"), _label(ExportOutcome, found["export_outcome"])),
            (_("Energy in kWh"), _number(found["energy_kwh"])),
            (_("CO₂ in kg"), _number(found["co2_kg"])),
        ]
    yield _section(
        _named(section["label"]),
        facts=facts,
        paragraphs=[] if facts else [_("Nothing is answered yet.")],
    )
    told = _named(found["told"]) if found.get("told") else None
    if told:
        for part in told["answers"]:
            answers = [(row["question"], "; ".join(row["answers"])) for row in part["rows"]]
            yield _section(part["part"], facts=answers, level=3)
        if told["duties"]:
            duties = [(row["text"], _duty(row)) for row in told["duties"]]
            yield _section(_("What follows"), facts=duties, level=3)


def _duty(row):
    """The laws that a duty comes from, and the day from which it applies."""
    day = dt.date.fromisoformat(row["applies_from"]) if row["applies_from"] else None
    when = [_("from %(day)s on") % {"day": date_format(day, "DATE_FORMAT")}] if day else []
    return "; ".join([*row["laws"], *when])


def _team(_section, _contents):
    """The team is named with the applicant."""
    return ()


def _answers(section, _contents):
    """Short answers as a list of facts, long ones below their question."""
    if not section["answers"]:
        return
    short, long = [], []
    for answer in section["answers"]:
        words = _named(answer["words"]) or "–"
        is_long = len(words) > LONGEST_FACT or "\n" in words
        (long if is_long else short).append((_named(answer["label"]), words))
    yield _section(_named(section["label"]), facts=short)
    for label, words in long:
        yield _section(label, paragraphs=words.splitlines(), level=3)


def _applicant(contents):
    organisation, applicant = contents["organisation"], contents["applicant"]
    kind = OrganisationType(organisation["kind"]).label
    return [
        (_("Organisation"), organisation["name"]),
        (_("Type"), str(kind)),
        (_("Country"), _named(organisation["country"])),
        (_("Principal investigator"), f"{applicant['name']} ({applicant['email']})"),
        (_("Team"), ", ".join(contents["team"]) or "–"),
        (_("Access mode"), _named(contents["mode"])),
    ]


def _lines(_given, contents):
    rows = [
        [
            f"{Workload(line['workload']).label} {line['description']}".strip(),
            _number(line["runs"]),
            f"{_number(line['devices'])} {Device(line['device']).label}",
            _number(line["hours"]),
            _number(line["gpu_hours"]),
        ]
        for line in contents["lines"]
    ]
    yield _section(
        _("Resource lines"),
        paragraphs=[] if rows else [_("There are no lines.")],
        header=[_("What for"), _("Runs"), _("Per run"), _("Hours per run"), _("GPU-hours")],
        columns=["wide", "number", "number", "number", "number"],
        rows=rows,
    )


def _files(_given, contents):
    rows = [
        [
            f"{file['title'] or file['name']} ({AttachmentKind(file['kind']).label})",
            f"{ContentType(file['type']).label}, {filesizeformat(file['size_bytes'])}",
            f"{file['sha256'][:32]} {file['sha256'][32:]}",
        ]
        for file in contents["attachments"]
    ]
    yield _section(
        _("Attachments"),
        paragraphs=[] if rows else [_("Nothing is attached.")],
        header=[_("File"), _("Type"), "SHA-256"],
        columns=["wide", "text", "text"],
        rows=rows,
    )


def _section(heading, *, level=2, facts=(), paragraphs=(), rows=(), header=(), columns=()):
    return {
        "heading": heading,
        "level": level,
        "facts": facts,
        "paragraphs": paragraphs,
        "header": header,
        "columns": columns,
        "rows": rows,
    }


SECTIONS = {
    SectionKind.TEAM: _team,
    SectionKind.RESOURCES: _lines,
    SectionKind.ATTACHMENTS: _files,
    SectionKind.COMPLIANCE: _compliance,
}


def _label(choices, value):
    return str(choices(value).label) if value else "–"


def _yes_no(value):
    return "–" if value is None else (_("Yes") if value else _("No"))


def _named(words):
    return words.get(translation.get_language()[:2]) or words["en"]


def _number(amount):
    return "–" if amount is None else number_format(amount, force_grouping=True)


def _moment(at):
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
