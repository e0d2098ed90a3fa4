import pytest

from allocations.flows.likeness import alike
from allocations.flows.withdrawal import withdraw_proposal
from allocations.models import Allocation, IntakePolicy, Proposal
from jaif_portal import clock
from tests.allocations import factories
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

WEATHER = (
    "Forecasting precipitation over alpine valleys from radar pictures and ground stations. " * 2
)


def colleague_of(proposal):
    person = UserFactory()
    proposal.organisation.memberships.create(user=person, role="member")
    return person


def found(proposal):
    return [(entry.proposal, entry.percent) for entry in alike(proposal, at=clock.now())]


def test_the_same_work_twice_in_one_organisation_is_found_both_ways():
    one = factories.draft()
    two = factories.draft(by=colleague_of(one))

    assert found(one) == [(two, 100)]
    assert found(two) == [(one, 100)]
    assert alike(one, at=clock.now())[0].words[0] == "municipalities"


def test_other_work_is_not():
    one = factories.draft()
    factories.draft(by=colleague_of(one), title="Rain in the Alps", abstract=WEATHER)

    assert found(one) == []


def test_the_same_work_of_another_organisation_is_not_told():
    one = factories.draft()
    factories.draft()

    assert found(one) == []


def test_what_has_ended_does_not_count():
    one = factories.draft()
    two = factories.draft(by=colleague_of(one))
    withdraw_proposal(two, by=two.applicant)

    assert found(one) == []


def test_an_allocation_counts_while_it_runs():
    allocation = factories.awarded()
    first = allocation.project.proposal
    two = factories.draft(by=colleague_of(first))
    assert found(two) == [(first, 100)]

    Allocation.objects.update(state="expired")

    assert found(two) == []


@pytest.mark.parametrize(("percent", "count"), [(30, 1), (95, 0)])
def test_the_threshold_is_the_policys(percent, count):
    IntakePolicy.objects.update(alike_percent=percent)
    one = factories.draft()
    factories.draft(by=colleague_of(one), abstract=factories.ABSTRACT + WEATHER[:80])

    assert len(found(one)) == count
    assert Proposal.objects.count() == 2
