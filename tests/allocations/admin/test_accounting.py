import pytest

from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.admin.desk import errors, offered_acts, perform, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_an_officer_changes_the_accounting_with_a_reason(client):
    allocation = factories.active(months=3)
    sign_in(client, Role.ACCESS_OFFICER)

    perform(
        client,
        allocation,
        "accounting",
        acct_mode="monthly",
        exhaustion_policy="low_priority",
        reason="Steady use.",
    )

    allocation.refresh_from_db()
    assert (allocation.acct_mode, allocation.exhaustion_policy) == ("monthly", "low_priority")
    assert allocation.months.count() == 3


def test_without_a_reason_the_form_comes_back(client):
    allocation = factories.active(months=3)
    sign_in(client, Role.ACCESS_OFFICER)

    page = perform(
        client, allocation, "accounting", acct_mode="monthly", exhaustion_policy="block", reason=""
    )

    assert errors(page) == {"reason": ["This field is required."]}


def test_an_auditor_sees_the_act_and_may_not_do_it(client):
    allocation = factories.active()
    sign_in(client, Role.AUDITOR)

    assert offered_acts(client, allocation)["accounting"] == "Your role does not allow this here."
    assert perform(client, allocation, "accounting").status_code == 403
