import datetime as dt

import pytest

from allocations.exceptions import RecallNotPossible
from allocations.flows.editing import edit_proposal
from allocations.flows.intake import cut_off_reached
from allocations.flows.proposals import submit_proposal
from allocations.flows.recall import recall_proposal
from allocations.models import Round
from jaif_portal.exceptions import NotPermitted
from jaif_portal.models import Deadline
from tests.allocations import factories
from tests.allocations.records import letters
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
WEEK = dt.timedelta(days=7)


@pytest.fixture
def waiting(monday):
    """A proposal that waits for the cut-off of its round."""
    Round.objects.filter(call__mode__code="PG").update(cut_off_at=monday + WEEK)
    return factories.submitted()


def test_a_proposal_is_recalled_edited_and_submitted_again_under_its_reference(waiting, monday):
    officer = factories.officer()
    reference, person = waiting.reference, waiting.applicant

    draft = recall_proposal(waiting, by=person)

    assert (draft.state, draft.reference) == ("draft", reference)
    assert not draft.steps.exists()
    assert not Deadline.objects.of(draft).running().exists()
    assert [who for letter, who in letters(draft) if "recalled" in letter] == [officer.email]
    edited = edit_proposal(draft, by=person, version=draft.version, title="A better title")
    again = submit_proposal(edited, by=person)
    assert (again.state, again.reference, again.title) == ("submitted", reference, "A better title")
    assert [step.kind for step in again.steps.all()] == ["administrative", "technical"]
    assert len([letter for letter, _to in letters(again) if letter.startswith("receipt")]) == 2


def test_the_timer_of_a_recalled_proposal_starts_it_with_the_cut_off(waiting, travel):
    recall_proposal(waiting, by=waiting.applicant)
    again = submit_proposal(waiting, by=waiting.applicant)
    at = travel(WEEK)

    factories.lifecycle.keep_deadlines(until=at)

    again.refresh_from_db()
    assert again.state == "in_evaluation"


def test_after_the_cut_off_nothing_is_recalled_even_where_the_timer_is_late(waiting, travel):
    at = travel(WEEK)

    with pytest.raises(RecallNotPossible):
        recall_proposal(waiting, by=waiting.applicant)

    cut_off_reached(waiting, at=at)
    with pytest.raises(RecallNotPossible):
        recall_proposal(waiting, by=waiting.applicant)


def test_in_a_rolling_mode_the_evaluation_begins_at_once(monday):
    proposal = factories.submitted()

    with pytest.raises(RecallNotPossible):
        recall_proposal(proposal, by=proposal.applicant)


def test_nobody_but_the_applicant_recalls(waiting):
    for person in (UserFactory(), factories.officer()):
        with pytest.raises(NotPermitted):
            recall_proposal(waiting, by=person)
