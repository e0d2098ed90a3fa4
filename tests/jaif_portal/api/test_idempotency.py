import pytest

from jaif_portal.models import IdempotencyRecord
from onboarding.models import Organisation
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/organisations/"


def firm(**changes):
    return {
        "name": "Rotor GmbH",
        "kind": "start_up",
        "country": "DE",
        "registration_number": "HRB 99",
        "staff": 3,
        "turnover_eur": 0,
        "balance_sheet_eur": 0,
    } | changes


def post(client, body, key="k1"):
    return client.post(URL, body, headers={"Idempotency-Key": key})


def test_the_same_key_and_body_give_the_same_answer_and_one_effect():
    client = bearer(UserFactory())

    first = post(client, firm())
    again = post(client, dict(reversed(firm().items())))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first["Location"] == again["Location"]
    assert Organisation.objects.filter(name="Rotor GmbH").count() == 1


def test_the_location_of_what_was_created_is_given():
    client = bearer(UserFactory())

    response = client.post(URL, firm())

    assert client.get(response["Location"]).json() == response.json()


def test_the_same_key_with_another_body_is_refused():
    client = bearer(UserFactory())
    post(client, firm())

    response = post(client, firm(staff=4))

    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")


def test_a_refusal_leaves_the_key_free():
    client = bearer(UserFactory())

    assert post(client, firm(staff=0)).status_code == 400
    assert not IdempotencyRecord.objects.exists()
    assert post(client, firm()).status_code == 201


def test_keys_of_two_people_are_two_keys():
    one, other = bearer(UserFactory()), bearer(UserFactory())

    assert post(one, firm()).status_code == 201
    assert post(other, firm(registration_number="HRB 100")).status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_of_no_use_is_refused(key):
    response = post(bearer(UserFactory()), firm(), key=key)

    assert (response.status_code, list(response.json()["errors"])) == (400, ["Idempotency-Key"])
