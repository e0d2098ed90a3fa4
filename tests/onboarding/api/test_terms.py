import datetime as dt

import pytest

from jaif_portal import clock
from onboarding.models import Acceptance, Terms
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/terms/"


def usage(version, *, days):
    return Terms.objects.create(
        kind=Terms.Kind.USAGE,
        version=version,
        valid_from=clock.now() + dt.timedelta(days=days),
        text_en="Be kind.",
        text_de="Sei freundlich.",
    )


def in_force(client, kind="usage"):
    rows = client.get(URL).json()["results"]
    return next(row for row in rows if row["kind"] == kind)


def test_the_version_in_force_is_listed_in_the_language_asked_for():
    terms = usage(98, days=-1)
    usage(99, days=1)
    client = bearer(UserFactory())

    german = client.get(f"{URL}{terms.pk}/", headers={"Accept-Language": "de"})

    assert in_force(client)["version"] == 98
    assert german.json()["text"] == "Sei freundlich."


def test_terms_are_signed_once():
    user = UserFactory()
    client = bearer(user)
    terms = in_force(client)
    assert terms["accepted_at"] is None

    first = client.post(f"{URL}{terms['id']}/accept/")
    again = client.post(f"{URL}{terms['id']}/accept/")

    assert (first.status_code, again.json()) == (200, first.json())
    assert Acceptance.objects.get().user == user
    assert in_force(client)["accepted_at"] is not None


def test_outdated_terms_cannot_be_signed():
    client = bearer(UserFactory())
    outdated = in_force(client)
    usage(98, days=-1)

    response = client.post(f"{URL}{outdated['id']}/accept/")

    assert (response.status_code, response.json()["code"]) == (409, "terms_outdated")
    assert not Acceptance.objects.exists()
