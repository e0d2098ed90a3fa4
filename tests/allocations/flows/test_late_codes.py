import datetime as dt

import pytest

from allocations.exceptions import CallNotOpen, LateCodeNotPossible, LateCodeNotValid
from allocations.flows.drafts import keep_drafts
from allocations.flows.late_codes import issue_late_code
from allocations.flows.proposals import submit_proposal
from allocations.models import Call, LateCode, ProposalState
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted
from jaif_portal.models import Mail, Transition
from tests.allocations import factories
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY = dt.timedelta(days=1)


@pytest.fixture
def missed(travel):
    """A complete draft of a call whose one cut-off has passed an hour ago."""
    row = factories.Call.objects.get(mode__code="PG").rounds.get()
    row.cut_off_at = clock.now() + DAY
    row.save()
    proposal = factories.draft()
    travel(DAY + dt.timedelta(hours=1))
    return proposal


def issue(proposal, **answers):
    usual = {
        "by": factories.officer(),
        "email": proposal.applicant.email,
        "until": clock.now() + DAY,
        "reason": "The portal was down.",
    }
    code = issue_late_code(proposal.call, **(usual | answers))
    body = Mail.objects.get(key__startswith=f"late_code:{code.pk}:").body
    return next(line for line in body.splitlines() if len(line) == 16 and line.isupper())


def test_without_a_code_the_draft_is_late(missed):
    with pytest.raises(CallNotOpen):
        submit_proposal(missed, by=missed.applicant)


def test_a_code_lets_it_into_the_round_that_has_passed(missed):
    secret = issue(missed)

    proposal = submit_proposal(missed, by=missed.applicant, late_code=secret)

    code = LateCode.objects.get()
    assert (code.proposal, code.redeemed_at) == (proposal, clock.now())
    assert proposal.round.cut_off_at < clock.now()
    assert proposal.revisions.count() == 1


def test_a_code_can_be_typed_in_groups_and_small_letters(missed):
    secret = issue(missed).lower()
    typed = "-".join(secret[start : start + 4] for start in range(0, 16, 4))

    assert submit_proposal(missed, by=missed.applicant, late_code=typed).submitted_at


def test_the_code_itself_is_not_stored(missed):
    secret = issue(missed)

    assert secret not in str(list(LateCode.objects.values_list()))
    assert secret not in str(list(Transition.objects.values_list("note")))


def test_issuing_is_recorded_with_its_reason(missed):
    issue(missed)

    note = Transition.objects.of(missed.call).last().note
    assert note == f"{missed.applicant.email}: The portal was down."


def test_a_code_works_once(missed, travel):
    secret = issue(missed)
    submit_proposal(missed, by=missed.applicant, late_code=secret)
    other = factories.draft
    Call.objects.filter(pk=missed.call_id).update(state="open")
    type(missed).objects.filter(pk=missed.pk).update(state="withdrawn")
    missed.call.rounds.update(cut_off_at=None)
    again = other(by=missed.applicant)

    with pytest.raises(LateCodeNotValid):
        submit_proposal(again, by=again.applicant, late_code=secret)


@pytest.mark.parametrize("wrong", ["AAAABBBBCCCCDDDD", "-", "x" * 40])
def test_a_guessed_code_is_refused(missed, wrong):
    issue(missed)

    with pytest.raises(LateCodeNotValid):
        submit_proposal(missed, by=missed.applicant, late_code=wrong)
    missed.refresh_from_db()
    assert missed.state == ProposalState.DRAFT


def test_a_code_is_for_one_person(missed):
    secret = issue(missed, email=UserFactory().email)

    with pytest.raises(LateCodeNotValid):
        submit_proposal(missed, by=missed.applicant, late_code=secret)


def test_a_code_is_for_one_call(missed):
    secret = issue(missed)
    LateCode.objects.update(call=Call.objects.exclude(pk=missed.call_id).first())

    with pytest.raises(LateCodeNotValid):
        submit_proposal(missed, by=missed.applicant, late_code=secret)


def test_a_code_expires(missed, travel):
    secret = issue(missed)
    travel(DAY)

    with pytest.raises(LateCodeNotValid):
        submit_proposal(missed, by=missed.applicant, late_code=secret)


def test_a_code_is_not_used_up_by_an_incomplete_proposal(missed):
    secret = issue(missed)
    type(missed).objects.filter(pk=missed.pk).update(abstract="")

    with pytest.raises(Exception, match="Some answers are missing"):
        submit_proposal(missed, by=missed.applicant, late_code=secret)
    assert LateCode.objects.get().redeemed_at is None


def test_only_the_access_office_issues_codes(missed):
    with pytest.raises(NotPermitted):
        issue(missed, by=missed.applicant)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"email": "nobody@x.example"}, "Nobody with this address has an account."),
        ({"until": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, "Choose a moment that lies ahead."),
        ({"reason": " "}, "Say why. The reason is kept."),
    ],
)
def test_an_impossible_code_is_not_issued(missed, answers, sentence):
    with pytest.raises(LateCodeNotPossible, match=sentence):
        issue(missed, **answers)
    assert LateCode.objects.count() == 0


def mails(proposal, letter):
    return Mail.objects.filter(key__startswith=f"proposal:{proposal.pk}:{letter}")


def test_where_no_round_follows_a_draft_is_told_once_and_lapses_after_its_days(missed, travel):
    keep_drafts(at=clock.now())
    keep_drafts(at=clock.now())

    assert mails(missed, "draft_ends").count() == 1
    assert mails(missed, "carried_over").count() == 0
    missed.refresh_from_db()
    assert missed.state == ProposalState.DRAFT

    travel(14 * DAY)
    keep_drafts(at=clock.now())

    missed.refresh_from_db()
    assert missed.state == ProposalState.LAPSED


def test_where_a_round_follows_a_draft_is_carried_over_with_one_mail(missed, travel):
    passed = missed.call.rounds.get()
    missed.call.rounds.create(year=2026, number=passed.number + 1, cut_off_at=clock.now() + 7 * DAY)

    for _beat in range(2):
        keep_drafts(at=clock.now())

    assert mails(missed, "carried_over").count() == 1
    assert mails(missed, "draft_ends").count() == 0
    travel(20 * DAY)
    keep_drafts(at=clock.now())
    missed.refresh_from_db()
    assert (missed.state, mails(missed, "draft_ends").count()) == ("draft", 1)


def test_a_draft_begun_after_the_cut_off_is_not_told_of_it(missed):
    missed.call.rounds.create(year=2026, number=99, cut_off_at=clock.now() + 7 * DAY)
    later = factories.draft()

    keep_drafts(at=clock.now())

    assert (mails(missed, "carried_over").count(), mails(later, "carried_over").count()) == (1, 0)


def test_drafts_of_a_rolling_call_stay(travel):
    proposal = factories.draft()
    travel(20 * DAY)

    keep_drafts(at=clock.now())

    proposal.refresh_from_db()
    assert (proposal.state, Mail.objects.filter(key__contains="draft_ends").count()) == ("draft", 0)
