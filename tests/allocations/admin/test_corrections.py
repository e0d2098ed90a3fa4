import uuid

import pytest

from allocations.flows.checks import run_check
from allocations.models import Correction, CorrectionState, LedgerAccount, LedgerEntry
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.admin.desk import (
    READERS,
    address,
    errors,
    messages,
    offered_acts,
    perform,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

GRANT = 1250 * 3600


def answers(**changed):
    complete = {
        "direction": "credit",
        "amount": "800",
        "unit": "gpu",
        "reason": "A node failed.",
        "key": uuid.uuid4(),
    }
    return complete | changed


def granted(allocation):
    return LedgerAccount.objects.get(allocation=allocation).granted


@pytest.mark.parametrize(("unit", "node_seconds"), [("gpu", 20 * 3600), ("node", 80 * 3600)])
def test_an_amount_is_given_in_hours_of_gpus_or_nodes(client, unit, node_seconds):
    allocation = factories.active()
    sign_in(client, Role.ACCESS_OFFICER)

    perform(client, allocation, "correct", **answers(amount="80", unit=unit))

    assert granted(allocation) == GRANT + node_seconds


def test_the_form_sent_twice_corrects_once(client):
    allocation = factories.active()
    sign_in(client, Role.ACCESS_OFFICER)
    form = client.get(address("allocation", "act", allocation.pk, "correct")).context["form"]
    filled = answers(amount="4", key=form.initial["key"])

    for _click in range(2):
        perform(client, allocation, "correct", **filled)

    assert granted(allocation) == GRANT + 3600


def test_a_large_correction_is_confirmed_by_an_administrator(client):
    allocation = factories.active()
    sign_in(client, Role.ACCESS_OFFICER)
    perform(client, allocation, "correct", **answers())
    correction = Correction.objects.get()
    assert offered_acts(client, correction)["confirm"] == "Your role does not allow this here."

    person = sign_in(client, Role.ADMINISTRATOR)
    page = perform(client, correction, "confirm")

    correction.refresh_from_db()
    assert (correction.state, correction.decided_by) == (CorrectionState.BOOKED, person)
    assert granted(allocation) == GRANT + 200 * 3600
    assert messages(page)[0].startswith("Done: Confirm the correction.")
    assert offered_acts(client, correction)["refuse"] == "This correction has been decided."


def test_a_refusal_needs_a_reason(client):
    allocation = factories.active()
    sign_in(client, Role.ACCESS_OFFICER)
    perform(client, allocation, "correct", **answers())
    sign_in(client, Role.PANEL_CHAIR)

    page = perform(client, Correction.objects.get(), "refuse", remarks="")

    assert errors(page) == {"remarks": ["This field is required."]}


def test_a_refusal_of_the_flow_stands_on_the_form(client):
    allocation = factories.active()
    sign_in(client, Role.ACCESS_OFFICER)

    page = perform(client, allocation, "correct", **answers(amount="0"))

    assert errors(page) == {"__all__": ["Give an amount greater than zero."]}


@pytest.mark.parametrize("role", READERS)
def test_staff_read_corrections_and_checks(client, role):
    factories.active()
    check = run_check()
    sign_in(client, role)

    for url in (
        address("correction", "changelist"),
        address("ledgercheck", "changelist"),
        address("ledgercheck", "change", check.pk),
    ):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_queries_for_any_number(client, django_assert_num_queries, count):
    allocation, officer = factories.active(), factories.officer()
    for _number in range(count):
        Correction.objects.create(
            allocation=allocation,
            direction="credit",
            node_seconds=1,
            reason="So.",
            key=uuid.uuid4(),
            proposed_by=officer,
            proposed_at=allocation.starts_at,
        )
    sign_in(client, Role.AUDITOR)
    client.get(address("correction", "changelist"))

    with django_assert_num_queries(7):
        client.get(address("correction", "changelist"))
    assert LedgerEntry.objects.filter(kind="correct").count() == 0
