"""Accounts in the administration: roles for administrators, passwords for nobody."""

import pytest
from django.urls import reverse

from onboarding.models import Role, User
from tests.onboarding.admin.staff import STAFF, address, sign_in
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db


def person(**changes):
    answers = {"name": "Bob", "language": "en", "is_active": "on"}
    return answers | changes


def test_an_administrator_gives_roles_and_no_password(client):
    sign_in(client, Role.ADMINISTRATOR)
    url = address("user", "add")
    group = UserFactory(role=Role.AUDITOR).groups.get()

    client.post(url, person(email="Bob@Example.org", is_staff="on", groups=[group.pk]))

    bob = User.objects.get(email="bob@example.org")
    assert (list(bob.groups.all()), bob.is_staff, bob.has_usable_password()) == (
        [group],
        True,
        False,
    )


def test_an_administrator_makes_nobody_a_superuser_and_changes_no_address(client):
    sign_in(client, Role.ADMINISTRATOR)
    bob = UserFactory(email="bob@example.org")

    client.post(
        address("user", "change", bob.pk), person(email="eve@example.org", is_superuser="on")
    )

    bob.refresh_from_db()
    assert (bob.email, bob.is_superuser, bob.name) == ("bob@example.org", False, "Bob")


def test_closing_an_account_ends_its_session(client):
    bob = UserFactory()
    client.force_login(bob)
    administrator = type(client)()
    sign_in(administrator, Role.ADMINISTRATOR)

    answers = person()
    del answers["is_active"]
    administrator.post(address("user", "change", bob.pk), answers)

    assert client.get(reverse("onboarding:keys")).status_code == 302


@pytest.mark.parametrize("role", sorted(set(STAFF) - {Role.ADMINISTRATOR}))
def test_officers_change_no_person(client, role):
    sign_in(client, role)
    bob = UserFactory()

    assert client.post(address("user", "change", bob.pk), person()).status_code == 403
    assert client.get(address("user", "add")).status_code == 403
    for act in ("send_reset_mail", "lock_password"):
        assert client.post(address("user", "act", bob.pk, act)).status_code == 403


def test_an_administrator_locks_a_password_and_has_a_new_one_chosen_by_mail(client, mailoutbox):
    sign_in(client, Role.ADMINISTRATOR)
    bob = UserFactory(email="bob@example.org")

    client.post(address("user", "act", bob.pk, "lock_password"))
    client.post(address("user", "act", bob.pk, "send_reset_mail"))

    bob.refresh_from_db()
    assert not bob.has_usable_password()
    assert [mail.to for mail in mailoutbox] == [["bob@example.org"]]
    assert "/accounts/password/reset/key/" in mailoutbox[0].body


def test_the_form_for_a_person_shows_no_password(client):
    sign_in(client, Role.ADMINISTRATOR)

    text = client.get(address("user", "change", UserFactory().pk)).text

    assert "password" not in [field.split('"')[0] for field in text.split('name="')]
    assert "is_superuser" not in text
