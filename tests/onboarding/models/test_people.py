import pytest
from django.db import IntegrityError

from onboarding.models import User
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_addresses_are_kept_in_lower_case():
    made = User.objects.create_user("Ada@Example.ORG", "pass-word-1234")
    saved = UserFactory(email="Bob@Example.ORG")

    assert (made.email, saved.email) == ("ada@example.org", "bob@example.org")


def test_an_address_is_cleaned_before_it_is_judged():
    user = User(email="Ada@Example.ORG", password="x")

    user.full_clean()

    assert user.email == "ada@example.org"


def test_the_database_refuses_another_way_of_writing():
    UserFactory(email="ada@example.org")

    with pytest.raises(IntegrityError):
        User.objects.filter(email="ada@example.org").update(email="Ada@example.org")


def test_an_address_is_found_however_it_is_typed():
    ada = UserFactory(email="ada@example.org")

    assert User.objects.get_by_natural_key("ADA@example.org") == ada
