"""Everybody against every field, in every stage of peer review: what the table says."""

import pytest

from allocations.flows.assignments import accept_review, appoint_rapporteur
from allocations.flows.reassessments import report_conflict
from allocations.flows.visibility import Field, can_see
from allocations.models import Proposal, ReviewAssignment, ReviewerProfile
from onboarding.models import Role
from tests.allocations import factories, reviewing
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

OFFICE = {"access officer", "panel chair", "auditor", "administrator"}
OTHER_STAFF = {"technical reviewer", "onboarding officer"}
OWN = {"applicant", "team member"}


@pytest.fixture
def people(travel):
    member = UserFactory()
    (proposal,) = reviewing.in_peer_review(travel, team=[member.email])
    rows = reviewing.assigned(proposal)
    appoint_rapporteur(reviewing.at_work(rows[0]), by=factories.officer())
    accept_review(rows[1], by=rows[1].reviewer.user)
    conflicted = ReviewerProfile.objects.create(
        user=UserFactory(role=Role.PANEL_CHAIR), institution="Elsewhere", keywords=[]
    )
    report_conflict(
        proposal,
        by=factories.officer(),
        reviewer=conflicted,
        severity="real",
        evidence="A joint project.",
    )
    found = {role.value: UserFactory(role=role) for role in Role} | {
        "applicant": proposal.applicant,
        "team member": member,
        "rapporteur": rows[0].reviewer.user,
        "undeclared reviewer": rows[1].reviewer.user,
        "invited reviewer": rows[2].reviewer.user,
        "alternate": rows[3].reviewer.user,
        "chair with a conflict": conflicted.user,
        "stranger": UserFactory(),
    }
    return proposal, rows, found


def table(proposal, people):
    proposal = Proposal.objects.get(pk=proposal.pk)
    return {
        field.value: {name for name, person in people.items() if can_see(person, proposal, field)}
        for field in Field
    }


def test_while_reviews_are_written(people):
    proposal, _rows, found = people
    found = {name: row for name, row in found.items() if name != "publisher"}

    assert table(proposal, found) == {
        "file": OWN | OFFICE | OTHER_STAFF | {"rapporteur"} | leads(found),
        "applicant": OWN | OFFICE | OTHER_STAFF | {"rapporteur"} | leads(found),
        "reviews": OFFICE,
        "confidential": OFFICE,
        "reviewers": OFFICE,
        "consensus": OFFICE,
        "outcome": OFFICE,
    }


def leads(people):
    return {"technical lead"} & set(people)


def test_after_the_own_review_the_rapporteur_reads_the_others(people):
    proposal, rows, found = people
    reviewing.save_and_submit(rows[0])

    sees = table(proposal, found)

    for field in ("reviews", "confidential", "consensus"):
        assert sees[field] == OFFICE | {"rapporteur"}
    assert sees["reviewers"] == OFFICE


def test_when_all_reviews_are_in_the_applicant_reads_them_without_names(people):
    proposal, rows, found = people
    reviewing.save_and_submit(rows[0])
    reviewing.declare_and_submit(rows[1])
    reviewing.reviewed(rows[2])

    sees = table(proposal, found)

    assert sees["reviews"] == OFFICE | OWN | {"rapporteur"}
    assert sees["confidential"] == OFFICE | {"rapporteur"}
    assert (sees["reviewers"], sees["outcome"]) == (OFFICE, OFFICE)


def test_where_the_call_hides_applicants_reviewers_see_the_file_without_them(people):
    proposal, _rows, found = people
    proposal.call.hides_applicants = True
    proposal.call.save()

    sees = table(proposal, found)

    assert ("rapporteur" in sees["file"], "rapporteur" in sees["applicant"]) == (True, False)


def test_lists_leave_out_what_somebody_has_a_real_conflict_with(people):
    proposal, _rows, found = people
    chair = found["chair with a conflict"]

    assert not Proposal.objects.visible_to(chair).filter(pk=proposal.pk).exists()
    assert not ReviewAssignment.objects.visible_to(chair).exists()
    assert Proposal.objects.visible_to(found["panel chair"]).get() == proposal


def test_reviewers_list_what_was_sent_to_them(people):
    _proposal, rows, found = people

    assert ReviewAssignment.objects.visible_to(found["rapporteur"]).get() == rows[0]
    assert not ReviewAssignment.objects.visible_to(found["alternate"]).exists()
    assert not Proposal.objects.visible_to(found["rapporteur"]).exists()
