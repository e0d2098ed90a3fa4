import datetime as dt

import pytest

from allocations.exceptions import AnswersNotPossible, CallNotOpen, NotEligible, ProposalExists
from allocations.flows.editing import edit_proposal
from allocations.flows.proposals import begin_proposal
from allocations.flows.withdrawal import withdraw_proposal
from allocations.models import AccessPolicy, Call, CallState, Proposal, ProposalState
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted, StaleVersion, TransitionNotAllowed
from jaif_portal.models import Mail
from onboarding.models import Country, OrganisationType
from tests.allocations import factories
from tests.allocations.records import history, letters, timers
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def the_call():
    return Call.objects.get(mode__code="PG")


def test_a_draft_is_born_under_the_policy_of_its_day(monday):
    proposal = factories.draft()

    assert proposal.reference == f"DRAFT-{proposal.pk:05}"
    assert (proposal.state, proposal.created_at) == (ProposalState.DRAFT, monday)
    assert proposal.policy == AccessPolicy.objects.get(mode__code="PG")
    assert history(proposal) == [("", "draft", proposal.applicant, monday, "")]
    assert timers(proposal) == {}
    assert letters(proposal) == []


def test_a_draft_is_begun_under_the_newest_policy_that_is_valid(travel):
    policy = AccessPolicy.objects.get(mode__code="PG")
    older = policy.pk
    for days in (1, 5):
        policy.pk, policy.valid_from = None, clock.now() + dt.timedelta(days=days)
        policy.save(force_insert=True)
    first = factories.draft()

    travel(dt.timedelta(days=2))
    second = factories.draft()

    assert first.policy_id == older
    assert second.policy.valid_from == clock.now() - dt.timedelta(days=1)


@pytest.mark.parametrize("state", [CallState.DRAFT, CallState.PAUSED, CallState.CLOSED])
def test_a_draft_needs_an_open_call(state):
    Call.objects.update(state=state)

    with pytest.raises(CallNotOpen) as refusal:
        factories.draft()

    assert refusal.value.code == "call_not_open"
    assert str(refusal.value) == "This call is not open at the moment."
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(("seconds", "is_open"), [(-1, False), (0, True)])
def test_a_call_opens_at_its_moment(monday, seconds, is_open):
    call = the_call()
    call.opens_at, call.closes_at = monday, monday + dt.timedelta(days=1)

    assert call.is_open(at=monday + dt.timedelta(seconds=seconds)) is is_open


@pytest.mark.parametrize(("seconds", "is_open"), [(-1, True), (0, False)])
def test_a_call_is_closed_from_its_closing_moment_on(monday, seconds, is_open):
    call = the_call()
    call.closes_at = monday

    assert call.is_open(at=monday + dt.timedelta(seconds=seconds)) is is_open


def test_nobody_applies_for_an_organisation_of_others():
    organisation = OrganisationFactory(representative=UserFactory())

    with pytest.raises(NotPermitted) as refusal:
        begin_proposal(the_call(), organisation=organisation, by=UserFactory(), title="Theirs")

    assert str(refusal.value) == "You can only apply for an organisation that you belong to."
    assert not Proposal.objects.exists()


def test_an_organisation_of_a_country_without_access_cannot_begin():
    person = UserFactory()
    country = Country.objects.filter(basis=Country.Basis.NONE).first()
    OrganisationFactory(representative=person, country=country)

    with pytest.raises(NotEligible):
        factories.draft(by=person)

    assert not Proposal.objects.exists()


def test_an_organisation_of_a_type_that_the_mode_leaves_out_cannot_begin():
    person = UserFactory()
    OrganisationFactory(representative=person, kind=OrganisationType.RESEARCH)

    with pytest.raises(NotEligible):
        factories.draft(by=person)


def test_a_person_has_one_live_proposal_under_a_call():
    proposal = factories.draft()

    with pytest.raises(ProposalExists) as refusal:
        factories.draft(by=proposal.applicant)

    assert refusal.value.code == "proposal_exists"
    assert str(refusal.value) == "You already have a proposal under this call."
    assert Proposal.objects.count() == 1


