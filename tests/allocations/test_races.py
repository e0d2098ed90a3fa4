"""People who click at the same instant, on PostgreSQL."""

from functools import partial
from threading import Barrier

import pytest
from django.db import transaction
from django.db.models import QuerySet

from allocations.flows import offers
from allocations.flows.editing import edit_proposal
from allocations.flows.evaluation import find_feasible
from allocations.flows.offers import accept_offer, decline_offer, lapse_offer
from allocations.flows.proposals import submit_proposal
from allocations.models import (
    Allocation,
    Award,
    EntryKind,
    LedgerEntry,
    Project,
    ProjectMember,
    Proposal,
    Round,
)
from jaif_portal import clock
from jaif_portal.models import Deadline, Mail, Transition
from onboarding.models import Acceptance, CaseStep, OnboardingCase, Terms
from tests.allocations import factories
from tests.allocations.pools import leave_in_pool
from tests.allocations.records import broken_invariants, letters
from tests.allocations.simultaneous import at_once, kinds
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("committed", "monday")]
MANY = 40


@pytest.fixture
def offered(monday, committed):
    with transaction.atomic():
        return [factories.offered() for _number in range(MANY)]


@pytest.fixture
def without_row_locks(monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)


def accept_each_twice(proposals):
    """Two people accept every proposal at the same moments; their outcomes, in pairs."""
    step = Barrier(2)

    def accept_all():
        outcomes = []
        for proposal in proposals:
            step.wait(timeout=60)
            try:
                outcomes.append(accept_offer(proposal, by=proposal.applicant))
            except Exception as failure:  # noqa: BLE001  # that is the outcome
                outcomes.append(failure)
        return outcomes

    return list(zip(*at_once([accept_all] * 2), strict=True))


def made():
    """How many there are of everything that an accepted offer makes."""
    return {
        "answered": Award.objects.exclude(answered_at=None).count(),
        "awarded": Proposal.objects.filter(state="awarded").count(),
        "projects": Project.objects.count(),
        "members": ProjectMember.objects.count(),
        "allocations": Allocation.objects.count(),
        "cases": OnboardingCase.objects.count(),
        "grants": LedgerEntry.objects.filter(kind=EntryKind.GRANT).count(),
        "steps": Transition.objects.filter(to_state="awarded").count(),
        "births": Transition.objects.filter(to_state="pending_onboarding").count(),
        "signatures": Acceptance.objects.filter(terms__kind=Terms.Kind.AWARD).count(),
        "timers": Deadline.objects.filter(kind="expiry").count(),
        "letters": Mail.objects.filter(key__contains=":awarded:").count(),
    }


def test_forty_offers_accepted_twice_at_once_give_forty_projects(offered):
    pairs = accept_each_twice(offered)

    one_of_each = {"Project": 1, "TransitionNotAllowed": 1}
    assert [kinds(pair) for pair in pairs] == [one_of_each] * MANY
    assert made() == dict.fromkeys(made(), MANY)
    assert CaseStep.objects.count() == 4 * MANY
    assert broken_invariants() == []


def test_without_row_locks_constraints_still_give_forty_projects(
    offered, without_row_locks, monkeypatch
):
    """Both have read the same state before either writes, each time."""
    both_have_read, require = Barrier(2), offers.require

    def require_and_wait(*args):
        require(*args)
        both_have_read.wait(timeout=60)

    monkeypatch.setattr(offers, "require", require_and_wait)

    pairs = accept_each_twice(offered)

    assert [kinds(pair) for pair in pairs] == [{"Project": 1, "IntegrityError": 1}] * MANY
    assert made() == dict.fromkeys(made(), MANY)
    assert broken_invariants() == []


@pytest.mark.parametrize("act", [accept_offer, decline_offer])
def test_an_offer_that_is_answered_and_lapses_at_once_does_one_of_the_two(travel, act):
    with transaction.atomic():
        proposals = [factories.offered() for _number in range(8)]
        officer = factories.officer()
        travel(max(proposal.award.answer_by for proposal in proposals))
    answers = [partial(act, proposal, by=proposal.applicant) for proposal in proposals]
    lapses = [partial(lapse_offer, proposal, by=officer) for proposal in proposals]

    outcomes = at_once(answers + lapses)

    refused = [type(outcome).__name__ == "TransitionNotAllowed" for outcome in outcomes]
    assert [first != second for first, second in zip(refused[:8], refused[8:], strict=True)]
    assert refused.count(True) == 8
    assert broken_invariants() == []


def test_the_last_hours_of_a_pool_are_offered_once(share):
    with transaction.atomic():
        leave_in_pool(share, 3 * 1250 * 3600)
        proposals = [factories.submitted() for _number in range(8)]
        for proposal in proposals:
            factories.find_eligible(proposal, by=factories.officer())
        reviewer = factories.reviewer()

    at_once([partial(find_feasible, proposal, by=reviewer) for proposal in proposals])

    states = sorted(Proposal.objects.values_list("state", flat=True))
    assert states == ["offered"] * 3 + ["reserve"] * 5


def test_two_officers_who_decide_at_once_decide_once(monday):
    with transaction.atomic():
        proposal = factories.submitted()
        officer = factories.officer()

    outcomes = at_once([partial(factories.find_eligible, proposal, by=officer)] * 4)

    assert kinds(outcomes) == {"Proposal": 1, "TransitionNotAllowed": 3}


def test_proposals_submitted_at_once_get_consecutive_references(monday):
    with transaction.atomic():
        drafts = [factories.draft() for _number in range(20)]

    at_once([partial(submit_proposal, draft, by=draft.applicant) for draft in drafts])

    references = sorted(Proposal.objects.values_list("reference", flat=True))
    assert references == [f"EHPC-AIF-2026PG01-{number:04}" for number in range(1, 21)]
    assert Round.objects.get(call__mode__code="PG").last_number == 20


def test_a_proposal_submitted_many_times_at_once_is_submitted_once(monday):
    with transaction.atomic():
        draft = factories.draft()

    outcomes = at_once([partial(submit_proposal, draft, by=draft.applicant)] * 8)

    assert kinds(outcomes) == {"Proposal": 1, "TransitionNotAllowed": 7}
    assert Round.objects.get(call__mode__code="PG").last_number == 1
    assert letters(draft) == [("receipt", draft.applicant.email)]


def test_of_two_editors_of_the_same_version_one_wins(monday):
    with transaction.atomic():
        member = UserFactory()
        draft = factories.draft(team=[member.email])
    editors = [(draft.applicant, "By the applicant"), (member, "By the member")]

    outcomes = at_once(
        [
            partial(edit_proposal, draft, by=person, version=draft.version, title=title)
            for person, title in editors
        ]
    )

    assert kinds(outcomes) == {"Proposal": 1, "StaleVersion": 1}
    winner = next(outcome for outcome in outcomes if isinstance(outcome, Proposal))
    saved = Proposal.objects.get()
    assert (saved.title, saved.version) == (winner.title, draft.version + 1)


def test_a_person_who_begins_twice_at_once_has_one_draft(monday):
    with transaction.atomic():
        person = UserFactory()
        OrganisationFactory(representative=person)

    outcomes = at_once([partial(factories.draft, by=person)] * 4)

    assert kinds(outcomes) == {"Proposal": 1, "ProposalExists": 3}
    assert Transition.objects.count() == 1
    assert clock.now() == monday
