"""The panel holds its outcomes; publishing tells them, one by one and by two people."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from allocations.exceptions import (
    OutcomeNotPossible,
    PoolExhausted,
    PromotionNotPossible,
    PublicationNotPossible,
    ReasonMissing,
    SecondPersonNeeded,
)
from allocations.flows.offers import decline_offer, promote
from allocations.flows.panel import reopen_outcome, seat_panel
from allocations.flows.publishing import (
    complete_round,
    confirm_publication,
    propose_publication,
    publish_rest,
    return_publication,
)
from allocations.flows.withdrawal import withdraw_proposal
from allocations.models import (
    AccessPolicy,
    HeldOutcome,
    LedgerAccount,
    Proposal,
    Round,
    StepKind,
)
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted
from jaif_portal.models import Mail
from onboarding.models import Role
from tests.allocations import rounds
from tests.allocations.pools import leave_in_pool
from tests.allocations.records import history, letters
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def panel(monday):
    """Three proposals before the panel, which has a quorum."""
    proposals = rounds.in_step(StepKind.PANEL, 3)
    rounds.seat(proposals[0])
    return proposals


def pledged(proposal):
    return LedgerAccount.objects.get(share=proposal.offer.share).pledged


def states(proposals):
    return [Proposal.objects.get(pk=row.pk).state for row in proposals]


def test_a_held_outcome_leaks_neither_state_nor_step_nor_letter(panel):
    before = [history(panel[0]), letters(panel[0]), list(panel[0].steps.values())]

    rounds.record(panel[0])

    assert [history(panel[0]), letters(panel[0]), list(panel[0].steps.values())] == before
    assert states(panel) == ["in_evaluation"] * 3
    assert pledged(panel[0]) == rounds.AWARD


def test_without_a_quorum_nothing_is_decided(panel):
    seat_panel(panel[0].round, by=rounds.chair(), present=[rounds.chair()])

    with pytest.raises(OutcomeNotPossible) as refusal:
        rounds.record(panel[0])
    assert "Present without a conflict of interest: 1, needed: 3." in str(refusal.value)


def test_members_of_the_applicant_s_firm_are_locked_out_and_noted(panel):
    members = [UserFactory(role=Role.PANEL_CHAIR) for _number in range(3)]
    panel[0].organisation.memberships.create(user=members[0], role="member")
    seat_panel(panel[0].round, by=rounds.chair(), present=members)

    with pytest.raises(OutcomeNotPossible):
        rounds.record(panel[0])
    rounds.record(panel[1])
    seat_panel(panel[0].round, by=rounds.chair(), present=[*members, UserFactory()])
    held = rounds.record(panel[0])

    assert list(held.recused.all()) == [members[0]]
    assert history(held)[0][4] == str(members[0])
    assert not HeldOutcome.objects.get(proposal=panel[1]).recused.exists()


def test_awards_are_recorded_while_the_pool_lasts(panel):
    leave_in_pool(panel[0].offer.share, 2 * rounds.AWARD)

    rounds.record(panel[0])
    rounds.record(panel[1])
    with pytest.raises(PoolExhausted):
        rounds.record(panel[2])

    reopen_outcome(panel[0], by=rounds.chair(), reason="Less is enough.")
    rounds.record(panel[2])
    assert pledged(panel[0]) == 2 * rounds.AWARD


def test_the_database_refuses_pledges_beyond_the_pool(panel):
    account = LedgerAccount.objects.get(share=panel[0].offer.share)

    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerAccount.objects.filter(pk=account.pk).update(pledged=account.available + 1)


def test_the_panel_awards_no_more_than_the_site_found_right(panel):
    with pytest.raises(OutcomeNotPossible):
        rounds.record(panel[0], gpu_hours=rounds.HOURS + 1)
    held = rounds.record(panel[0], gpu_hours=rounds.HOURS // 2, months=3)
    assert (held.node_seconds, held.months) == (rounds.AWARD // 2, 3)


def test_a_rank_is_given_once(panel):
    rounds.record(panel[0], "reserve", rank=1)
    with pytest.raises(OutcomeNotPossible):
        rounds.record(panel[1], "reserve", rank=1)
    assert rounds.record(panel[1], "reserve").rank == 2


def test_rejecting_and_reopening_take_a_reason(panel):
    with pytest.raises(ReasonMissing):
        rounds.record(panel[0], "reject", remarks=" ")
    rounds.record(panel[0], "reject", tie_rule="earlier")
    with pytest.raises(OutcomeNotPossible):
        rounds.record(panel[0], "award")
    with pytest.raises(ReasonMissing):
        reopen_outcome(panel[0], by=rounds.chair(), reason="")


def test_publishing_takes_two_people_and_writes_each_letter(panel):
    rounds.record(panel[0])
    rounds.record(panel[1], "reserve")
    rounds.record(panel[2], "reject")
    panel_round = panel[0].round
    propose_publication(panel_round, by=rounds.chair())
    assert states(panel) == ["in_evaluation"] * 3

    chair_too = rounds.chair()
    with pytest.raises(NotPermitted):
        confirm_publication(panel_round, by=chair_too)
    assert confirm_publication(panel_round, by=rounds.publisher()) == []

    assert states(panel) == ["offered", "reserve", "rejected"]
    assert [letters(row)[0][0] for row in panel] == ["offered", "on_reserve", "receipt"]
    assert "turned_down" in {letter for letter, _to in letters(panel[2])}
    assert pledged(panel[0]) == rounds.AWARD
    assert panel[0].steps.get(kind="panel").outcome == "award"
    panel_round.refresh_from_db()
    assert panel_round.stage(at=clock.now()) == "published"


def test_who_proposes_a_publication_does_not_confirm_it(panel):
    both = UserFactory(role=Role.PANEL_CHAIR)
    both.groups.add(rounds.publisher().groups.get())
    for row in panel:
        rounds.record(row)
    propose_publication(panel[0].round, by=both)

    with pytest.raises(SecondPersonNeeded):
        confirm_publication(panel[0].round, by=both)


def test_below_the_limit_the_chair_publishes_alone(panel):
    AccessPolicy.objects.filter(mode__code="LS").update(publish_alone_up_to=3 * rounds.HOURS)
    for row in panel:
        rounds.record(row)

    propose_publication(panel[0].round, by=rounds.chair())

    assert states(panel) == ["offered"] * 3


def test_undecided_proposals_hold_up_a_publication_unless_it_is_forced(panel):
    rounds.record(panel[0])
    with pytest.raises(PublicationNotPossible) as refusal:
        propose_publication(panel[0].round, by=rounds.chair())
    assert panel[1].reference in str(refusal.value)
    assert panel[0].reference not in str(refusal.value)

    propose_publication(panel[0].round, by=rounds.chair(), force_reason="Reviews are late.")
    confirm_publication(panel[0].round, by=rounds.publisher())
    assert states(panel) == ["offered", "in_evaluation", "in_evaluation"]

    rounds.record(panel[1], "reject")
    rounds.record(panel[2], "reject")
    assert rounds.publish(panel[0].round) == []
    assert states(panel) == ["offered", "rejected", "rejected"]


def test_while_a_publication_waits_nothing_held_changes(panel):
    for row in panel:
        rounds.record(row)
    propose_publication(panel[0].round, by=rounds.chair())

    with pytest.raises(OutcomeNotPossible):
        reopen_outcome(panel[0], by=rounds.chair(), reason="No.")
    with pytest.raises(PublicationNotPossible):
        propose_publication(panel[0].round, by=rounds.chair())
    return_publication(panel[0].round, by=rounds.publisher(), reason="A figure is wrong.")
    reopen_outcome(panel[0], by=rounds.chair(), reason="A figure is wrong.")


def test_one_that_fails_holds_up_no_other_and_is_tried_again(panel):
    for row in panel:
        rounds.record(row)
    publisher = rounds.publisher()
    membership = panel[1].organisation.memberships.create(user=publisher, role="member")

    failed = rounds.publish(panel[0].round)

    assert [row.proposal for row, _why in failed] == [panel[1]]
    assert states(panel) == ["offered", "in_evaluation", "offered"]
    assert HeldOutcome.objects.get(proposal=panel[1]).failure == "You may not do this."
    membership.delete()
    assert publish_rest(panel[0].round, by=publisher) == []
    assert states(panel) == ["offered"] * 3
    with pytest.raises(PublicationNotPossible):
        publish_rest(panel[0].round, by=publisher)


def test_a_withdrawal_frees_what_the_panel_had_awarded(panel):
    rounds.record(panel[0])

    withdraw_proposal(panel[0], by=panel[0].applicant)

    assert pledged(panel[0]) == 0
    assert HeldOutcome.objects.get().state == "dropped"


def test_the_reserve_list_is_offered_in_the_order_of_ranks(panel, officer):
    leave_in_pool(panel[0].offer.share, rounds.AWARD)
    rounds.record(panel[0])
    rounds.record(panel[1], "reserve", rank=2)
    rounds.record(panel[2], "reserve", rank=1)
    rounds.publish(panel[0].round)

    with pytest.raises(PromotionNotPossible):
        promote(panel[1], by=officer)
    with pytest.raises(PoolExhausted):
        promote(panel[2], by=officer)
    decline_offer(panel[0], by=panel[0].applicant)
    promote(panel[2], by=officer)

    assert states(panel) == ["declined", "reserve", "offered"]


def test_a_place_on_the_reserve_list_ends(panel, officer, travel):
    for row in panel:
        rounds.record(row, "reserve")
    rounds.publish(panel[0].round)
    body = Mail.objects.get(key__contains=f":{panel[0].pk}:on_reserve").body
    assert "Its place on the list is 1." in body
    travel(dt.timedelta(days=181))

    with pytest.raises(PromotionNotPossible):
        promote(panel[0], by=officer)


def test_a_round_is_completed_when_all_of_it_has_ended(panel, officer):
    for row in panel:
        rounds.record(row)
    rounds.publish(panel[0].round)
    with pytest.raises(PublicationNotPossible):
        complete_round(panel[0].round, by=officer)

    for row in panel:
        decline_offer(row, by=row.applicant)
    complete_round(panel[0].round, by=officer)

    assert Round.objects.get(pk=panel[0].round.pk).stage(at=clock.now()) == "completed"


def test_a_round_is_where_the_clock_says_until_it_is_published(monday):
    first = Round.objects.get(call__mode__code="LS", year=2026, number=1)

    moments = [monday - dt.timedelta(days=900), monday, rounds.CUT_OFF]
    assert [first.stage(at=at) for at in moments] == ["scheduled", "open", "evaluating"]


def test_the_history_of_what_is_held_is_read_by_nobody(panel, client):
    rounds.record(panel[0])
    client.force_login(UserFactory(role=Role.AUDITOR))

    page = client.get("/admin/jaif_portal/transition/")

    assert "To be awarded" not in page.text
    assert not page.context["cl"].queryset.filter(subject_type__model="heldoutcome").exists()
