import pytest

from jaif_portal import clock
from onboarding.flows.cases import open_case
from onboarding.models import CaseTemplate
from tests.clients import bearer
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/onboarding-cases/"


def case_of(user, title="Case"):
    return open_case(
        CaseTemplate.objects.get(name="Standard"),
        title=title,
        organisation=OrganisationFactory(representative=user),
        owner=user,
        at=clock.now(),
    )


def test_a_case_shows_its_steps_in_order_with_who_and_when():
    user = UserFactory()
    case = case_of(user)

    body = bearer(user).get(f"{URL}{case.pk}/").json()

    assert body["state"] == "open"
    assert [(step["kind"], step["owner"], step["done_at"]) for step in body["steps"]] == [
        (step.kind, step.owner, None) for step in case.steps.order_by("position")
    ]


def test_a_case_of_somebody_else_is_not_there():
    case = case_of(UserFactory())

    assert bearer(UserFactory()).get(f"{URL}{case.pk}/").status_code == 404


def test_cases_are_filtered_by_state():
    user = UserFactory()
    case_of(user)
    client = bearer(user)

    assert len(client.get(URL, {"state": "open"}).json()["results"]) == 1
    assert client.get(URL, {"state": "complete"}).json()["results"] == []


@pytest.mark.parametrize("count", [1, 30])
def test_listing_cases_takes_the_same_queries_for_any_number(django_assert_num_queries, count):
    user = UserFactory()
    for number in range(count):
        case_of(user, title=f"Case {number}")
    client = bearer(user)

    with django_assert_num_queries(4):
        response = client.get(URL)

    assert len(response.json()["results"]) == count
