import datetime as dt

import pytest

from allocations.exceptions import ReasonMissing
from allocations.flows import lifecycle
from allocations.flows.assignments import (
    accept_review,
    appoint_rapporteur,
    declare,
    decline_review,
    release_reviewer,
)
from allocations.flows.withdrawal import withdraw_proposal
from allocations.models import ReviewAssignment
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted, TransitionNotAllowed
from jaif_portal.models import Deadline, Mail, Transition
from tests.allocations import reviewing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def proposal(travel):
    return reviewing.in_peer_review(travel)[0]


@pytest.fixture
def rows(proposal):
    return reviewing.assigned(proposal)


def letters(kind):
    return list(Mail.objects.filter(key__contains=f":{kind}:").values_list("recipient", flat=True))


def test_accepting_starts_the_clock_of_the_review(rows):
    accepted = accept_review(rows[0], by=rows[0].reviewer.user)

    assert (accepted.state, accepted.due_at) == (
        "accepted",
        clock.add_working_days(clock.now(), 5),
    )
    assert sorted(Deadline.objects.of(accepted).running().values_list("kind", flat=True)) == [
        "review_due",
        "review_reminder",
    ]


def test_only_the_reviewer_answers(rows):
    with pytest.raises(NotPermitted):
        accept_review(rows[0], by=rows[1].reviewer.user)


def test_declining_asks_the_alternate_once(proposal, rows):
    decline_review(rows[0], by=rows[0].reviewer.user, reason="No time.")

    assert reviewing.states(proposal) == ["declined", "invited", "invited", "invited"]
    assert ReviewAssignment.objects.get(replaces=rows[0]) == rows[3]
    with pytest.raises(TransitionNotAllowed):
        decline_review(rows[0], by=rows[0].reviewer.user)


def test_without_an_alternate_the_officers_are_told(proposal, rows):
    decline_review(rows[0], by=rows[0].reviewer.user)
    decline_review(rows[1], by=rows[1].reviewer.user)

    assert reviewing.states(proposal) == ["declined", "declined", "invited", "invited"]
    assert len(letters("review_no_alternate")) == 1


def test_two_working_days_without_an_answer_ask_the_alternate(proposal, rows, travel):
    accept_review(rows[1], by=rows[1].reviewer.user)
    accept_review(rows[2], by=rows[2].reviewer.user)

    travel(rows[0].answer_by - dt.timedelta(seconds=1))
    lifecycle.keep_deadlines(until=clock.now())
    assert reviewing.states(proposal) == ["invited", "accepted", "accepted", "alternate"]
    travel(dt.timedelta(seconds=1))
    lifecycle.keep_deadlines(until=clock.now())

    assert reviewing.states(proposal) == ["unanswered", "accepted", "accepted", "invited"]


def test_an_alternate_with_a_conflict_is_passed_over(proposal, rows):
    proposal.organisation.memberships.create(user=rows[3].reviewer.user, role="member")

    decline_review(rows[0], by=rows[0].reviewer.user)

    assert reviewing.states(proposal)[3] == "alternate"
    assert len(letters("review_no_alternate")) == 1


def test_a_real_conflict_recuses_and_asks_the_alternate(proposal, rows):
    accept_review(rows[0], by=rows[0].reviewer.user)
    declare(
        rows[0], by=rows[0].reviewer.user, severity="real", evidence="We founded a firm together."
    )

    assert reviewing.states(proposal) == ["recused", "invited", "invited", "invited"]
    conflict = proposal.conflicts.get()
    assert (conflict.kind, conflict.state, conflict.reported_by) == (
        "declared",
        "real",
        rows[0].reviewer.user,
    )


@pytest.mark.parametrize(
    ("severity", "evidence", "management_plan"),
    [("potential", "", ""), ("apparent", "A talk together.", " ")],
)
def test_a_declaration_without_its_reasons_is_refused(rows, severity, evidence, management_plan):
    accept_review(rows[0], by=rows[0].reviewer.user)

    with pytest.raises(ReasonMissing):
        declare(
            rows[0],
            by=rows[0].reviewer.user,
            severity=severity,
            evidence=evidence,
            management_plan=management_plan,
        )


def test_an_apparent_conflict_opens_the_file_under_its_plan(proposal, rows):
    accept_review(rows[0], by=rows[0].reviewer.user)
    declared = declare(
        rows[0],
        by=rows[0].reviewer.user,
        severity="apparent",
        evidence="Same research network.",
        management_plan="The chair reads my scores.",
    )

    assert (declared.state, declared.declared_at) == ("accepted", clock.now())
    assert proposal.conflicts.get().management_plan == "The chair reads my scores."


def test_nobody_declares_before_accepting(rows):
    with pytest.raises(TransitionNotAllowed, match="Accept the review first"):
        declare(rows[0], by=rows[0].reviewer.user)


def test_an_officer_releases_with_a_reason(proposal, rows, officer):
    with pytest.raises(ReasonMissing):
        release_reviewer(rows[0], by=officer, reason="")

    release_reviewer(rows[0], by=officer, reason="On long leave.")

    assert reviewing.states(proposal) == ["released", "invited", "invited", "invited"]
    assert Transition.objects.of(rows[0]).last().note == "On long leave."
    assert letters("review_released") == [rows[0].reviewer.user.email]


def test_reminder_and_escalation_go_to_who_is_late(rows, travel):
    late = accept_review(rows[0], by=rows[0].reviewer.user)
    reviewing.reviewed(rows[1])

    travel(late.due_at + dt.timedelta(seconds=1))
    lifecycle.keep_deadlines(until=clock.now())

    assert letters("review_reminder") == [late.reviewer.user.email]
    assert letters("review_overdue") == [late.reviewer.user.email]
    assert len(letters("review_escalation")) == 1
    late.refresh_from_db()
    assert late.state == "accepted"


def test_there_is_one_rapporteur_at_a_time(proposal, rows, officer):
    for row in rows[:2]:
        accept_review(row, by=row.reviewer.user)
        appoint_rapporteur(row, by=officer)

    assert proposal.assignments.get(is_rapporteur=True) == rows[1]
    with pytest.raises(TransitionNotAllowed):
        appoint_rapporteur(rows[2], by=officer)


def test_withdrawing_a_proposal_releases_its_reviewers(proposal, rows):
    accept_review(rows[0], by=rows[0].reviewer.user)

    withdraw_proposal(proposal, by=proposal.applicant)

    assert reviewing.states(proposal) == ["released"] * 4
    assert len(letters("review_released")) == 3
    assert not Deadline.objects.of(rows[0]).running().exists()
