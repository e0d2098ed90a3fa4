import datetime as dt

import pytest

from jaif_portal import clock
from jaif_portal.models import Mail, Transition
from onboarding.exceptions import EmptyTemplate
from onboarding.flows import cases
from onboarding.flows.cases import check_case, check_open_cases, complete_step, open_case
from onboarding.flows.keys import remove_key
from onboarding.models import CaseState, CaseTemplate, StepKind
from tests.onboarding.factories import (
    OrganisationFactory,
    UserFactory,
    add_fresh_key,
    case_of,
    next_terms,
    sign_agreement,
    turn_on_mfa,
)

pytestmark = pytest.mark.django_db


def done(case):
    """The kinds of the steps that are ticked."""
    return list(case.steps.filter(done_at__isnull=False).values_list("kind", flat=True))


def do_everything(user):
    sign_agreement(user)
    add_fresh_key(user)
    turn_on_mfa(user)


def acknowledge(case):
    return complete_step(
        case, kind=StepKind.ASSOCIATION, evidence="e-aif-2026pg01-0001", at=clock.now()
    )


def test_open_case_copies_the_steps_of_the_template_with_their_due_dates():
    # A Friday before a weekend: five working days later is the Friday after.
    friday = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)

    case = open_case(
        CaseTemplate.objects.get(),
        title="EHPC-AIF-2026PG01-0001",
        organisation=OrganisationFactory(),
        owner=UserFactory(),
        at=friday,
    )

    due = dt.datetime(2026, 12, 4, 12, tzinfo=dt.UTC)
    steps = case.steps.values_list("position", "kind", "owner", "due_at", "done_at", "evidence")
    assert list(steps) == [
        (1, "agreement", "applicant", due, None, ""),
        (2, "ssh_key", "applicant", due, None, ""),
        (3, "mfa", "applicant", due, None, ""),
        (4, "association", "system", due, None, ""),
    ]
    assert (case.state, case.opened_at, case.completed_at) == (CaseState.OPEN, friday, None)


def test_open_case_counts_no_holiday_as_a_working_day():
    case = open_case(
        CaseTemplate.objects.get(),
        title="EHPC-AIF-2026PG01-0001",
        organisation=OrganisationFactory(),
        owner=UserFactory(),
        at=dt.datetime(2026, 12, 22, 12, tzinfo=dt.UTC),
    )

    # 23 December, then 4 to 7 January: the office is closed from 24 December to 1 January.
    assert case.steps.first().due_at == dt.datetime(2027, 1, 7, 12, tzinfo=dt.UTC)


def test_open_case_begins_its_history_and_tells_the_owner():
    ada = UserFactory(name="Ada Lovelace")

    case = case_of(ada)

    history = Transition.objects.of(case).values_list("from_state", "to_state", "by")
    mail = Mail.objects.get()
    assert list(history) == [("", "open", None)]
    assert (mail.recipient, mail.subject) == (
        ada.email,
        "EHPC-AIF-2026PG01-0001: steps before your first job",
    )
    assert mail.body == (
        "Hello Ada Lovelace,\n"
        "\n"
        "a few steps are needed before your first job for “EHPC-AIF-2026PG01-0001”. Your "
        "check-list says what to do and by when:\n"
        "\n"
        f"http://localhost:8000/onboarding/{case.pk}/\n"
        "\n"
        "The portal ticks each step by itself and tells you when all is done.\n"
    )


def test_open_case_ticks_what_was_done_before():
    ada = UserFactory()
    do_everything(ada)

    assert done(case_of(ada)) == ["agreement", "ssh_key", "mfa"]


def test_open_case_refuses_a_template_without_steps():
    template = CaseTemplate.objects.create(name="Empty")

    with pytest.raises(EmptyTemplate):
        case_of(UserFactory(), template=template)


def test_signing_the_agreement_ticks_its_step_at_once():
    ada = UserFactory()
    case = case_of(ada)

    sign_agreement(ada)

    step = case.steps.get(kind=StepKind.AGREEMENT)
    assert done(case) == ["agreement"]
    assert step.evidence == f"v1, {step.done_at:%Y-%m-%d}"


def test_adding_and_removing_keys_ticks_and_unticks_the_step_at_once():
    ada = UserFactory()
    case = case_of(ada)
    step = case.steps.get(kind=StepKind.SSH_KEY)

    first, second = add_fresh_key(ada), add_fresh_key(ada)
    step.refresh_from_db()
    ticked_at = step.done_at
    assert step.evidence == first.fingerprint

    remove_key(first, by=ada)
    step.refresh_from_db()
    assert (step.evidence, step.done_at) == (second.fingerprint, ticked_at)

    remove_key(second, by=ada)
    step.refresh_from_db()
    assert (step.evidence, step.done_at) == ("", None)


