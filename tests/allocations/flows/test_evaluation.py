import datetime as dt

import pytest

from allocations.exceptions import ProposalIncomplete, ReasonMissing
from allocations.flows import evaluation
from allocations.flows.evaluation import find_feasible
from allocations.flows.findings import find_ineligible, find_infeasible
from allocations.models import AccessPolicy, Award, Finding, ProposalState, TeamMember
from jaif_portal.exceptions import NotPermitted, TransitionNotAllowed
from jaif_portal.models import Mail
from onboarding.models import MemberRole, Role
from tests.allocations import factories
from tests.allocations.factories import find_eligible
from tests.allocations.records import history, letters, timers
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
DAY = dt.timedelta(days=1)


@pytest.fixture
def submitted(monday):
    factories.lifecycle.fund_shares(at=monday)
    return factories.submitted()


@pytest.fixture
def eligible(submitted, officer):
    return find_eligible(submitted, by=officer)


def steps(proposal):
    return list(
        proposal.steps.values_list("kind", "state", "outcome", "decided_by", "ended_at", "remarks")
    )


def test_an_eligible_proposal_goes_on_to_the_technical_check(submitted, officer, travel):
    now = travel(DAY)

    find_eligible(submitted, by=officer, remarks="Register checked.")

    assert steps(submitted) == [
        ("administrative", "done", "eligible", officer.pk, now, "Register checked."),
        ("technical", "active", "", None, None, ""),
    ]
    submitted.refresh_from_db()
    assert submitted.state == ProposalState.IN_EVALUATION
    assert submitted.steps.get(kind="technical").started_at == now
    assert timers(submitted) == {"decision": (now + DAY, None, None)}


def test_an_ineligible_proposal_ends_with_the_reasons(submitted, officer, travel):
    due = timers(submitted)["decision"][0]
    now = travel(DAY)

    factories.ineligible(submitted, by=officer, remarks="The company is a holding.")

    submitted.refresh_from_db()
    assert submitted.state == ProposalState.INELIGIBLE
    assert history(submitted)[-1] == (
        "in_evaluation",
        "ineligible",
        submitted.steps.get(kind="administrative").decided_by,
        now,
        "The company is a holding.",
    )
    assert steps(submitted) == [
        (
            "administrative",
            "done",
            "ineligible",
            Finding.objects.get().decided_by_id,
            now,
            "The company is a holding.",
        ),
        ("technical", "done", "dropped", None, now, ""),
    ]
    assert timers(submitted) == {"decision": (due, now, None)}


def test_the_letter_to_who_is_turned_down_gives_the_reasons(submitted, officer):
    factories.ineligible(submitted, by=officer, remarks="The company is a holding.")

    assert ("turned_down", submitted.applicant.email) in letters(submitted)
    letter = Mail.objects.get(key__contains="turned_down")
    assert letter.subject == f"{submitted.reference}: decision on your proposal"
    assert "The result of the check: Not eligible." in letter.body
    assert "The company is a holding." in letter.body


def test_an_infeasible_proposal_ends_with_the_reasons(eligible, reviewer, monday):
    factories.infeasible(eligible, by=reviewer, remarks="The code has no GPU version.")

    eligible.refresh_from_db()
    assert eligible.state == ProposalState.INFEASIBLE
    assert history(eligible)[-1][1:] == (
        "infeasible",
        Finding.objects.get().decided_by,
        monday,
        "The code has no GPU version.",
    )
    assert timers(eligible)["decision"][1] == monday
    assert not Award.objects.exists()


def test_a_feasible_proposal_is_offered_by_rule(eligible, reviewer, monday):
    find_feasible(eligible, by=reviewer)

    eligible.refresh_from_db()
    assert eligible.state == ProposalState.OFFERED
    assert history(eligible)[-1] == (
        "in_evaluation",
        "offered",
        None,
        monday,
        "Feasible and within the pool",
    )
    check = eligible.steps.get(kind="technical")
    assert (check.outcome, check.gpu_hours, check.months) == ("feasible", 5000, 2)
    award = Award.objects.get()
    assert (award.node_seconds, award.months) == (1250 * 3600, 2)
    assert award.answer_by == monday + 14 * DAY
    assert timers(eligible) == {
        "decision": (monday + 2 * DAY, monday, None),
        "answer": (monday + 14 * DAY, None, None),
        "answer_reminder": (monday + 9 * DAY, None, None),
    }


def test_feasible_with_changes_offers_what_the_site_finds_right(eligible, reviewer):
    find_feasible(eligible, by=reviewer, gpu_hours=3000, months=1, remarks="Enough for tests.")

    check, award = eligible.steps.get(kind="technical"), Award.objects.get()
    assert (check.outcome, check.gpu_hours, check.months) == ("feasible_with_changes", 3000, 1)
    assert (award.node_seconds, award.months) == (750 * 3600, 1)
    assert award.remarks == "Enough for tests."
    assert "3,000 GPU-hours" in Mail.objects.get(key__contains=":offered:").body
    assert "Enough for tests." in Mail.objects.get(key__contains=":offered:").body


