import datetime as dt

import pytest

from allocations.exceptions import (
    PoolExhausted,
)
from allocations.flows.offers import accept_offer, decline_offer, lapse_offer, promote
from allocations.models import (
    Award,
    ProposalState,
)
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted, TransitionNotAllowed
from onboarding.models import MemberRole
from tests.allocations import factories
from tests.allocations.pools import leave_in_pool, put_into_pool
from tests.allocations.records import history, letters, timers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
DAY = dt.timedelta(days=1)
HOUR = 3600


@pytest.fixture
def offered():
    return factories.offered(team=["ada@example.org"])


def test_declining_frees_the_hours_at_once(share, monday):
    leave_in_pool(share, 1250 * HOUR)
    first = factories.offered()

    decline_offer(first, by=first.applicant)

    assert history(first)[-1] == ("offered", "declined", first.applicant, monday, "")
    assert timers(first)["answer"][1] == monday
    assert Award.objects.get().answered_by == first.applicant
    assert factories.offered().state == ProposalState.OFFERED


@pytest.mark.parametrize(("left", "state"), [(0, "offered"), (-1, "reserve")])
def test_a_proposal_is_offered_up_to_the_last_node_second(share, left, state):
    leave_in_pool(share, 1250 * HOUR + left)

    assert factories.offered().state == state


def test_hours_that_are_offered_are_not_offered_again(share, monday):
    leave_in_pool(share, 2 * 1250 * HOUR)

    proposals = [factories.offered() for _number in range(3)]

    assert [proposal.state for proposal in proposals] == ["offered", "offered", "reserve"]
    last = proposals[-1]
    assert not Award.objects.filter(proposal=last).exists()
    assert history(last)[-1] == (
        "in_evaluation",
        "reserve",
        None,
        monday,
        "The pool is exhausted.",
    )
    assert set(timers(last)) == {"decision"}
    assert ("on_reserve", last.applicant.email) in letters(last)


def test_hours_that_were_accepted_are_not_offered_again(share):
    leave_in_pool(share, 1250 * HOUR)
    first = factories.offered()
    accept_offer(first, by=first.applicant)

    assert factories.offered().state == ProposalState.RESERVE


@pytest.fixture
def reserve(share):
    leave_in_pool(share, 0)
    return factories.offered()


def test_a_proposal_of_the_reserve_list_is_promoted_once_there_are_hours(
    reserve, officer, share, travel
):
    now = travel(DAY)
    put_into_pool(share, 1250 * HOUR, at=now)

    promote(reserve, by=officer)

    assert history(reserve)[-1] == ("reserve", "offered", officer, now, "")
    assert timers(reserve)["answer"] == (now + 14 * DAY, None, None)
    assert Award.objects.get().offered_at == now
    assert ("offered", reserve.applicant.email) in letters(reserve)


def test_a_promotion_beyond_the_pool_is_refused(reserve, officer, share, monday):
    put_into_pool(share, 1250 * HOUR - 1, at=monday)

    with pytest.raises(PoolExhausted):
        promote(reserve, by=officer)

    reserve.refresh_from_db()
    assert reserve.state == ProposalState.RESERVE
    assert not Award.objects.exists()


def test_only_the_reserve_list_is_promoted(offered, officer):
    with pytest.raises(TransitionNotAllowed) as refusal:
        promote(offered, by=officer)

    assert str(refusal.value) == "This proposal is not on the reserve list."


def test_an_offer_lapses_by_an_officer_once_its_time_has_run_out(offered, officer, travel):
    due = offered.award.answer_by
    travel(due - dt.timedelta(seconds=1))
    with pytest.raises(TransitionNotAllowed) as refusal:
        lapse_offer(offered, by=officer)

    travel(due)
    lapse_offer(offered, by=officer)

    assert str(refusal.value) == "The time to answer this offer has not run out yet."
    assert history(offered)[-1] == ("offered", "lapsed", officer, due, "")
    assert Award.objects.get().answered_by == officer
    assert ("lapsed", offered.applicant.email) in letters(offered)


def test_a_timer_reminds_and_never_lapses_an_offer(offered, officer, travel):
    due = travel(offered.award.answer_by)
    for _beat in range(2):
        factories.lifecycle.keep_deadlines(until=due)

    offered.refresh_from_db()
    assert offered.state == ProposalState.OFFERED
    assert timers(offered)["answer"] == (due, None, due)
    reminders = [letter for letter in letters(offered) if letter[0].startswith("answer")]
    officers = {officer.email, factories.officer().email}
    assert reminders == [
        ("answer_due", offered.applicant.email),
        *(("answer_overdue", email) for email in sorted(officers)),
        ("answer_soon", offered.applicant.email),
    ]
    assert timers(offered)["answer_reminder"][0] == clock.add_working_days(
        offered.award.offered_at, 7
    )


def test_the_reserve_list_lapses_by_an_officer(reserve, officer, monday):
    lapse_offer(reserve, by=officer)

    assert history(reserve)[-1] == ("reserve", "lapsed", officer, monday, "")
    assert not Award.objects.exists()


@pytest.mark.parametrize("act", [promote, lapse_offer])
def test_nobody_handles_offers_of_the_own_organisation(reserve, officer, act):
    reserve.organisation.memberships.create(user=officer, role=MemberRole.MEMBER)

    with pytest.raises(NotPermitted):
        act(reserve, by=officer)
