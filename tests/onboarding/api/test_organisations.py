import pytest

from onboarding.models import MemberRole, Membership, Organisation, Role
from tests.clients import bearer
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/organisations/"
ROTOR = {
    "name": "Rotor GmbH",
    "kind": "start_up",
    "country": "DE",
    "registration_number": "HRB 99",
    "founded_on": "2025-02-03",
    "staff": 3,
    "turnover_eur": 0,
    "balance_sheet_eur": 50_000,
}


def test_whoever_creates_an_organisation_represents_it():
    user = UserFactory()

    response = bearer(user).post(URL, ROTOR)

    organisation = Organisation.objects.get(name="Rotor GmbH")
    membership = Membership.objects.get(organisation=organisation)
    assert (membership.user, membership.role) == (user, MemberRole.REPRESENTATIVE)
    assert response.status_code == 201
    assert response.json() == ROTOR | {"id": organisation.pk, "version": 1}


def test_an_organisation_is_registered_once():
    bearer(UserFactory()).post(URL, ROTOR)

    response = bearer(UserFactory()).post(URL, ROTOR)

    assert (response.status_code, response.json()["code"]) == (409, "organisation_exists")


@pytest.mark.parametrize(
    ("field", "value"),
    [("country", "XX"), ("kind", "club"), ("staff", 0), ("staff", -1), ("turnover_eur", 10**16)],
)
def test_a_value_that_cannot_be_is_refused(field, value):
    response = bearer(UserFactory()).post(URL, ROTOR | {field: value})

    assert (response.status_code, list(response.json()["errors"])) == (400, [field])


def test_an_organisation_of_others_is_not_there():
    organisation = OrganisationFactory(representative=UserFactory())
    client = bearer(UserFactory())

    assert client.get(URL).json()["results"] == []
    assert client.get(f"{URL}{organisation.pk}/").status_code == 404
    assert client.patch(f"{URL}{organisation.pk}/", {"staff": 9}).status_code == 404


def test_an_auditor_sees_every_organisation_and_changes_none():
    organisation = OrganisationFactory(representative=UserFactory())
    client = bearer(UserFactory(role=Role.AUDITOR))

    response = client.patch(f"{URL}{organisation.pk}/", {"staff": 9})

    assert client.get(f"{URL}{organisation.pk}/").status_code == 200
    assert (response.status_code, response.json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize("count", [1, 30])
def test_listing_organisations_takes_the_same_queries_for_any_number(
    django_assert_num_queries, count
):
    user = UserFactory()
    OrganisationFactory.create_batch(count, representative=user)
    client = bearer(user)

    with django_assert_num_queries(3):
        response = client.get(URL)

    assert len(response.json()["results"]) == count
