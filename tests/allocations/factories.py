"""Subjects at each stage, brought there by the flows."""

from decimal import Decimal

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group

from allocations.flows import evaluation, lifecycle
from allocations.flows.assessments import answer_questions
from allocations.flows.associations import acknowledge_associations
from allocations.flows.checklists import fill_in_checklist
from allocations.flows.compliance import assessment_of, standing
from allocations.flows.editing import edit_proposal
from allocations.flows.evaluation import find_feasible
from allocations.flows.findings import confirm_finding, find_ineligible, find_infeasible
from allocations.flows.offers import accept_offer
from allocations.flows.proposals import begin_proposal, submit_proposal
from allocations.flows.questions import options_of, questions_of
from allocations.flows.resources import set_resources
from allocations.flows.values import answer_of
from allocations.models import Call, Check, Partition, Project, QuestionKind, Sector
from jaif_portal import clock
from onboarding.flows.agreements import accept_terms, current_terms
from onboarding.flows.cases import check_case
from onboarding.models import Role, SSHKey, Terms
from tests.onboarding.factories import OrganisationFactory, UserFactory

ABSTRACT = "We fine-tune a language model for tenders of small municipalities in Europe. " * 2

HARMLESS = {  # answers about compliance that ask for nothing
    "work": "use",
    "prohibited": ["none"],
    "stage": "research_only",
    "annex_i": "no",
    "annex_iii": ["none"],
    "art50": ["none"],
    "role": ["provider"],
    "general": "no",
    "personal_data": "none",
    "end_use": ["none"],
    "dual_use": "no",
    "ethics_list": "ebd",
    "ethics_text": "The greatest risk is bias in the data; we measure it for each group of users.",
    "energy_seen": "seen",
} | dict.fromkeys(
    [
        "ebd_agency",
        "ebd_privacy",
        "ebd_fairness",
        "ebd_wellbeing",
        "ebd_transparency",
        "ebd_accountability",
    ],
    "planned",
)
PERSONAL = {  # such as patients' records that were pseudonymised
    "personal_data": "pseudonymised",
    "special": "yes",
    "art35": ["none"],
    "wp248": ["sensitive_data", "vulnerable_people"],
    "dpia_state": "under_way",
    "transfer": "none",
    "agreement": "yes",
}
SHORT_ANSWERS = {  # to what the form asks in Playground beside the columns
    "frameworks": "PyTorch 2.8",
    "personal_data": False,
    "declared_true": True,
    "declared_authority": True,
}


def officer():
    return staff(Role.ACCESS_OFFICER)


def reviewer():
    return staff(Role.TECHNICAL_REVIEWER)


def staff(role):
    return Group.objects.get(name=role).user_set.first() or UserFactory(role=role)


def booster():
    return Partition.objects.get(name="booster")


def assess(proposal, **answers):
    """Answer the questions about compliance that the proposal's mode asks."""
    now = standing(proposal)
    mine = {row.id for row in now.catalogue.questions if row.part in now.parts}
    given = {name: answer for name, answer in (HARMLESS | answers).items() if name in mine}
    version = assessment_of(proposal).version
    return answer_questions(proposal, given, by=proposal.applicant, version=version)


def draft(*, by=None, compliance=None, **answers):
    """A complete draft under the Playground call; ``compliance`` are answers of its own."""
    by = by or UserFactory()
    organisation = by.organisations.first() or OrganisationFactory(representative=by)
    call = Call.objects.get(mode__code="PG")
    complete = {
        "title": "Tenders for towns",
        "abstract": ABSTRACT,
        "sector": Sector.PUBLIC_SECTOR,
        "offer": call.offers.get(),
        "gpu_hours": 5000,
        "months": 2,
        "civilian_use": True,
        **SHORT_ANSWERS,
    }
    proposal = begin_proposal(call, organisation=organisation, by=by, **(complete | answers))
    assess(proposal, **(compliance or {}))
    return proposal


