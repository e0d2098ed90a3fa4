import pytest
from django.utils import translation

from allocations.exceptions import AssignmentNotPossible, MatchingUnavailable
from allocations.flows import assignment_problem
from allocations.flows.matching import (
    assign_by_hand,
    confirm_reviewers,
    drop_from_plan,
    propose_reviewers,
)
from allocations.models import ReviewAssignment
from jaif_portal.exceptions import NotPermitted, TransitionNotAllowed
from jaif_portal.models import Deadline, Mail
from tests.allocations import reviewing
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def proposal(travel):
    return reviewing.in_peer_review(travel)[0]


def plan(proposal):
    rows = proposal.assignments.order_by("is_alternate", "-score", "pk")
    return [(row.reviewer, row.is_alternate) for row in rows.select_related("reviewer__user")]


def test_three_reviewers_and_an_alternate_are_proposed_with_the_reasons(proposal, officer):
    experts = [reviewing.reviewer() for _number in range(4)]

    shortages = propose_reviewers(proposal.round, by=officer)

    assert shortages == []
    assert {reviewer for reviewer, _is_alternate in plan(proposal)} == set(experts)
    assert [is_alternate for _reviewer, is_alternate in plan(proposal)] == [False] * 3 + [True]
    row = ReviewAssignment.objects.first()
    assert (row.shared_keywords, row.state) == (["climate", "transformers"], "proposed")
    assert (round(row.keyword_score, 3), row.load_score) == (0.667, 0.75)
    assert round(row.score, 3) == round(0.7 * 2 / 3 + 0.2 * 0.75, 3)


def test_keywords_count_as_whole_words_whatever_the_language(proposal, officer):
    reviewing.reviewer(keywords=["form", "klima"])

    with translation.override("de"):
        (shortage,) = propose_reviewers(proposal.round, by=officer)

    assert (shortage.missing, shortage.unrelated) == (3, 1)


def test_what_is_missing_is_said(travel, officer):
    proposal, other = reviewing.in_peer_review(travel, count=2)
    reviewing.reviewer()
    reviewing.reviewer(institution=proposal.organisation.name)
    reviewing.reviewer(keywords=["chemistry"])
    full = reviewing.reviewer(load_cap=1)
    assign_by_hand(other, by=officer, reviewer=full)
    confirm_reviewers(other, by=officer)

    shortage = propose_reviewers(proposal.round, by=officer)[0]

    assert shortage.proposal == proposal
    assert (shortage.missing, shortage.missing_alternates) == (2, 1)
    assert (shortage.conflicts, shortage.unrelated, shortage.full) == (1, 1, 1)
    assert "Invite more reviewers, or choose by hand." in str(shortage)


def test_at_most_one_comes_from_the_applicants_list(travel, officer):
    experts = [reviewing.reviewer() for _number in range(3)]
    wishes = {row.user.email: "suggested" for row in experts}
    (proposal,) = reviewing.in_peer_review(travel, wishes=wishes)

    (shortage,) = propose_reviewers(proposal.round, by=officer)

    assert (proposal.assignments.get().is_suggested, shortage.missing) == (True, 2)
    others = [row for row in experts if row != proposal.assignments.get().reviewer]
    with pytest.raises(AssignmentNotPossible, match="At most 1 reviewer may come"):
        assign_by_hand(proposal, by=officer, reviewer=others[0])


def test_planning_again_keeps_what_was_chosen_by_hand(proposal, officer):
    chosen = reviewing.reviewer(keywords=["chemistry"])
    assign_by_hand(proposal, by=officer, reviewer=chosen)
    for _number in range(4):
        reviewing.reviewer()

    propose_reviewers(proposal.round, by=officer)
    propose_reviewers(proposal.round, by=officer)

    assert proposal.assignments.filter(reviewer=chosen, by_hand=True).count() == 1
    assert proposal.assignments.count() == 4


