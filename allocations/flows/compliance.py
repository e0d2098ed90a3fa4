"""Where the compliance answers of a proposal stand, and what follows from them. It only reads."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from onboarding.models import Circumstance

from ..compliance import (
    Answer,
    Catalogue,
    Conclusion,
    Interview,
    Kind,
    Question,
    conclude,
    read,
    walk,
)
from ..models import (
    ComplianceAssessment,
    ComplianceCatalogue,
    CompliancePart,
    ExportOutcome,
    ModelClass,
    Proposal,
    RiskClass,
)
from .energy import Energy, energy_of

BY_HOURS = {CompliancePart.GPAI, CompliancePart.ENERGY}


@dataclass(frozen=True)
class Standing:
    """A proposal's interview. ``outdated`` names what the proposal asks for otherwise by now."""

    proposal: Proposal
    assessment: ComplianceAssessment
    catalogue: Catalogue
    parts: list
    interview: Interview
    conclusion: Conclusion
    energy: Energy | None
    outdated: list

    @property
    def needs_request(self):
        """Whether hours and system have to be said first, since questions depend on them."""
        by_hours = not BY_HOURS.isdisjoint(self.parts)
        return by_hours and not (self.proposal.gpu_hours and self.proposal.offer_id)

    @property
    def is_done(self):
        return self.interview.is_complete and not self.outdated and not self.needs_request

    @property
    def flop(self):
        """What the hours can compute: usually, at most, and at most with 8 bits."""
        hours = self.proposal.gpu_hours or 0
        return {name: hours * 3600 * speed for name, speed in self.catalogue.speeds.items()}


def standing(proposal):
    """How ``proposal`` stands with its catalogue, told in the reader's language."""
    assessment = assessment_of(proposal)
    catalogue = read(assessment.catalogue.document, language=language())
    parts = proposal.policy.compliance_parts
    given = given_by(proposal)
    interview = walk(catalogue, assessment.answers, parts=parts, given=given)
    return Standing(
        proposal=proposal,
        assessment=assessment,
        catalogue=catalogue,
        parts=parts,
        interview=interview,
        conclusion=conclude(catalogue, interview, parts=parts, given=given),
        energy=energy_of(proposal) if CompliancePart.ENERGY in parts else None,
        outdated=outdated(assessment, proposal),
    )


def assessment_of(proposal):
    """The proposal's assessment, or an unsaved one under the catalogue that it was begun under."""
    rows = ComplianceAssessment.objects.select_related("catalogue")
    found = rows.filter(proposal=proposal).first()
    if found is not None:
        return found
    catalogue = catalogue_at(proposal.created_at)
    return ComplianceAssessment(proposal=proposal, catalogue=catalogue, basis=basis_of(proposal))


def catalogue_at(moment):
    """The version in force at ``moment``; the first one for what is older than all."""
    valid = ComplianceCatalogue.objects.valid(at=moment).first()
    return valid or ComplianceCatalogue.objects.order_by("valid_from").first()


def given_by(proposal):
    """What the proposal itself answers."""
    return {"gpu_hours": proposal.gpu_hours or 0}


def basis_of(proposal):
    """What the answers were given for, as far as the questions of the mode depend on it."""
    parts = set(proposal.policy.compliance_parts)
    basis = {}
    if BY_HOURS & parts:
        basis |= {"gpu_hours": proposal.gpu_hours, "offer": proposal.offer_id}
    if CompliancePart.AI_ACT in parts:
        basis["sector"] = proposal.sector
    return basis


def outdated(assessment, proposal):
    """The names of what was said when the questions were answered and is otherwise now."""
    now = basis_of(proposal)
    return [name for name, then in assessment.basis.items() if then and now.get(name) != then]


def language():
    return "de" if (get_language() or "").startswith("de") else "en"