def fill_in(proposal):
    """Answer whatever the form still asks, with the least that fits."""
    answers = {
        code: fitting_answer(question, proposal)
        for code, question in questions_of(proposal).items()
        if answer_of(proposal, code) is None
    }
    return edit_proposal(proposal, by=proposal.applicant, **answers)


def fitting_answer(question, proposal):
    """A value of JSON that answers ``question``."""
    kind, least = question.kind, question.least or 1
    if kind in {QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT}:
        return ("Words " * (least // 5 + 1))[: question.most].strip()
    if kind in {QuestionKind.CHOICE, QuestionKind.CHOICES}:
        first = options_of(question, proposal)[0][0]
        return first if kind == QuestionKind.CHOICE else [first]
    if kind == QuestionKind.ROWS:
        return [{code: "3" for code, _label in question.options}] * least
    return {
        QuestionKind.NUMBER: least,
        QuestionKind.YES_NO: False,
        QuestionKind.CONFIRMATION: True,
        QuestionKind.DATE: "2099-12-31",
        QuestionKind.LINK: "https://example.org/cv",
    }[kind]


def itemised(proposal):
    """The proposal, with one line that comes to the GPU-hours it asks for."""
    gpus = 4 if proposal.gpu_hours < 40_000 else 40_000
    set_resources(
        proposal,
        by=proposal.applicant,
        version=proposal.version,
        lines=[line(devices=gpus, hours=Decimal(proposal.gpu_hours) / gpus)],
    )
    proposal.refresh_from_db()
    return proposal


def line(**answers):
    usual = {"workload": "training", "runs": 1, "devices": 4, "device": "gpu", "hours": Decimal(1)}
    return usual | answers


def submitted(**answers):
    proposal = draft(**answers)
    return submit_proposal(proposal, by=proposal.applicant)


def tick_all(proposal, *, by):
    """Fill in the check-list: everything is in order."""
    checks = Check.objects.filter(step__proposal=proposal)
    answers = {check.position: (True, "") for check in checks}
    fill_in_checklist(proposal, by=by, answers=answers)


def find_eligible(proposal, *, by, **remarks):
    """Tick the whole check-list, then pass the check."""
    tick_all(proposal, by=by)
    return evaluation.find_eligible(proposal, by=by, **remarks)


def ineligible(proposal, *, by, remarks="No."):
    find_ineligible(proposal, by=by, reason="other", remarks=remarks)
    return confirm_finding(proposal, by=UserFactory(role=Role.ACCESS_OFFICER))


def infeasible(proposal, *, by, remarks="No."):
    find_infeasible(proposal, by=by, reason="other", remarks=remarks)
    return confirm_finding(proposal, by=UserFactory(role=Role.TECHNICAL_LEAD))


def offered(**answers):
    lifecycle.fund_shares(at=clock.now())
    proposal = submitted(**answers)
    find_eligible(proposal, by=officer())
    return find_feasible(proposal, by=reviewer())


def awarded(**answers):
    """An allocation that waits for onboarding."""
    proposal = offered(**answers)
    return accept_offer(proposal, by=proposal.applicant).allocations.get()


def onboard(allocation):
    """Have the applicant do every step of the case, and the scheduler its own."""
    now = clock.now()
    person = allocation.case.owner
    accept_terms(current_terms(Terms.Kind.USAGE, at=now), by=person)
    SSHKey.objects.get_or_create(
        user=person,
        defaults={
            "name": "laptop",
            "networks": [],
            "added_at": now,
            "fingerprint": f"SHA256:{person.pk}",
        },
    )
    Authenticator.objects.get_or_create(user=person, type=Authenticator.Type.TOTP, data={})
    acknowledge_associations(allocation.partition, at=now)
    check_case(allocation.case, at=now)


def active(**answers):
    """An allocation whose onboarding is complete."""
    allocation = awarded(**answers)
    onboard(allocation)
    lifecycle.activate_ready(at=clock.now())
    allocation.refresh_from_db()
    return allocation


def project(**answers):
    return Project.objects.get(allocations=active(**answers))