def test_a_person_may_begin_again_after_the_first_proposal_has_ended():
    first = factories.draft()
    withdraw_proposal(first, by=first.applicant)

    second = factories.draft(by=first.applicant)

    assert second.state == ProposalState.DRAFT


def test_an_edit_saves_the_answers_and_counts_the_version():
    proposal = factories.draft()

    edited = edit_proposal(
        proposal, by=proposal.applicant, version=proposal.version, title="Tenders", months=3
    )

    proposal.refresh_from_db()
    assert (proposal.title, proposal.months, proposal.sector) == ("Tenders", 3, "public_sector")
    assert proposal.version == edited.version == 3


def test_an_edit_of_a_version_that_others_have_changed_is_refused():
    proposal = factories.draft()
    seen = proposal.version
    edit_proposal(proposal, by=proposal.applicant, version=seen, title="First")

    with pytest.raises(StaleVersion) as refusal:
        edit_proposal(proposal, by=proposal.applicant, version=seen, title="Second")

    proposal.refresh_from_db()
    assert proposal.title == "First"
    assert refusal.value.code == "stale_version"
    assert str(refusal.value) == (
        "Somebody else changed this in the meantime. Load it again and repeat your change."
    )


def test_what_the_form_does_not_ask_is_refused_by_name():
    proposal = factories.draft()

    with pytest.raises(AnswersNotPossible) as refusal:
        edit_proposal(proposal, by=proposal.applicant, version=proposal.version, state="awarded")

    assert refusal.value.fields == {"state": ["This form does not ask “state”."]}


def test_a_submitted_proposal_can_no_longer_be_edited():
    proposal = factories.submitted()

    with pytest.raises(TransitionNotAllowed) as refusal:
        edit_proposal(proposal, by=proposal.applicant, version=proposal.version, title="Late")

    assert str(refusal.value) == "A proposal that was submitted can no longer be edited."
    proposal.refresh_from_db()
    assert proposal.title == "Tenders for towns"


def test_a_team_member_edits_but_neither_submits_nor_withdraws():
    member = UserFactory()
    proposal = factories.draft(team=[member.email])

    edit_proposal(proposal, by=member, version=proposal.version, title="Ours")

    proposal.refresh_from_db()
    assert proposal.title == "Ours"
    for act in (factories.submit_proposal, withdraw_proposal):
        with pytest.raises(NotPermitted):
            act(proposal, by=member)


def test_each_new_team_member_is_invited_once():
    proposal = factories.draft(team=["Ada@Example.org ", "ben@example.org"])
    applicant = proposal.applicant

    edit_proposal(
        proposal,
        by=applicant,
        version=proposal.version,
        team=["ada@example.org", "cleo@example.org", applicant.email.upper()],
    )

    team = list(proposal.team.values_list("email", flat=True))
    assert team == ["ada@example.org", "cleo@example.org"]
    invited = ["ada@example.org", "ben@example.org", "cleo@example.org"]
    assert letters(proposal) == [("team", email) for email in invited]


def test_an_edit_without_a_team_leaves_the_team_alone():
    proposal = factories.draft(team=["ada@example.org"])

    edit_proposal(proposal, by=proposal.applicant, version=proposal.version, title="Towns")

    assert proposal.team.get().email == "ada@example.org"


def test_a_member_who_was_taken_off_the_team_can_no_longer_edit():
    member = UserFactory()
    proposal = factories.draft(team=[member.email])
    applicant = proposal.applicant
    proposal = edit_proposal(proposal, by=applicant, version=proposal.version, team=[])

    with pytest.raises(NotPermitted):
        edit_proposal(proposal, by=member, version=proposal.version, title="Mine")


def test_an_invitation_is_written_in_the_inviting_persons_language():
    person = UserFactory(language="de", name="Käthe")

    factories.draft(by=person, team=["ada@example.org"])

    mail = Mail.objects.get(recipient="ada@example.org")
    assert "Käthe" in mail.body


def test_a_call_whose_mode_has_no_policy_yet_takes_no_draft(monday):
    AccessPolicy.objects.update(valid_from=monday + dt.timedelta(days=1))

    with pytest.raises(CallNotOpen):
        factories.draft()
