import pytest

from tests.clients import bearer
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/organisations/"


@pytest.fixture
def user():
    return UserFactory()


def test_a_walk_through_the_pages_sees_each_row_once_though_rows_are_added(user):
    first = OrganisationFactory.create_batch(5, representative=user)
    client = bearer(user)
    url, seen = f"{URL}?page_size=2", []

    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
        OrganisationFactory(representative=user)

    assert seen == sorted((row.pk for row in first), reverse=True)


def test_a_page_leads_back(user):
    OrganisationFactory.create_batch(3, representative=user)
    client = bearer(user)
    page = client.get(URL, {"page_size": 2}).json()

    back = client.get(client.get(page["next"]).json()["previous"]).json()

    assert back["results"] == page["results"]


@pytest.mark.parametrize("size", ["0", "201", "-1", "many", "", "9" * 30, "²"])
def test_a_page_size_out_of_range_is_refused(user, size):
    response = bearer(user).get(URL, {"page_size": size})

    assert response.status_code == 400
    assert response.json()["errors"] == {"page_size": ["Give a number from 1 to 200."]}


@pytest.mark.parametrize("cursor", ["x", "cD1h", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "bz0x"])
def test_a_made_up_cursor_is_no_error_of_ours(user, cursor):
    assert bearer(user).get(URL, {"cursor": cursor}).status_code in {200, 404}


def test_an_unknown_parameter_is_refused_with_those_that_exist(user):
    response = bearer(user).get(URL, {"colour": "red"})

    assert (response.status_code, response.json()["code"]) == (400, "unknown_parameter")
    assert response.json()["errors"] == {
        "colour": ["There is no parameter “colour”; there are: cursor, page_size."]
    }


def test_a_single_row_takes_no_parameters(user):
    organisation = OrganisationFactory(representative=user)

    response = bearer(user).get(f"{URL}{organisation.pk}/", {"page_size": 2})

    assert response.json()["errors"] == {
        "page_size": ["There is no parameter “page_size”; this address takes none."]
    }


def test_a_filter_value_that_does_not_exist_is_refused(user):
    response = bearer(user).get("/api/v1/onboarding-cases/", {"state": "lost"})

    assert (response.status_code, list(response.json()["errors"])) == (400, ["state"])
