import pytest

from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted
from jaif_portal.models import Mail
from onboarding.exceptions import KeyRefused, KeyTaken, TooManyKeys
from onboarding.flows import keys
from onboarding.flows.keys import add_key, remove_key
from onboarding.models import SSHKey
from tests.onboarding.factories import UserFactory, add_fresh_key
from tests.onboarding.ssh_keys import ED25519, FINGERPRINTS, FROM

pytestmark = pytest.mark.django_db


def test_add_key_keeps_what_the_line_says():
    ada, now = UserFactory(), clock.now()

    key = add_key(
        ada, name="laptop", public_key=f'from="134.94.168.20,2001:638::/32" {ED25519}', at=now
    )

    key.refresh_from_db()
    assert (key.user, key.name, key.key_type, key.fingerprint, key.networks, key.added_at) == (
        ada,
        "laptop",
        "ssh-ed25519",
        FINGERPRINTS["ed25519_256"],
        ["134.94.168.20/32", "2001:638::/32"],
        now,
    )
    assert key.public_key == f'from="134.94.168.20/32,2001:638::/32" {ED25519}'


def test_add_key_tells_its_owner_by_mail():
    ada = UserFactory(name="Ada Müller & Co")

    add_key(ada, name="laptop", public_key=f"{FROM} {ED25519}", at=clock.now())

    mail = Mail.objects.get()
    assert (mail.recipient, mail.subject) == (ada.email, "An SSH key was added to your account")
    assert mail.body == (
        "Hello Ada Müller & Co,\n"
        "\n"
        f"the key “laptop” with the fingerprint {FINGERPRINTS['ed25519_256']} was added to your "
        "account.\n"
        "\n"
        "If this was not you, remove it at once, change your password and write to the support "
        "team:\n"
        "\n"
        "http://localhost:8000/keys/\n"
    )


@pytest.mark.parametrize("same_person", [True, False])
def test_add_key_refuses_a_key_that_is_registered(same_person):
    ada = UserFactory()
    add_key(ada, name="laptop", public_key=f"{FROM} {ED25519}", at=clock.now())

    with pytest.raises(KeyTaken) as refusal:
        add_key(
            ada if same_person else UserFactory(),
            name="other",
            public_key=f'from="8.8.8.8" {ED25519} other comment',
            at=clock.now(),
        )

    assert refusal.value.code == "key_taken"
    assert str(refusal.value) == (
        "This key is already registered. Create a new key pair for each person and purpose, and "
        "add the new public key."
    )


def test_add_key_refuses_what_breaks_the_rules_and_keeps_nothing():
    with pytest.raises(KeyRefused):
        add_key(UserFactory(), name="laptop", public_key=ED25519, at=clock.now())

    assert (SSHKey.objects.count(), Mail.objects.count()) == (0, 0)


def test_add_key_has_a_limit_for_each_person(monkeypatch):
    monkeypatch.setattr(keys, "MOST_KEYS", 2)
    ada = UserFactory()
    add_fresh_key(ada)
    add_fresh_key(ada)

    with pytest.raises(TooManyKeys):
        add_fresh_key(ada)

    assert add_fresh_key(UserFactory())


def test_remove_key_takes_it_away():
    ada = UserFactory()
    key = add_fresh_key(ada)

    remove_key(key, by=ada)

    assert not SSHKey.objects.exists()


def test_remove_key_is_for_its_owner_alone():
    key = add_fresh_key(UserFactory())

    with pytest.raises(NotPermitted):
        remove_key(key, by=UserFactory())

    assert SSHKey.objects.exists()


def test_a_removed_key_may_be_added_again():
    ada = UserFactory()
    remove_key(add_key(ada, name="a", public_key=f"{FROM} {ED25519}", at=clock.now()), by=ada)

    add_key(ada, name="b", public_key=f"{FROM} {ED25519}", at=clock.now())

    assert SSHKey.objects.get().name == "b"
