import uuid

import pytest
from django.db import IntegrityError, transaction

from allocations.exceptions import (
    CorrectionNotPossible,
    InsufficientBalance,
    PoolExhausted,
    ReasonMissing,
)
from allocations.flows.corrections import (
    confirm_correction,
    propose_correction,
    refuse_correction,
)
from allocations.flows.standing import balance
from allocations.models import (
    Correction,
    CorrectionState,
    EntryKind,
    LedgerAccount,
    LedgerEntry,
    ProjectRole,
)
from jaif_portal.exceptions import NotPermitted, TransitionNotAllowed
from onboarding.models import MemberRole, Role
from tests.allocations import factories
from tests.allocations.pools import leave_in_pool
from tests.allocations.quotas import MONTH, account_of, monthly
from tests.allocations.records import broken_invariants, history
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

GRANT, ALONE = 1250 * 3600, 100 * 3600  # node-seconds


@pytest.fixture
def allocation(monday):
    return factories.active()


@pytest.fixture
def administrator(db):
    return UserFactory(role=Role.ADMINISTRATOR)


def propose(allocation, by, **answers):
    complete = {
        "direction": "credit",
        "node_seconds": ALONE + 1,
        "reason": "A node failed.",
        "key": uuid.uuid4(),
    }
    return propose_correction(allocation, by=by, **(complete | answers))


def totals(allocation):
    account = LedgerAccount.objects.get(allocation=allocation)
    return account.granted, account.charged, account.left


def test_a_small_credit_is_booked_at_once(allocation, officer):
    correction = propose(allocation, officer, node_seconds=ALONE)

    entry = LedgerEntry.objects.get(kind=EntryKind.CORRECT)
    assert (correction.state, correction.decided_by) == (CorrectionState.BOOKED, None)
    assert (entry.key, entry.node_seconds, entry.by, entry.note) == (
        f"correction:{correction.pk}",
        ALONE,
        officer,
        "A node failed.",
    )
    assert totals(allocation) == (GRANT + ALONE, 0, GRANT + ALONE)
    assert broken_invariants() == []


def test_a_debit_takes_hours_back_to_the_share(allocation, officer):
    pool = LedgerAccount.objects.get(share=allocation.share)

    propose(allocation, officer, direction="debit", node_seconds=ALONE)

    available = pool.available
    pool.refresh_from_db()
    assert pool.available == available + ALONE
    assert totals(allocation) == (GRANT - ALONE, 0, GRANT - ALONE)
    assert broken_invariants() == []


def test_a_large_correction_waits_for_a_second_person(allocation, officer, administrator):
    correction = propose(allocation, officer)
    assert (correction.state, totals(allocation)) == (
        CorrectionState.PROPOSED,
        (GRANT, 0, GRANT),
    )

    correction = confirm_correction(correction, by=administrator)

    assert (correction.state, correction.decided_by) == (CorrectionState.BOOKED, administrator)
    assert totals(allocation)[0] == GRANT + ALONE + 1
    assert broken_invariants() == []


def test_the_limit_is_a_figure_of_the_partition(allocation, officer):
    partition = allocation.partition
    partition.alone_up_to = 10
    partition.save()

    states = [propose(allocation, officer, node_seconds=amount).state for amount in (10, 11)]

    assert states == [CorrectionState.BOOKED, CorrectionState.PROPOSED]


def test_a_double_click_corrects_once(allocation, officer):
    key = uuid.uuid4()

    first, second = (propose(allocation, officer, node_seconds=1, key=key) for _click in range(2))

    assert first == second
    assert totals(allocation)[0] == GRANT + 1


def test_a_correction_is_confirmed_once(allocation, officer, administrator):
    correction = confirm_correction(propose(allocation, officer), by=administrator)

    with pytest.raises(TransitionNotAllowed):
        confirm_correction(correction, by=administrator)

    assert totals(allocation)[0] == GRANT + ALONE + 1


def test_a_refused_correction_moves_nothing(allocation, officer, administrator):
    correction = propose(allocation, officer)

    refuse_correction(correction, by=administrator, remarks="It was the job's own fault.")

    assert [step[:2] + step[4:] for step in history(correction)] == [
        ("", "proposed", "A node failed."),
        ("proposed", "refused", "It was the job's own fault."),
    ]
    assert totals(allocation) == (GRANT, 0, GRANT)
    assert broken_invariants() == []


def test_nobody_confirms_the_own_correction(allocation, administrator):
    both = UserFactory(role=Role.ACCESS_OFFICER)
    both.groups.add(*administrator.groups.all())
    correction = propose(allocation, both)

    with pytest.raises(NotPermitted):
        confirm_correction(correction, by=both)


def test_the_database_knows_that_two_people_decide(allocation, officer):
    correction = propose(allocation, officer)

    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(decided_by=officer)


@pytest.mark.parametrize("belongs", ["project", "organisation"])
def test_nobody_corrects_or_confirms_for_the_own_people(
    allocation, officer, administrator, belongs
):
    correction = propose(allocation, officer)
    for person in (officer, administrator):
        if belongs == "project":
            allocation.project.members.create(email=person.email, role=ProjectRole.MEMBER)
        else:
            organisation = allocation.project.organisation
            organisation.memberships.create(user=person, role=MemberRole.MEMBER)

    with pytest.raises(NotPermitted):
        propose(allocation, officer)
    with pytest.raises(NotPermitted):
        confirm_correction(correction, by=administrator)
    with pytest.raises(NotPermitted):
        refuse_correction(correction, by=administrator, remarks="No.")


@pytest.mark.parametrize("role", list(Role))
def test_officers_propose_and_administrators_or_chairs_decide(allocation, officer, role):
    person, correction = UserFactory(role=role), propose(allocation, officer)

    assert person.has_perm("allocations.propose_correction", allocation) == (
        role == Role.ACCESS_OFFICER
    )
    assert person.has_perm("allocations.decide_correction", correction) == (
        role in {Role.ADMINISTRATOR, Role.PANEL_CHAIR}
    )


def test_no_more_is_taken_than_is_free(allocation, officer, administrator):
    correction = propose(allocation, officer, direction="debit", node_seconds=GRANT + 1)

    with pytest.raises(InsufficientBalance):
        confirm_correction(correction, by=administrator)

    correction.refresh_from_db()
    assert correction.state == CorrectionState.PROPOSED


def test_no_more_is_given_than_the_share_has(allocation, officer):
    leave_in_pool(allocation.share, 5)

    with pytest.raises(PoolExhausted):
        propose(allocation, officer, node_seconds=6)

    assert Correction.objects.count() == 0


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [({"reason": " "}, ReasonMissing), ({"node_seconds": 0}, CorrectionNotPossible)],
)
def test_a_correction_needs_a_reason_and_an_amount(allocation, officer, answers, refusal):
    with pytest.raises(refusal):
        propose(allocation, officer, **answers)


def test_a_correction_belongs_to_the_month_in_which_it_is_booked(monday, officer):
    allocation = monthly()

    propose(allocation, officer, node_seconds=1000)
    propose(allocation, officer, direction="debit", node_seconds=300)

    assert balance(account_of(allocation)) == MONTH + 700
    assert broken_invariants() == []