@pytest.mark.parametrize(
    ("found", "fields"),
    [
        ({"gpu_hours": 5001}, {"gpu_hours": ["Playground grants at most 5000 GPU-hours."]}),
        ({"months": 4}, {"months": ["Choose one of these numbers of months: 1, 2, 3."]}),
    ],
)
def test_the_site_cannot_find_right_more_than_the_mode_grants(eligible, reviewer, found, fields):
    with pytest.raises(ProposalIncomplete) as refusal:
        find_feasible(eligible, by=reviewer, remarks="More.", **found)

    assert refusal.value.fields == fields
    assert steps(eligible)[1] == ("technical", "active", "", None, None, "")


def test_a_change_by_the_site_needs_a_reason(eligible, reviewer):
    with pytest.raises(ReasonMissing):
        find_feasible(eligible, by=reviewer, gpu_hours=3000, remarks=" ")

    assert steps(eligible)[1] == ("technical", "active", "", None, None, "")
    assert not Award.objects.exists()


def test_turning_down_needs_a_reason(submitted, eligible, officer, reviewer):
    waiting = factories.submitted()
    for find, proposal, by in [
        (find_ineligible, waiting, officer),
        (find_infeasible, eligible, reviewer),
    ]:
        with pytest.raises(ReasonMissing) as refusal:
            find(proposal, by=by, reason="other", remarks="\n ")

        assert refusal.value.code == "reason_missing"
        assert str(refusal.value) == "Say why: the applicant reads this text."
        proposal.refresh_from_db()
        assert proposal.state == ProposalState.IN_EVALUATION


def test_a_check_that_is_not_in_progress_cannot_be_decided(submitted, eligible, officer, reviewer):
    waiting = factories.submitted()

    with pytest.raises(TransitionNotAllowed) as early:
        find_feasible(waiting, by=reviewer)
    with pytest.raises(TransitionNotAllowed) as late:
        find_eligible(eligible, by=officer)

    assert str(early.value) == ("The step “Technical check” of this proposal is not in progress.")
    assert str(late.value) == ("The step “Eligibility check” of this proposal is not in progress.")


def test_officers_do_not_check_feasibility_nor_reviewers_eligibility(submitted, officer, reviewer):
    with pytest.raises(NotPermitted):
        find_eligible(submitted, by=reviewer)
    find_eligible(submitted, by=officer)
    with pytest.raises(NotPermitted):
        find_feasible(submitted, by=officer)


def join_team(proposal, person):
    TeamMember.objects.create(proposal=proposal, email=person.email)


def join_organisation(proposal, person):
    proposal.organisation.memberships.create(user=person, role=MemberRole.MEMBER)


@pytest.mark.parametrize("join", [join_team, join_organisation])
def test_nobody_decides_on_a_proposal_of_the_own_team_or_organisation(
    submitted, officer, reviewer, join
):
    join(submitted, officer)
    join(submitted, reviewer)

    with pytest.raises(NotPermitted):
        evaluation.find_eligible(submitted, by=officer, remarks="Mine.")
    with pytest.raises(NotPermitted):
        find_ineligible(submitted, by=officer, reason="other", remarks="Mine.")
    find_eligible(submitted, by=UserFactory(role=Role.ACCESS_OFFICER))
    with pytest.raises(NotPermitted):
        find_feasible(submitted, by=reviewer, remarks="Mine.")
    with pytest.raises(NotPermitted):
        find_infeasible(submitted, by=reviewer, reason="other", remarks="Mine.")


def test_an_officer_does_not_decide_on_the_own_proposal(officer):
    own = factories.submitted(by=officer)

    with pytest.raises(NotPermitted):
        find_eligible(own, by=officer)


def test_a_closed_account_decides_nothing(submitted, officer):
    officer.is_active = False

    with pytest.raises(NotPermitted):
        evaluation.find_eligible(submitted, by=officer)
    with pytest.raises(NotPermitted):
        find_ineligible(submitted, by=officer, reason="other", remarks="Still here.")


def test_a_superuser_does_not_decide_on_the_own_proposal():
    founder = UserFactory(is_superuser=True, role=Role.ACCESS_OFFICER)
    own = factories.submitted(by=founder)

    with pytest.raises(NotPermitted):
        find_eligible(own, by=founder)


def test_a_superuser_answers_no_offer_of_others(submitted, officer, reviewer):
    find_eligible(submitted, by=officer)
    find_feasible(submitted, by=reviewer)

    with pytest.raises(NotPermitted):
        factories.accept_offer(submitted, by=UserFactory(is_superuser=True))


def test_a_mode_with_one_check_offers_after_it(monday, reviewer):
    factories.lifecycle.fund_shares(at=monday)
    AccessPolicy.objects.update(steps=["technical"])
    proposal = factories.submitted()

    find_feasible(proposal, by=reviewer)

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.OFFERED
