"""Acts on several rows of a list at once come to the same as one by one."""

import pytest
from django.contrib.admin.models import LogEntry

from allocations.models import Proposal, ProposalState
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.admin.desk import address, messages, perform, perform_in_bulk, sign_in
from tests.allocations.admin.reserve import on_reserve
from tests.allocations.records import history

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("share")]

ROLE = "Your role does not allow this here."


def state_of(proposal):
    return Proposal.objects.get(pk=proposal.pk).state


def test_promoting_in_bulk_comes_to_the_same_as_one_by_one(client):
    proposals = on_reserve(3)
    officer = sign_in(client, Role.ACCESS_OFFICER)

    perform(client, proposals[0], "promote")
    page = perform_in_bulk(client, "proposal", "promote", proposals[1:])

    assert messages(page) == ["Done: Offer from the reserve list (2)."]
    assert [history(proposal)[-1][:3] for proposal in proposals] == [
        ("reserve", "offered", officer)
    ] * 3
    assert LogEntry.objects.filter(change_message="Offer from the reserve list").count() == 3


def test_in_bulk_each_row_that_is_refused_says_why(client):
    first, second = on_reserve(2)
    submitted = factories.submitted()
    officer = sign_in(client, Role.ACCESS_OFFICER)
    second.organisation.memberships.create(user=officer, role="member")

    page = perform_in_bulk(client, "proposal", "promote", [first, second, submitted])

    assert sorted(messages(page)) == sorted(
        [
            f"{second}: {ROLE}",
            f"{submitted}: This proposal is not on the reserve list.",
            "Done: Offer from the reserve list (1).",
        ]
    )
    assert [state_of(row) for row in (first, second, submitted)] == [
        "offered",
        "reserve",
        "in_evaluation",
    ]


@pytest.mark.parametrize("role", [Role.TECHNICAL_REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_have_no_bulk_actions(client, role):
    (proposal,) = on_reserve()
    sign_in(client, role)

    perform_in_bulk(client, "proposal", "promote", [proposal])
    page = client.get(address("proposal", "changelist"))

    assert state_of(proposal) == ProposalState.RESERVE
    assert page.context["action_form"] is None
