import pytest

from allocations.exceptions import AssignmentNotPossible, ReviewIncomplete
from allocations.flows.assignments import accept_review, appoint_rapporteur
from allocations.flows.reviews import (
    close_peer_review,
    save_review,
    submit_review,
    write_consensus,
)
from allocations.models import Consensus, Score
from jaif_portal.exceptions import NotPermitted, StaleVersion, TransitionNotAllowed
from jaif_portal.models import Mail
from tests.allocations import reviewing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def proposal(travel):
    return reviewing.in_peer_review(travel)[0]


@pytest.fixture
def rows(proposal):
    return reviewing.assigned(proposal)


def save(assignment, *values, version=0, **texts):
    scores = reviewing.answers(assignment.proposal, *values)
    person = assignment.reviewer.user
    return save_review(assignment, by=person, version=version, scores=scores, **texts)


def test_a_draft_is_kept_and_its_version_grows(rows):
    assignment = reviewing.at_work(rows[0])
    save(assignment, 4, None, 2, comments="So far.")
    review = save(assignment, 5, None, 2, version=1, comments="So far.")

    assert (review.version, review.submitted_at) == (2, None)
    scores = list(Score.objects.filter(review=review).values_list("value", "abstains"))
    assert scores == [(5, False), (None, True), (2, False)]


def test_the_form_of_another_tab_is_stale(rows):
    assignment = reviewing.at_work(rows[0])
    save(assignment, 4, 4, 4)

    with pytest.raises(StaleVersion):
        save(assignment, 1, 1, 1)


def test_nothing_is_written_before_the_declaration(rows):
    accept_review(rows[0], by=rows[0].reviewer.user)

    with pytest.raises(AssignmentNotPossible, match="Say first whether"):
        save(rows[0], 4, 4, 4)


def test_scores_off_the_scale_are_refused(rows):
    assignment = reviewing.at_work(rows[0])

    with pytest.raises(ReviewIncomplete) as refusal:
        save(assignment, 6, 4, 4)

    assert list(refusal.value.fields.values()) == [["The score lies between 0 and 5."]]
    assert not Score.objects.exists()


def test_what_is_missing_is_said_for_each_field(rows):
    assignment = reviewing.at_work(rows[0])
    first, second, third = assignment.proposal.policy.review_policy.criteria.all()
    scores = {first: (4, False, " "), second: (None, False, "Why.")}
    save_review(assignment, by=assignment.reviewer.user, version=0, scores=scores)

    with pytest.raises(ReviewIncomplete) as refusal:
        submit_review(assignment, by=assignment.reviewer.user)

    assert refusal.value.fields == {
        f"text_{first.pk}": ["Give your reasons."],
        f"score_{second.pk}": ["Give a score, or abstain."],
        f"score_{third.pk}": ["Give a score, or abstain."],
        f"text_{third.pk}": ["Give your reasons."],
        "comments": ["Sum up your review for the applicant."],
    }


def test_what_is_handed_in_stays_as_it_is(rows):
    reviewing.reviewed(rows[0])

    with pytest.raises(TransitionNotAllowed):
        save(rows[0], 1, 1, 1, version=1)


def test_the_step_ends_with_the_last_review(proposal, rows):
    reviewing.reviewed(rows[0])
    reviewing.reviewed(rows[1], 3, None, 2)
    assert reviewing.step_of(proposal).state == "active"

    reviewing.reviewed(rows[2])

    step = reviewing.step_of(proposal)
    assert (step.state, step.outcome, step.decided_by) == ("done", "reviewed", None)
    assert reviewing.step_of(proposal, "right_to_reply").state == "active"
    assert reviewing.states(proposal) == ["reviewed", "reviewed", "reviewed", "released"]
    mail = Mail.objects.get(key__contains=":reviews_are_in:")
    assert (mail.recipient, "institute" in mail.body) == (proposal.applicant.email, False)


def test_an_officer_closes_with_enough_reviews(proposal, rows, officer):
    reviewing.reviewed(rows[0])
    with pytest.raises(TransitionNotAllowed, match="1 reviews are in; 2 are needed"):
        close_peer_review(proposal, by=officer)
    reviewing.reviewed(rows[1])

    close_peer_review(proposal, by=officer)

    assert reviewing.step_of(proposal).decided_by == officer
    assert reviewing.states(proposal) == ["reviewed", "reviewed", "released", "released"]


def test_a_review_comes_too_late_once_the_step_is_closed(proposal, rows, officer):
    late = reviewing.at_work(rows[2])
    reviewing.reviewed(rows[0])
    reviewing.reviewed(rows[1])
    close_peer_review(proposal, by=officer)

    with pytest.raises(TransitionNotAllowed):
        save(late, 4, 4, 4)


def test_the_rapporteur_writes_the_consensus_after_the_own_review(proposal, rows, officer):
    person = rows[0].reviewer.user
    appoint_rapporteur(reviewing.at_work(rows[0]), by=officer)
    with pytest.raises(NotPermitted):
        write_consensus(proposal, by=person, text="Good.", score=12)
    save(rows[0], 4, 4, 4, comments="Good.")
    submit_review(rows[0], by=person)

    with pytest.raises(ReviewIncomplete):
        write_consensus(proposal, by=person, text="", score=16)
    write_consensus(proposal, by=person, text="Good.", score=12)
    write_consensus(proposal, by=person, text="Very good.", score=13)

    assert Consensus.objects.values_list("text", "score").get() == ("Very good.", 13)