def test_two_factor_sign_in_is_noticed_by_the_beat_and_so_is_its_end():
    ada = UserFactory()
    case = case_of(ada)

    authenticator = turn_on_mfa(ada)
    check_open_cases(at=clock.now())
    assert done(case) == ["mfa"]

    authenticator.delete()
    check_open_cases(at=clock.now())
    assert done(case) == []


def test_a_newer_agreement_unticks_the_step_of_those_who_signed_the_older_one(travel):
    ada = UserFactory()
    case = case_of(ada)
    sign_agreement(ada)
    next_terms(valid_from=clock.now() + dt.timedelta(days=1))

    check_open_cases(at=clock.now())
    assert done(case) == ["agreement"]

    travel(dt.timedelta(days=1))
    check_open_cases(at=clock.now())
    assert done(case) == []

    sign_agreement(ada)
    assert done(case) == ["agreement"]


def test_what_somebody_else_does_ticks_nothing():
    case = case_of(UserFactory())

    do_everything(UserFactory())
    check_open_cases(at=clock.now())

    assert done(case) == []


def test_complete_step_ticks_with_its_evidence_once(travel):
    case = case_of(UserFactory())
    acknowledge(case)
    first = case.steps.get(kind=StepKind.ASSOCIATION)
    travel(dt.timedelta(hours=1))

    complete_step(case, kind=StepKind.ASSOCIATION, evidence="other", at=clock.now())

    step = case.steps.get(kind=StepKind.ASSOCIATION)
    assert (step.evidence, step.done_at) == ("e-aif-2026pg01-0001", first.done_at)


def test_complete_step_cannot_tick_for_good_what_a_check_does_not_find():
    case = case_of(UserFactory())

    complete_step(case, kind=StepKind.MFA, evidence="trust me", at=clock.now())

    assert done(case) == []


def test_the_last_step_completes_the_case_and_tells_the_owner(travel):
    ada = UserFactory(name="Ada Lovelace")
    case = case_of(ada)
    do_everything(ada)
    completed_at = travel(dt.timedelta(days=2))

    case = acknowledge(case)

    assert (case.state, case.completed_at) == (CaseState.COMPLETE, completed_at)
    history = Transition.objects.of(case).values_list("from_state", "to_state", "by", "at")
    assert list(history)[1:] == [("open", "complete", None, completed_at)]
    mail = Mail.objects.get(subject="EHPC-AIF-2026PG01-0001: all steps are done")
    assert (mail.recipient, mail.body) == (
        ada.email,
        (
            "Hello Ada Lovelace,\n"
            "\n"
            "all steps for “EHPC-AIF-2026PG01-0001” are done. Your allocation becomes active by "
            "itself as soon as its start date is reached; there is nothing more that you need to "
            "do.\n"
            "\n"
            f"http://localhost:8000/onboarding/{case.pk}/\n"
        ),
    )


@pytest.mark.parametrize("last", ["agreement", "ssh_key", "mfa"])
def test_any_step_may_be_the_last(last):
    ada = UserFactory()
    case = case_of(ada)
    acknowledge(case)
    acts = {"agreement": sign_agreement, "ssh_key": add_fresh_key, "mfa": turn_on_mfa}
    for kind, act in acts.items():
        if kind != last:
            act(ada)

    acts[last](ada)
    check_open_cases(at=clock.now())

    case.refresh_from_db()
    assert case.state == CaseState.COMPLETE


def test_a_complete_case_stays_as_it_is():
    ada = UserFactory()
    case = case_of(ada)
    do_everything(ada)
    acknowledge(case)
    mails, moves = Mail.objects.count(), Transition.objects.count()

    remove_key(ada.ssh_keys.get(), by=ada)
    check_case(case, at=clock.now())
    acknowledge(case)

    case.refresh_from_db()
    assert (case.state, len(done(case))) == (CaseState.COMPLETE, 4)
    assert (Mail.objects.count(), Transition.objects.count()) == (mails, moves)


def test_check_open_cases_goes_on_past_a_case_that_fails(monkeypatch):
    poison, healthy = UserFactory(), UserFactory()
    poisoned, case = case_of(poison), case_of(healthy)
    turn_on_mfa(poison)
    turn_on_mfa(healthy)
    check = cases.CHECKS[StepKind.MFA]

    def fail_for_one(user, *, at):
        if user == poison:
            raise RuntimeError
        return check(user, at=at)

    monkeypatch.setitem(cases.CHECKS, StepKind.MFA, fail_for_one)

    check_open_cases(at=clock.now())

    assert (done(poisoned), done(case)) == ([], ["mfa"])


def test_check_open_cases_writes_nothing_while_nothing_changes(django_assert_num_queries):
    case_of(UserFactory())
    now = clock.now()

    # The open cases, their steps, and what three checks read: no lock, no savepoint.
    with django_assert_num_queries(6):
        check_open_cases(at=now)
