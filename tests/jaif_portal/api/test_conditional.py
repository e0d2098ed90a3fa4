import pytest

from tests.clients import bearer
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def url(user):
    return f"/api/v1/organisations/{OrganisationFactory(representative=user).pk}/"


def patch(client, url, body, etag):
    return client.patch(url, body, headers={"If-Match": etag})


def test_what_has_not_changed_is_not_sent_again(user, url):
    client = bearer(user)
    etag = client.get(url)["ETag"]

    response = client.get(url, headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")


def test_a_list_that_has_not_changed_is_not_sent_again(user, url):
    client = bearer(user)
    etag = client.get("/api/v1/organisations/")["ETag"]

    response = client.get("/api/v1/organisations/", headers={"If-None-Match": etag})

    assert response.status_code == 304


def test_an_edit_of_what_was_seen_last_is_saved_and_has_a_new_tag(user, url):
    client = bearer(user)
    etag = client.get(url)["ETag"]

    response = patch(client, url, {"staff": 13}, etag)

    assert (response.status_code, response.json()["staff"]) == (200, 13)
    assert response["ETag"] == client.get(url)["ETag"] != etag


def test_an_edit_of_what_somebody_else_has_changed_is_refused(user, url):
    client = bearer(user)
    etag = client.get(url)["ETag"]
    patch(client, url, {"staff": 13}, etag)

    response = patch(client, url, {"staff": 14}, etag)

    assert (response.status_code, response.json()["code"]) == (412, "stale_version")
    assert client.get(url).json()["staff"] == 13


@pytest.mark.parametrize("etag", ["*", '"1"', 'W/"1-abc"', '"7", "1"'])
def test_any_tag_of_the_version_matches(user, url, etag):
    assert patch(bearer(user), url, {"staff": 13}, etag).status_code == 200


def test_an_edit_without_a_condition_is_saved(user, url):
    assert bearer(user).patch(url, {"staff": 13}).status_code == 200
