"""Answering, and what an award makes of it."""

import datetime as dt

import pytest
from django.utils import translation

from allocations.exceptions import AnswersNotPossible, ProposalIncomplete
from allocations.flows.assessments import answer_questions, check_again
from allocations.flows.compliance import (
    assessment_of,
    circumstances_of,
    concerns,
    missing,
    standing,
    statement_of,
)
from allocations.flows.editing import edit_proposal
from allocations.flows.proposals import submit_proposal
from allocations.flows.revisions import snapshot
from allocations.models import (
    AccessPolicy,
    ComplianceAssessment,
    ComplianceCatalogue,
    ComplianceChange,
    CompliancePart,
)
from jaif_portal.exceptions import NotPermitted, StaleVersion, TransitionNotAllowed
from onboarding.models import Circumstance
from tests.allocations import factories
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

ALL = list(CompliancePart.values)


def answer(proposal, *, by=None, version=None, **answers):
    version = version or assessment_of(proposal).version
    return answer_questions(proposal, answers, by=by or proposal.applicant, version=version)


def empty(**answers):
    """A draft whose questions are all open."""
    proposal = factories.draft(**answers)
    ComplianceAssessment.objects.all().delete()
    return proposal


def edit(proposal, **answers):
    return edit_proposal(proposal, by=proposal.applicant, **answers)


def ask(*parts):
    AccessPolicy.objects.filter(mode__code="PG").update(compliance_parts=list(parts))


def test_results_are_empty_until_the_last_question_and_then_in_columns():
    proposal = empty()

    halfway = answer(proposal, work="fine_tune", prohibited=["none"])
    assert (halfway.risk_class, halfway.completed_at, halfway.dpa_needed) == ("", None, None)

    done = factories.assess(proposal, **factories.PERSONAL)
    assert (done.risk_class, done.export_outcome) == ("minimal", "clear")
    assert (done.personal_data, done.dpia_needed, done.dpa_needed) == (True, True, True)
    assert (done.completed_at, done.stopped_by) == (dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), "")


def test_each_answer_leaves_a_line_of_history():
    proposal = empty()

    answer(proposal, work="fine_tune")
    answer(proposal, work="fine_tune")
    answer(proposal, work="use")

    changes = ComplianceChange.objects.order_by("pk").values_list("question", "before", "after")
    assert list(changes) == [("work", None, "fine_tune"), ("work", "fine_tune", "use")]


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"work": "fly"}, {"work"}),
        ({"work": "use", "nothing": "yes"}, {"nothing"}),
        ({"gpu_hours": 1}, {"gpu_hours"}),
        ({"energy_seen": "seen"}, {"energy_seen"}),  # a part that the mode does not ask
        ({"prohibited": ["none", "manipulation"], "stage": 5}, {"prohibited", "stage"}),
        ({}, {"answers"}),
    ],
)
def test_one_wrong_answer_keeps_all_others_out(answers, wrong):
    proposal = empty()

    with pytest.raises(AnswersNotPossible) as refusal:
        answer(proposal, **answers)

    assert set(refusal.value.fields) == wrong
    assert not ComplianceAssessment.objects.exists()
    assert not ComplianceChange.objects.exists()


def test_an_answer_to_what_is_not_asked_is_kept_and_not_used():
    proposal = empty()

    answer(proposal, work="no_ai", annex_i="yes")

    assert "annex_i" not in standing(proposal).interview.answers
    assert assessment_of(proposal).answers["annex_i"] == "yes"


def test_who_has_not_seen_the_newest_answers_overwrites_none():
    proposal = empty()
    answer(proposal, version=1, work="use")

    with pytest.raises(StaleVersion):
        answer(proposal, version=1, work="train")

    assert assessment_of(proposal).answers == {"work": "use"}


@pytest.mark.parametrize("person", [factories.officer, UserFactory])
def test_others_do_not_answer(person):
    proposal = empty()

    with pytest.raises(NotPermitted):
        answer(proposal, by=person(), work="use")
    with pytest.raises(NotPermitted):
        check_again(proposal, by=person())