def test_confirming_invites_reviewers_and_keeps_alternates(proposal, officer):
    for _number in range(4):
        reviewing.reviewer()
    propose_reviewers(proposal.round, by=officer)

    confirm_reviewers(proposal, by=officer, disclosure="area")

    assert sorted(reviewing.states(proposal)) == ["alternate", "invited", "invited", "invited"]
    assert Deadline.objects.filter(kind="review_answer").count() == 3
    mails = Mail.objects.filter(key__contains=":review_invitation:")
    assert mails.count() == 3
    assert "Climate models" not in mails.first().body
    assert set(proposal.assignments.values_list("assigned_by", flat=True)) == {officer.pk}


def test_an_invitation_with_the_abstract_tells_it(proposal, officer):
    assign_by_hand(proposal, by=officer, reviewer=reviewing.reviewer())

    confirm_reviewers(proposal, by=officer, disclosure="abstract")

    assert "satellite images" in Mail.objects.get(key__contains=":review_invitation:").body


def test_a_conflict_that_came_up_meanwhile_stops_the_confirmation(proposal, officer):
    expert = reviewing.reviewer()
    assign_by_hand(proposal, by=officer, reviewer=expert)
    proposal.organisation.memberships.create(user=expert.user, role="member")

    with pytest.raises(AssignmentNotPossible, match="has a real conflict of interest"):
        confirm_reviewers(proposal, by=officer)

    assert reviewing.states(proposal) == ["proposed"]


def test_a_conflict_cannot_be_overruled_by_hand(proposal, officer):
    expert = reviewing.reviewer(institution=proposal.organisation.name)

    with pytest.raises(AssignmentNotPossible):
        assign_by_hand(proposal, by=officer, reviewer=expert)


def test_a_plan_is_changed_until_it_is_confirmed(proposal, officer):
    row = assign_by_hand(proposal, by=officer, reviewer=reviewing.reviewer())
    other = assign_by_hand(proposal, by=officer, reviewer=reviewing.reviewer())
    drop_from_plan(row, by=officer)
    confirm_reviewers(proposal, by=officer)

    with pytest.raises(TransitionNotAllowed):
        drop_from_plan(other, by=officer)

    assert reviewing.states(proposal) == ["invited"]
    with pytest.raises(TransitionNotAllowed, match="no proposed reviewers"):
        confirm_reviewers(proposal, by=officer)


def test_nobody_is_invited_before_the_checks_are_over(officer):
    proposal = reviewing.submitted()
    assign_by_hand(proposal, by=officer, reviewer=reviewing.reviewer())

    with pytest.raises(TransitionNotAllowed, match="not in peer review"):
        confirm_reviewers(proposal, by=officer)


def test_who_is_away_or_takes_no_reviews_is_not_proposed(proposal, officer, monday):
    away, paused = reviewing.reviewer(), reviewing.reviewer()
    away.absences.create(first_day="2026-11-01", last_day="2026-12-24")
    paused.is_active = False
    paused.save()

    (shortage,) = propose_reviewers(proposal.round, by=officer)

    assert (shortage.missing, proposal.assignments.count()) == (3, 0)


def test_without_scipy_the_officer_is_told_what_to_do(proposal, officer, monkeypatch):
    monkeypatch.setattr(assignment_problem, "linear_sum_assignment", None)

    with pytest.raises(MatchingUnavailable, match="scipy is missing"):
        propose_reviewers(proposal.round, by=officer)


def test_only_officers_propose_and_never_for_their_own_proposal(proposal, officer):
    with pytest.raises(NotPermitted):
        propose_reviewers(proposal.round, by=UserFactory())
    proposal.team.create(email=officer.email)
    with pytest.raises(NotPermitted):
        confirm_reviewers(proposal, by=officer)


@pytest.mark.parametrize("count", [1, 3])
def test_planning_takes_the_same_queries_for_any_number(
    travel, officer, django_assert_num_queries, count
):
    proposals = reviewing.in_peer_review(travel, count=count)
    for _number in range(count * 3):
        reviewing.reviewer()

    with django_assert_num_queries(26):
        propose_reviewers(proposals[0].round, by=officer)