def missing(proposal):
    """The sentence that says why the proposal cannot be handed in yet, or nothing."""
    if not proposal.policy.compliance_parts:
        return ""
    now = standing(proposal)
    if now.interview.stopped:
        return _("An answer about compliance rules this project out: “%(question)s”") % {
            "question": now.interview.stopped.text
        }
    if now.needs_request:
        return _("Choose system and GPU-hours, then answer the questions about compliance.")
    if now.outdated:
        return _("The request has changed: please check the answers about compliance again.")
    if not now.is_done:
        return _("Answer the questions about compliance.")
    return ""


def circumstances_of(proposal):
    """What of an assessment the onboarding depends on."""
    needed = ComplianceAssessment.objects.filter(proposal=proposal, dpa_needed=True)
    return [Circumstance.PERSONAL_DATA] if needed.exists() else []


# In words, for pages, documents and REST


@dataclass(frozen=True)
class Told:
    """An answer in words, with the question that it belongs to."""

    question: Question
    answer: Answer
    words: list


def told(now):
    """``[(part's title, [answers in words]), ...]`` of what was asked so far."""
    rows = [
        Told(row, now.interview.answers[row.id], in_words(row, now.interview.answers[row.id]))
        for row in now.interview.asked
    ]
    parts = [
        (title, [row for row in rows if row.question.part == part])
        for part, title in now.catalogue.parts.items()
    ]
    return [(title, answers) for title, answers in parts if answers]


def in_words(question, answer):
    if question.kind in {Kind.TEXT, Kind.NUMBER}:
        return [str(answer)]
    names = answer if isinstance(answer, list) else [answer]
    return [question.choice(name).label for name in names]


def findings_in_words(findings):
    """``[(what, result), ...]`` in the order of the findings."""
    yes_no = {"yes": _("Yes"), "no": _("No"), "needed": _("Needed"), "not_needed": _("Not needed")}
    names = {
        "risk": (_("Risk class by the AI Act"), dict(RiskClass.choices)),
        "gpai": (_("General-purpose model"), dict(ModelClass.choices)),
        "personal_data": (_("Personal data"), yes_no),
        "dpia": (_("Data protection impact assessment"), yes_no),
        "dpa": (_("Data-processing agreement before the upload"), yes_no),
        "export": (_("Export control"), dict(ExportOutcome.choices)),
    }
    return [(names[name][0], names[name][1][value]) for name, value in findings.items()]


def statement_of(proposal):
    """The assessment as plain structure, for the proposal's PDF and its frozen revision."""
    now = standing(proposal)
    settled = now.interview.current is None
    return {
        "answers": [
            {
                "part": title,
                "rows": [{"question": row.question.text, "answers": row.words} for row in rows],
            }
            for title, rows in told(now)
        ],
        "duties": [
            {
                "text": duty.text,
                "laws": [f"{law.article} {law.name}".strip() for law in duty.laws],
                "applies_from": duty.applies_from.isoformat() if duty.applies_from else "",
            }
            for duty in (now.conclusion.duties if settled else ())
        ],
    }


def concerns(proposal):
    """What the access office should look at before it finds the proposal eligible."""
    if not proposal.policy.compliance_parts:
        return []
    now = standing(proposal)
    findings, answers = now.conclusion.findings, now.interview.answers
    looks = [
        (not now.is_done, _("The assessment is not complete, or the request has changed since.")),
        (findings.get("risk") == RiskClass.HIGH, _("High risk by the AI Act: read the answers.")),
        (
            findings.get("gpai") == ModelClass.SYSTEMIC,
            _("A systemic risk is presumed: has the Commission been notified?"),
        ),
        (findings.get("dpa") == "needed", _("Personal data: the agreement becomes a step.")),
        (
            answers.get("dpia_state") == "not_begun",
            _("The impact assessment that is needed has not been begun."),
        ),
        (answers.get("transfer") == "unclear", _("The basis of a transfer is not clear.")),
        (
            findings.get("export") == ExportOutcome.TO_CHECK,
            _("Dual-use items: clear whether a licence is needed."),
        ),
    ]
    return [str(sentence) for concerned, sentence in looks if concerned]
