import datetime as dt

import pytest

from allocations.flows.offers import decline_offer
from allocations.flows.withdrawal import withdraw_proposal
from jaif_portal.exceptions import TransitionNotAllowed
from jaif_portal.models import Transition
from tests.allocations import factories
from tests.allocations.records import history, timers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
DAY = dt.timedelta(days=1)


def test_a_draft_is_withdrawn_with_a_reason(monday):
    draft = factories.draft()

    withdraw_proposal(draft, by=draft.applicant, note="We found another machine.")

    assert history(draft)[-1] == (
        "draft",
        "withdrawn",
        draft.applicant,
        monday,
        "We found another machine.",
    )


def test_withdrawing_ends_the_open_checks_and_the_clock_of_the_decision(monday, travel):
    proposal = factories.submitted()
    factories.find_eligible(proposal, by=factories.officer())
    later = travel(DAY)

    withdraw_proposal(proposal, by=proposal.applicant)

    assert list(proposal.steps.values_list("state", "outcome", "ended_at")) == [
        ("done", "eligible", monday),
        ("done", "dropped", later),
    ]
    assert timers(proposal) == {"decision": (monday + 2 * DAY, later, None)}


def test_withdrawing_from_an_offer_answers_it(monday, travel):
    proposal = factories.offered()
    later = travel(DAY)

    withdraw_proposal(proposal, by=proposal.applicant)

    award = proposal.award
    award.refresh_from_db()
    assert (award.answered_at, award.answered_by) == (later, proposal.applicant)
    assert timers(proposal)["answer"][1] == later


@pytest.mark.parametrize("end", [factories.accept_offer, decline_offer, withdraw_proposal])
def test_what_has_come_to_an_end_cannot_be_withdrawn(end):
    proposal = factories.offered()
    end(proposal, by=proposal.applicant)
    proposal.refresh_from_db()
    steps = Transition.objects.count()

    with pytest.raises(TransitionNotAllowed) as refusal:
        withdraw_proposal(proposal, by=proposal.applicant)

    label = proposal.get_state_display()
    assert str(refusal.value) == f"This cannot go from “{label}” to “Withdrawn”."
    assert Transition.objects.count() == steps