def test_a_team_member_answers():
    member = UserFactory()
    proposal = empty(team=[member.email])

    assert answer(proposal, by=member, work="use").answers == {"work": "use"}


def test_a_submitted_proposal_keeps_its_answers():
    proposal = factories.submitted()

    with pytest.raises(TransitionNotAllowed):
        answer(proposal, work="train")


# Before submitting


def test_a_proposal_is_submitted_with_its_questions_answered():
    proposal = empty()

    with pytest.raises(ProposalIncomplete) as refusal:
        submit_proposal(proposal, by=proposal.applicant)
    assert set(refusal.value.fields) == {"compliance"}

    factories.assess(proposal)
    assert submit_proposal(proposal, by=proposal.applicant).state == "in_evaluation"


@pytest.mark.parametrize(
    "answers",
    [
        {"work": "use", "prohibited": ["social_scoring"]},
        {"end_use": ["embargoed"]},
        {"personal_data": "personal", "agreement": "no"},
    ],
)
def test_what_rules_a_project_out_hinders_submitting(answers):
    proposal = factories.draft(compliance=factories.PERSONAL | answers)
    assessment = assessment_of(proposal)

    with pytest.raises(ProposalIncomplete) as refusal:
        submit_proposal(proposal, by=proposal.applicant)

    assert "rules this project out" in refusal.value.fields["compliance"][0]
    assert (assessment.completed_at, assessment.stopped_by) == (None, [*answers][-1])


def test_a_mode_that_asks_nothing_needs_nothing():
    proposal = empty()
    ask()
    proposal.refresh_from_db()

    assert (missing(proposal), concerns(proposal)) == ("", [])


# A changed request


def test_other_hours_open_what_depends_on_them_and_keep_the_rest():
    ask(*ALL)
    proposal = factories.draft()
    assert missing(proposal) == ""

    edit(proposal, gpu_hours=4000)
    proposal.refresh_from_db()
    now = standing(proposal)
    assert (now.outdated, now.is_done) == (["gpu_hours"], False)
    assert "check the answers about compliance again" in missing(proposal)

    check_again(proposal, by=proposal.applicant)
    now = standing(proposal)
    assert (now.outdated, now.interview.current.id) == ([], "energy_seen")
    answer(proposal, energy_seen="measures")
    assert missing(proposal) == ""


def test_another_sector_asks_to_check_again():
    proposal = factories.draft()

    edit(proposal, sector="health")
    proposal.refresh_from_db()
    assert standing(proposal).outdated == ["sector"]

    check_again(proposal, by=proposal.applicant)
    assert missing(proposal) == ""


def test_what_does_not_matter_to_the_mode_leaves_the_answers_valid():
    proposal = factories.draft()

    edit(proposal, gpu_hours=4000, title="Another title")
    proposal.refresh_from_db()

    assert standing(proposal).outdated == []


def test_hours_come_first_where_questions_depend_on_them():
    ask(*ALL)
    proposal = empty_without_hours()

    with pytest.raises(TransitionNotAllowed):
        answer(proposal, work="use")
    assert missing(proposal).startswith("Choose system and GPU-hours")


def empty_without_hours():
    ask(CompliancePart.AI_ACT)
    proposal = factories.draft(gpu_hours=None)
    ComplianceAssessment.objects.all().delete()
    ask(*ALL)
    proposal.refresh_from_db()
    return proposal


# Energy


def test_the_energy_is_hours_times_power_times_overhead():
    ask(CompliancePart.ENERGY)
    proposal = factories.draft()

    energy = standing(proposal).energy
    assessment = assessment_of(proposal)

    assert (energy.node_watts, str(energy.pue), energy.grams_per_kwh) == (2720, "1.10", 363)
    assert energy.kwh == 3740  # 1,250 node-hours x 2.72 kW x 1.1
    assert energy.co2_kg == 1358  # x 0.363 kg
    assert (assessment.energy_kwh, assessment.co2_kg) == (3740, 1358)


