import datetime as dt

import pytest

from allocations.exceptions import (
    AnswersNotPossible,
    ProposalIncomplete,
    QuestionNotPossible,
    ReasonMissing,
)
from allocations.flows.clarifications import (
    answer_questions,
    ask_applicant,
    lapse_clarification,
)
from allocations.flows.lifecycle import keep_deadlines
from allocations.flows.withdrawal import withdraw_proposal
from allocations.models import Clarification
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted, StaleVersion, TransitionNotAllowed
from jaif_portal.models import Deadline
from tests.allocations import factories
from tests.allocations.records import letters
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
DAY = dt.timedelta(days=1)


@pytest.fixture
def asked(monday):
    proposal = factories.submitted(team=["ben@example.org"])
    fields = ["abstract", "months"]
    return ask_applicant(proposal, by=factories.officer(), question="Which data?", fields=fields)


def answer(asked, **answers):
    proposal = asked.proposal
    proposal.refresh_from_db()
    given = {"text": "Public ones.", "version": proposal.version, "by": proposal.applicant}
    return answer_questions(asked, **(given | answers))


def decision_clock(proposal):
    """``[(due, paused, resumed, met), ...]``."""
    rows = Deadline.objects.of(proposal).filter(kind="decision").order_by("pk")
    return list(rows.values_list("due_at", "paused_at", "resumed_at", "met_at"))


def test_a_question_stops_the_clock_of_the_decision_and_tells_the_applicant(asked, monday):
    asked.proposal.refresh_from_db()

    due = monday + 2 * DAY
    assert asked.proposal.state == "clarification"
    assert decision_clock(asked.proposal) == [(due, monday, None, None)]
    assert asked.due_at == monday + 7 * DAY  # five working days
    questions = [to for letter, to in letters(asked.proposal) if letter == "questions:1"]
    assert questions == sorted(["ben@example.org", asked.proposal.applicant.email])


def test_an_answer_changes_what_was_asked_for_and_the_clock_goes_on_with_what_was_left(
    asked, monday, travel
):
    later = travel(DAY)
    abstract = "We use public documents of European towns, and nothing else at all." * 2

    answer(asked, abstract=abstract, months=3)

    proposal = asked.proposal
    proposal.refresh_from_db()
    assert (proposal.state, proposal.abstract, proposal.months) == ("in_evaluation", abstract, 3)
    assert decision_clock(proposal) == [
        (monday + 2 * DAY, monday, later, None),
        (later + 2 * DAY, None, None, None),
    ]
    assert ("answered:1", factories.officer().email) in letters(proposal)
    assert factories.find_eligible(proposal, by=factories.officer()).state == "in_evaluation"


def test_a_check_cannot_be_decided_while_questions_are_open(asked):
    with pytest.raises(TransitionNotAllowed):
        factories.find_eligible(asked.proposal, by=factories.officer())


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        ({"title": "Another"}, QuestionNotPossible),
        ({"abstract": "Too short"}, ProposalIncomplete),
        ({"months": 99}, AnswersNotPossible),
        ({"text": " "}, ProposalIncomplete),
        ({"version": 1}, StaleVersion),
    ],
)
def test_an_answer_that_does_not_fit_changes_nothing(asked, answers, refusal):
    before = factories.Call.objects.get(mode__code="PG").proposals.values().get()

    with pytest.raises(refusal):
        answer(asked, **answers)

    assert factories.Call.objects.get(mode__code="PG").proposals.values().get() == before
    assert Clarification.objects.get().state == "open"


def test_the_team_reads_the_questions_and_does_not_answer(asked):
    with pytest.raises(NotPermitted):
        answer(asked, by=UserFactory(email="ben@example.org"))


def test_questions_are_answered_once(asked):
    answer(asked)

    with pytest.raises(TransitionNotAllowed):
        answer(asked)


def test_questions_are_asked_by_whoever_has_the_step(monday):
    proposal = factories.submitted()

    with pytest.raises(NotPermitted):
        ask_applicant(proposal, by=factories.reviewer(), question="How?")
    with pytest.raises(ReasonMissing):
        ask_applicant(proposal, by=factories.officer(), question=" ")
    with pytest.raises(QuestionNotPossible):
        ask_applicant(proposal, by=factories.officer(), question="How?", fields=["state"])


def test_there_are_as_many_rounds_of_questions_as_the_policy_has(asked):
    answer(asked)
    answer(ask_applicant(asked.proposal, by=factories.officer(), question="And the model?"))

    with pytest.raises(QuestionNotPossible):
        ask_applicant(asked.proposal, by=factories.officer(), question="And then?")


def test_late_questions_are_escalated_and_staff_go_on_without_an_answer(asked, travel):
    officer = factories.officer()
    with pytest.raises(TransitionNotAllowed):
        lapse_clarification(asked.proposal, by=officer)
    travel(asked.due_at)

    keep_deadlines(until=clock.now())

    found = letters(asked.proposal)
    assert ("question_reminder:1", asked.proposal.applicant.email) in found
    assert ("question_overdue:1", officer.email) in found
    asked.proposal.refresh_from_db()
    assert asked.proposal.state == "clarification"  # a timer decides nothing
    assert lapse_clarification(asked.proposal, by=officer).state == "in_evaluation"
    assert Clarification.objects.get().state == "lapsed"


def test_withdrawing_drops_the_questions_and_every_clock(asked):
    withdraw_proposal(asked.proposal, by=asked.proposal.applicant)

    assert Clarification.objects.get().state == "dropped"
    assert not Deadline.objects.running().exists()
    assert not Deadline.objects.paused().exists()
    assert ("withdrawn", factories.officer().email) in letters(asked.proposal)
