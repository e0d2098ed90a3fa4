"""A Large Scale round for the demo, in the middle of its peer review."""

import datetime as dt
from decimal import Decimal

from allocations.flows import intake
from allocations.flows.assessments import answer_questions, assessment_of, standing
from allocations.flows.assignments import accept_review, appoint_rapporteur, declare
from allocations.flows.evaluation import find_eligible, find_feasible
from allocations.flows.matching import confirm_reviewers, propose_reviewers
from allocations.flows.proposals import begin_proposal, submit_proposal
from allocations.flows.resources import set_resources
from allocations.flows.reviews import save_review, submit_review
from allocations.management.checklists import tick_all
from allocations.models import Call, ReviewerProfile, Round
from jaif_portal import clock
from onboarding.flows.organisations import create_organisation
from onboarding.models import Country, OrganisationType

# Whose: name, firm, country, register number, title, sector, keywords, GPU-hours
APPLICANTS = {
    "lena.brandt@gezeiten.example": (
        "Lena Brandt", "Gezeiten KI GmbH", "DE", "HRB 220145",
        "A foundation model for coastal weather", "climate",
        "climate, transformers, satellite images", 409_600,
    ),
    "marco.rossi@vita.example": (
        "Marco Rossi", "Vita Imaging Srl", "IT", "TO-1190233",
        "Whole-body segmentation from ten hospitals", "health",
        "medical imaging, segmentation, self-supervision", 256_000,
    ),
    "zofia.nowak@lingua.example": (
        "Zofia Nowak", "Lingua Centralna Sp. z o.o.", "PL", "KRS 0000981",
        "Open language models for Slavic languages", "public_sector",
        "language models, transformers, multilingual data", 921_600,
    ),
    "aino.laine@volttia.example": (
        "Aino Laine", "Volttia Oy", "FI", "FI-3312098",
        "Predicting load in electricity grids street by street", "energy",
        "time series, graph networks, climate", 122_880,
    ),
}  # fmt: skip

# Whose: name, institution, expertise, most reviews at a time
REVIEWERS = {
    "peer@demo.example": (
        "Claire Fontaine", "Sorbonne Université",
        ["climate", "transformers", "language models"], 4,
    ),
    "expert.ocean@institute.example": (
        "Henrik Dahl", "University of Bergen", ["climate", "satellite images", "time series"], 4,
    ),
    "expert.image@clinic.example": (
        "Paula Ortiz", "Hospital Clínic Barcelona", ["medical imaging", "segmentation"], 3,
    ),
    "expert.text@language.example": (
        "Jiří Dvořák", "Charles University", ["language models", "multilingual data"], 3,
    ),
    "expert.graph@network.example": (
        "Katrin Maier", "TU Wien", ["graph networks", "time series", "transformers"], 4,
    ),
    "expert.vision@vision.example": (
        "Tom Jansen", "University of Amsterdam",
        ["segmentation", "self-supervision", "satellite images"], 4,
    ),
    "expert.model@compute.example": (
        "Sara Lind", "KTH", ["transformers", "self-supervision", "climate"], 4,
    ),
    "expert.data@lingua.example": (
        "Adam Zieliński", "Lingua Centralna Sp. z o.o.", ["language models", "transformers"], 4,
    ),
}  # fmt: skip
COMPLIANCE = {
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
    [f"ebd_{name}" for name in (
        "agency", "privacy", "fairness", "wellbeing", "transparency", "accountability",
    )],
    "planned",
)  # fmt: skip
SCORES = [(5, 4, 4), (4, 4, 3), (3, 5, 4), (4, 2, 3), (5, 5, 4), (2, 3, 3)]


def load_review_round(people, *, make_person):
    """Four proposals with invited reviewers, conflicts, and half of the reviews; once."""
    if ReviewerProfile.objects.exists():
        return
    officer, technical = people["officer@demo.example"], people["technical@demo.example"]
    round_ = _begin_round()
    proposals = [_proposal(email, round_, make_person) for email in APPLICANTS]
    round_.cut_off_at = clock.now()
    round_.save(update_fields=["cut_off_at"])
    for proposal in proposals:
        intake.cut_off_reached(proposal, at=round_.cut_off_at)
        tick_all(proposal, by=officer)
        find_eligible(proposal, by=officer)
        find_feasible(proposal, by=technical)
    for email, row in REVIEWERS.items():
        _reviewer(email, *row, make_person=make_person)
    propose_reviewers(round_, by=officer)
    for proposal in proposals[:-1]:
        confirm_reviewers(proposal, by=officer)
    _review_half(proposals[:-1], officer)


def _begin_round():
    """A round whose cut-off lies ahead while the proposals are handed in."""
    call, ahead = Call.objects.get(mode__code="LS"), clock.now() + dt.timedelta(minutes=30)
    numbers = call.rounds.filter(year=ahead.year).values_list("number", flat=True)
    return Round.objects.create(
        call=call, year=ahead.year, number=max(numbers, default=0) + 1, cut_off_at=ahead
    )