def test_a_new_figure_leaves_begun_proposals_alone():
    ask(CompliancePart.ENERGY)
    proposal = factories.draft()
    partition = proposal.offer.partition
    later = proposal.created_at + dt.timedelta(seconds=1)
    partition.energy_policies.create(valid_from=later, pue=2, source="x")

    assert standing(proposal).energy.kwh == 3740


# Versions of the catalogue


def test_a_proposal_keeps_the_catalogue_that_it_was_begun_under(travel):
    old = factories.draft()
    unanswered = empty()
    first = ComplianceCatalogue.objects.get()
    travel(dt.timedelta(hours=1))
    document = first.document
    document["questions"][0]["text"] = {"en": "What now?", "de": "Was nun?"}
    second = ComplianceCatalogue.objects.create(
        valid_from=old.created_at + dt.timedelta(minutes=1), document=document
    )

    new = factories.draft()

    assert assessment_of(new).catalogue == second
    assert [assessment_of(row).catalogue for row in (old, unanswered)] == [first, first]


def test_the_interview_speaks_the_readers_language():
    proposal = empty()

    with translation.override("de"):
        german = standing(proposal).interview.current.text

    assert german == "Was machen Sie auf der Maschine mit KI?"


# After the award


@pytest.mark.parametrize(
    ("compliance", "kinds"),
    [
        ({}, ["agreement", "ssh_key", "mfa", "association"]),
        (
            factories.PERSONAL,
            ["agreement", "data_processing", "ssh_key", "mfa", "association"],
        ),
    ],
)
def test_an_award_with_personal_data_has_the_agreement_in_its_case(compliance, kinds):
    allocation = factories.awarded(compliance=compliance)

    assert list(allocation.case.steps.values_list("kind", flat=True)) == kinds


def test_the_allocation_waits_for_the_agreement():
    allocation = factories.awarded(compliance=factories.PERSONAL)

    factories.onboard(allocation)

    allocation.case.refresh_from_db()
    assert (allocation.case.state, allocation.state) == ("open", "pending_onboarding")
    assert circumstances_of(allocation.project.proposal) == [Circumstance.PERSONAL_DATA]


# For staff and documents


def test_the_office_is_told_what_to_look_at():
    proposal = factories.draft(
        compliance=factories.PERSONAL
        | {"dpia_state": "not_begun", "transfer": "unclear", "dual_use": "unsure"}
        | {"stage": "on_market", "annex_i": "yes"}
    )

    assert concerns(proposal) == [
        "High risk by the AI Act: read the answers.",
        "Personal data: the agreement becomes a step.",
        "The impact assessment that is needed has not been begun.",
        "The basis of a transfer is not clear.",
        "Dual-use items: clear whether a licence is needed.",
    ]
    assert concerns(factories.draft()) == []


def test_the_statement_is_plain_and_whole():
    ask(*ALL)
    proposal = factories.draft()
    statement = statement_of(proposal)

    assert [part["part"] for part in statement["answers"]] == [
        "AI Act",
        "Data protection",
        "Export control and sanctions",
        "Ethics",
        "Energy",
    ]
    assert snapshot(proposal)["compliance"]["told"]["en"] == statement
    assert statement["duties"][0]["laws"] == ["Art. 2(6), 2(8) Regulation (EU) 2024/1689 (AI Act)"]


@pytest.mark.parametrize("count", [1, 10])
def test_reading_takes_the_same_queries_for_any_number_of_answers(django_assert_num_queries, count):
    ask(*ALL)
    proposal = empty()
    answers = dict(list(factories.HARMLESS.items())[:count])
    answers.pop("role", None)
    answers.pop("general", None)
    answer(proposal, **answers)
    proposal = type(proposal).objects.select_related("policy", "offer__partition").get()

    with django_assert_num_queries(3):
        standing(proposal)
