import datetime as dt

import pytest

from allocations.exceptions import ReasonMissing
from allocations.flows.conflicts import find_conflicts, record_conflicts
from allocations.flows.reassessments import reassess_conflict, report_conflict
from allocations.models import (
    ConflictOfInterest,
    Proposal,
    PublicMailDomain,
    RelationWindow,
    ReviewerProfile,
)
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted
from jaif_portal.models import Transition
from tests.allocations import reviewing
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def proposal():
    return reviewing.submitted(by=UserFactory(email="pi@firm.example"))


def found(proposal):
    proposals = Proposal.objects.filter(pk=proposal.pk)
    proposals = proposals.select_related("applicant", "organisation").prefetch_related("team")
    reviewers = ReviewerProfile.objects.select_related("user")
    findings = find_conflicts(list(proposals), list(reviewers), at=clock.now())
    return [(str(row.kind), str(row.severity), row.evidence) for row in findings]


def test_a_stranger_has_no_conflict(proposal):
    reviewing.reviewer()

    assert found(proposal) == []


def test_who_acts_for_the_organisation(proposal):
    expert = reviewing.reviewer()
    proposal.organisation.memberships.create(user=expert.user, role="member")

    kinds = {kind: evidence for kind, _severity, evidence in found(proposal)}
    assert kinds["same_organisation"] == (
        f"{expert.user.email} acts for {proposal.organisation.name}."
    )


def test_whose_institution_is_the_organisation_however_it_is_spaced(proposal):
    reviewing.reviewer(institution=f" {proposal.organisation.name.upper()} ".replace(" ", "  "))

    assert [kind for kind, *_rest in found(proposal)] == ["same_organisation"]


def test_the_same_mail_domain_unless_it_is_a_public_provider(proposal):
    reviewing.reviewer(email="expert@firm.example")
    conflict = ("mail_domain", "real", "Both use addresses of firm.example.")
    assert found(proposal) == [conflict]

    PublicMailDomain.objects.create(domain="firm.example")

    assert found(proposal) == []


def test_a_member_of_the_team(proposal):
    expert = reviewing.reviewer()
    proposal.team.create(email=expert.user.email)

    assert found(proposal)[0] == ("team", "real", f"{expert.user.email} is on the team.")


def test_an_applicant_in_the_same_call(proposal):
    expert = reviewing.reviewer()
    reviewing.submitted(by=expert.user)

    assert [kind for kind, *_rest in found(proposal)] == ["same_call"]


def test_somebody_whom_the_applicant_excludes(proposal):
    expert = reviewing.reviewer()
    proposal.reviewer_wishes.create(email=expert.user.email, wish="excluded")

    assert [kind for kind, *_rest in found(proposal)] == ["excluded"]


@pytest.mark.parametrize(
    ("kind", "ended_on", "counts"),
    [
        ("employment", dt.date(2025, 11, 24), True),
        ("employment", dt.date(2025, 11, 23), False),
        ("employment", None, True),
        ("joint_work", dt.date(2022, 11, 24), True),
        ("joint_work", dt.date(2022, 11, 23), False),
        ("thesis", dt.date(1999, 1, 1), True),
    ],
)
def test_relations_count_within_their_window(proposal, kind, ended_on, counts):
    expert = reviewing.reviewer()
    expert.relations.create(kind=kind, organisation=proposal.organisation, ended_on=ended_on)

    assert [kind for kind, *_rest in found(proposal)] == (["relation"] if counts else [])


def test_a_relation_to_a_person_of_the_proposal(proposal):
    expert = reviewing.reviewer()
    expert.relations.create(kind="family", email="pi@firm.example")
    expert.relations.create(kind="family", organisation=OrganisationFactory())

    assert found(proposal) == [("relation", "real", "family: pi@firm.example.")]


def test_severity_and_window_are_data(proposal):
    expert = reviewing.reviewer()
    RelationWindow.objects.filter(kind="joint_work").update(months=6, severity="apparent")
    expert.relations.create(
        kind="joint_work", organisation=proposal.organisation, ended_on=dt.date(2026, 10, 1)
    )

    assert [severity for _kind, severity, _evidence in found(proposal)] == ["apparent"]


def record(proposal):
    proposals = Proposal.objects.select_related("applicant", "organisation")
    reviewers = list(ReviewerProfile.objects.select_related("user"))
    return record_conflicts(list(proposals.filter(pk=proposal.pk)), reviewers, at=clock.now())


def test_what_an_officer_dismissed_stays_dismissed(proposal, officer):
    expert = reviewing.reviewer(email="expert@firm.example")
    assert record(proposal) == {(proposal.pk, expert.pk)}
    conflict = ConflictOfInterest.objects.get()

    reassess_conflict(conflict, by=officer, severity="dismissed", reason="A shared provider.")

    assert record(proposal) == set()
    step = Transition.objects.of(conflict).get()
    assert (step.from_state, step.to_state, step.note, step.by) == (
        "real",
        "dismissed",
        "A shared provider.",
        officer,
    )


def test_a_reason_is_asked_for(proposal, officer):
    reviewing.reviewer(email="expert@firm.example")
    record(proposal)

    with pytest.raises(ReasonMissing):
        reassess_conflict(
            ConflictOfInterest.objects.get(), by=officer, severity="dismissed", reason=" "
        )


def test_nobody_weighs_the_own_conflict(proposal, officer):
    expert = ReviewerProfile.objects.create(user=officer, institution="Here", keywords=[])
    proposal.conflicts.create(
        reviewer=expert, kind="declared", state="real", evidence="x", found_at=clock.now()
    )

    with pytest.raises(NotPermitted):
        reassess_conflict(
            ConflictOfInterest.objects.get(), by=officer, severity="dismissed", reason="No."
        )


def test_a_real_conflict_that_an_officer_reports_recuses_the_reviewer(travel, officer):
    (proposal,) = reviewing.in_peer_review(travel)
    first, *_others = reviewing.assigned(proposal)
    reviewing.at_work(first)

    report_conflict(
        proposal, by=officer, reviewer=first.reviewer, severity="real", evidence="Joint patent."
    )

    assert reviewing.states(proposal) == ["recused", "invited", "invited", "invited"]


@pytest.mark.parametrize("count", [1, 10])
def test_searching_takes_the_same_queries_for_any_number(django_assert_num_queries, count):
    for _number in range(count):
        reviewing.submitted()
        reviewing.reviewer()
    rows = Proposal.objects.select_related("applicant", "organisation").prefetch_related("team")
    proposals, reviewers = list(rows), list(ReviewerProfile.objects.select_related("user"))

    with django_assert_num_queries(9):
        find_conflicts(proposals, reviewers, at=clock.now())
