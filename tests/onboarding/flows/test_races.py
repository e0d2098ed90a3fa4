"""What holds when two do the same at the same moment. SQLite hides this; PostgreSQL does not."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from jaif_portal import clock
from jaif_portal.exceptions import Refusal
from jaif_portal.models import Mail, Transition
from onboarding.flows.cases import check_case, complete_step
from onboarding.flows.keys import add_key, remove_key
from onboarding.flows.organisations import create_organisation
from onboarding.models import CaseState, Membership, Organisation, SSHKey, StepKind
from tests.onboarding.factories import (
    UserFactory,
    add_fresh_key,
    case_of,
    sign_agreement,
    turn_on_mfa,
)
from tests.onboarding.ssh_keys import ED25519, FROM

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def at_once(*acts):
    """Run ``acts`` in threads that start together; the answers, or the refusals' codes."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait(timeout=10)
            return act()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def acknowledge(case):
    complete_step(case, kind=StepKind.ASSOCIATION, evidence="e-aif", at=clock.now())


def history(case):
    return list(Transition.objects.of(case).values_list("to_state", flat=True))


def test_two_last_steps_at_once_complete_the_case_once():
    for _round in range(10):
        ada = UserFactory()
        case = case_of(ada)
        sign_agreement(ada)
        turn_on_mfa(ada)

        at_once(lambda: acknowledge(case), lambda: add_fresh_key(ada))  # noqa: B023

        case.refresh_from_db()
        assert (case.state, history(case)) == (CaseState.COMPLETE, ["open", "complete"])
        assert Mail.objects.filter(key__startswith=f"case:{case.pk}:complete").count() == 1


def test_eight_checks_at_once_complete_a_case_once():
    ada = UserFactory()
    case = case_of(ada)
    sign_agreement(ada)
    add_fresh_key(ada)
    acknowledge(case)
    turn_on_mfa(ada)

    at_once(*[lambda: check_case(case, at=clock.now())] * 8)

    assert history(case) == ["open", "complete"]


def test_a_key_removed_while_the_case_is_checked_leaves_nothing_halfway():
    for _round in range(10):
        ada = UserFactory()
        case = case_of(ada)
        sign_agreement(ada)
        turn_on_mfa(ada)
        key = add_fresh_key(ada)

        at_once(lambda: acknowledge(case), lambda: remove_key(key, by=ada))  # noqa: B023

        case.refresh_from_db()
        ticked = case.steps.filter(done_at__isnull=False).count()
        assert (case.state, ticked) in [(CaseState.COMPLETE, 4), (CaseState.OPEN, 3)]


def test_eight_registrations_of_one_organisation_at_once_give_one():
    people = UserFactory.create_batch(8)

    def register(person):
        return create_organisation(
            by=person,
            name="Rhine Analytics GmbH",
            kind="start_up",
            country_id="DE",
            registration_number="HRB 98765, Köln",
            staff=12,
            turnover_eur=0,
            balance_sheet_eur=0,
        )

    answers = at_once(*[lambda person=person: register(person) for person in people])

    assert answers.count("organisation_exists") == 7
    assert (Organisation.objects.count(), Membership.objects.count()) == (1, 1)


def test_one_key_added_by_eight_people_at_once_belongs_to_one():
    def add(person):
        return add_key(person, name="mine", public_key=f"{FROM} {ED25519}", at=clock.now())

    people = UserFactory.create_batch(8)

    answers = at_once(*[lambda person=person: add(person) for person in people])

    assert answers.count("key_taken") == 7
    assert SSHKey.objects.count() == 1


def test_eight_signatures_of_one_person_at_once_are_one():
    ada = UserFactory()

    at_once(*[lambda: sign_agreement(ada)] * 8)

    assert ada.acceptances.count() == 1
