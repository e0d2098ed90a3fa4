import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from onboarding.models import SSHKey
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/ssh-keys/"


def key_line():
    public = Ed25519PrivateKey.generate().public_key()
    key = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return f'from="93.184.216.0/24" {key} laptop'


def test_a_key_is_added_listed_and_removed():
    client = bearer(UserFactory())

    added = client.post(URL, {"name": "laptop", "public_key": key_line()})

    assert added.status_code == 201
    assert client.get(URL).json()["results"] == [added.json()]
    assert client.delete(added["Location"]).status_code == 204
    assert not SSHKey.objects.exists()


def test_a_key_that_breaks_the_rules_is_refused_with_a_sentence():
    response = bearer(UserFactory()).post(URL, {"name": "laptop", "public_key": "ssh-dss AAAA"})

    assert (response.status_code, response.json()["code"]) == (409, "key_refused")
    assert response.json()["detail"]


def test_a_key_that_is_taken_is_refused():
    line = key_line()
    bearer(UserFactory()).post(URL, {"name": "laptop", "public_key": line})

    response = bearer(UserFactory()).post(URL, {"name": "mine", "public_key": line})

    assert (response.status_code, response.json()["code"]) == (409, "key_taken")


def test_a_key_of_somebody_else_is_not_there():
    added = bearer(UserFactory()).post(URL, {"name": "laptop", "public_key": key_line()})

    assert bearer(UserFactory()).delete(added["Location"]).status_code == 404
    assert SSHKey.objects.count() == 1