def _proposal(email, round_, make_person):
    name, firm, country, number, title, sector, keywords, hours = APPLICANTS[email]
    person = make_person(email, name, None)
    organisation = create_organisation(
        by=person,
        name=firm,
        kind=OrganisationType.START_UP,
        country=Country.objects.get(code=country),
        registration_number=number,
        founded_on=dt.date(2022, 3, 1),
        staff=24,
        turnover_eur=2_100_000,
        balance_sheet_eur=3_000_000,
    )
    answers = _answers(title, keywords)
    proposal = begin_proposal(
        round_.call,
        organisation=organisation,
        by=person,
        title=title,
        sector=sector,
        offer=round_.call.offers.get(),
        gpu_hours=hours,
        months=6,
        civilian_use=True,
        keywords=keywords,
        **answers,
    )
    _assess(proposal)
    proposal.refresh_from_db()
    _itemise(proposal)
    return submit_proposal(proposal, by=person)


def _answers(title, keywords):
    plan = f"{title}: we collect and clean the data, train, evaluate and publish in four gates."
    return {
        "abstract": (
            f"{title}. We train a model for this purpose on open data, with methods from "
            f"{keywords}, and publish weights, data sheets and an evaluation with users."
        ),
        "cv_link": "https://www.example.org/cv",
        "product": f"{plan} Our product is used by forty customers in nine countries today.",
        "prior_results": (
            "A smaller model, trained on 64 GPUs for two weeks, was better than the best "
            "published one by 11 % on three public benchmarks."
        ),
        "work_plan": plan,
        "milestones": [{"milestone": "First checkpoint", "month": "2", "proof": "Benchmark"}],
        "why_this_machine": "The model does not fit into the memory of fewer than 512 GPUs.",
        "gpus_per_job": 512,
        "storage_tb": 80,
        "frameworks": "PyTorch 2.8, Megatron-LM",
        "arm_ready": "tested",
        "scaling": "Measured on 64 to 512 GPUs: 91 % efficiency at 512 relative to 64.",
        "personal_data": False,
        "data_origin": "Open data of public bodies, and our own measurements.",
        "data_licence": "CC BY 4.0",
        "confidentiality": "partly",
        "energy": "We stop runs that fall behind early and reuse checkpoints of earlier runs.",
        "has_other_allocations": False,
        "aid_declared": True,
        "declared_true": True,
        "declared_authority": True,
    }


def _assess(proposal):
    now = standing(proposal)
    asked = {row.id for row in now.catalogue.questions if row.part in now.parts}
    answers = {name: answer for name, answer in COMPLIANCE.items() if name in asked}
    version = assessment_of(proposal).version
    answer_questions(proposal, answers, by=proposal.applicant, version=version)


def _itemise(proposal):
    """One long training that takes what is asked for."""
    line = {"workload": "training", "runs": 1, "devices": 512, "device": "gpu"}
    set_resources(
        proposal,
        by=proposal.applicant,
        version=proposal.version,
        lines=[line | {"hours": Decimal(proposal.gpu_hours) / 512}],
    )
    proposal.refresh_from_db()


def _reviewer(email, name, institution, keywords, load_cap, *, make_person):
    return ReviewerProfile.objects.create(
        user=make_person(email, name, "peer reviewer"),
        institution=institution,
        keywords=sorted(keywords),
        load_cap=load_cap,
    )


def _review_half(proposals, officer):
    """The first reviewer of each hands in, of the first proposal all but one; others work."""
    scores = iter(SCORES * len(proposals))
    for number, proposal in enumerate(proposals):
        rows = list(proposal.assignments.filter(state="invited").order_by("pk"))
        rows.sort(key=lambda row: row.reviewer.user.email != "peer@demo.example")
        for row in rows[:-1]:
            person = row.reviewer.user
            accept_review(row, by=person)
            declare(row, by=person)
        appoint_rapporteur(rows[0], by=officer)
        ready = [row for row in rows[:-1] if row.reviewer.user.email != "peer@demo.example"]
        for row in ready[: 2 if number == 0 else 1]:
            _hand_in(row, next(scores))


def _hand_in(assignment, values):
    criteria = assignment.proposal.policy.review_policy.criteria.all()
    reasons = "The plan is sound, the evidence is measured, and risks are named."
    save_review(
        assignment,
        by=assignment.reviewer.user,
        version=0,
        scores={row: (value, False, reasons) for row, value in zip(criteria, values, strict=True)},
        comments="A convincing request. The evaluation with users could start earlier.",
        confidential="Fund it in full, if the pool allows.",
    )
    submit_review(assignment, by=assignment.reviewer.user)
