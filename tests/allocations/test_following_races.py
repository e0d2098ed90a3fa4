"""Answers, requests and reports at the same instant, on PostgreSQL."""

from functools import partial

import pytest
from django.db import transaction

from allocations.flows.change_requests import grant_change, refuse_change, request_change
from allocations.flows.clarifications import (
    answer_questions,
    ask_applicant,
    lapse_clarification,
)
from allocations.flows.withdrawal import withdraw_proposal
from allocations.models import AccessPolicy, Clarification, LedgerEntry, Obligation, Partition
from tests.allocations import factories
from tests.allocations.records import broken_invariants
from tests.allocations.simultaneous import at_once, kinds

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("committed", "monday")]


@pytest.fixture
def asked(monday, committed):
    with transaction.atomic():
        proposal = factories.submitted()
        return ask_applicant(proposal, by=factories.officer(), question="Which data?")


def answering(asked, text):
    proposal = asked.proposal
    return partial(
        answer_questions, asked, by=proposal.applicant, version=proposal.version, text=text
    )


def test_of_two_answers_at_once_one_is_kept(asked):
    outcomes = at_once([answering(asked, f"Answer {number}") for number in range(4)])

    assert sorted(kinds(outcomes).values()) == [1, 3]
    assert Clarification.objects.get().state == "answered"


def test_questions_that_are_answered_and_lapse_at_once_end_in_one_way(asked, travel):
    with transaction.atomic():
        officer = factories.officer()
        travel(asked.due_at)

    outcomes = at_once(
        [answering(asked, "So."), partial(lapse_clarification, asked.proposal, by=officer)]
    )

    refused = [isinstance(outcome, Exception) for outcome in outcomes]
    assert sorted(refused) == [False, True]
    asked.proposal.refresh_from_db()
    assert asked.proposal.state == "in_evaluation"


def test_an_answer_and_a_withdrawal_at_once_leave_no_open_question(asked):
    proposal = asked.proposal

    at_once([answering(asked, "So."), partial(withdraw_proposal, proposal, by=proposal.applicant)])

    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"
    assert Clarification.objects.get().state in {"answered", "dropped"}


def test_a_request_that_is_granted_and_refused_at_once_is_decided_once(monday):
    with transaction.atomic():
        allocation = factories.active()
        AccessPolicy.objects.update(extension_percent=10)
        Partition.objects.update(alone_up_to=10**9)
        Obligation.objects.create(
            allocation=allocation,
            kind="interim_report",
            state="accepted",
            opened_at=monday,
            due_at=allocation.ends_at,
        )
        change = request_change(
            allocation,
            by=allocation.project.proposal.applicant,
            kind="top_up",
            reason="More.",
            node_seconds=3600,
        )
        officer = factories.officer()

    outcomes = at_once(
        [
            *[partial(grant_change, change, by=officer)] * 3,
            partial(refuse_change, change, by=officer, remarks="No."),
        ]
    )

    assert kinds(outcomes) == {"ChangeRequest": 1, "TransitionNotAllowed": 3}
    change.refresh_from_db()
    booked = LedgerEntry.objects.filter(key=f"change:{change.pk}:grant").count()
    assert booked == (change.state == "granted")
    assert broken_invariants() == []
