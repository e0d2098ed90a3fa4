"""SSH keys: added by JSC's rules, removed by their owner."""

from django.db import IntegrityError, transaction

from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted
from jaif_portal.flows.outbox import write_mail

from ..exceptions import KeyTaken, TooManyKeys
from ..models import SSHKey, User
from .cases import check_cases_of
from .key_lines import read_key_line

MOST_KEYS = 20


@transaction.atomic
def add_key(user, *, name, public_key, at):
    """Let ``user`` sign in with the key of this ``authorized_keys`` line, and mail them.

    Raises ``KeyRefused`` with a sentence that says what to do.
    """
    line = read_key_line(public_key)
    user = User.objects.select_for_update().get(pk=user.pk)
    if SSHKey.objects.filter(fingerprint=line.fingerprint).exists():
        raise KeyTaken
    if user.ssh_keys.count() >= MOST_KEYS:
        raise TooManyKeys
    key = _create(user, line, name=name, at=at)
    write_mail(
        "onboarding/mail/key_added.txt",
        to=user.email,
        key=f"ssh-key:{key.pk}:added",
        language=user.language,
        ssh_key=key,
    )
    check_cases_of(user, at=at)
    return key


@transaction.atomic
def remove_key(key, *, by):
    """Take the key away; only its owner may."""
    if key.user_id != by.pk:
        raise NotPermitted
    key.delete()
    check_cases_of(by, at=clock.now())


def _create(user, line, *, name, at):
    """Create the row; the unique constraint decides between two people with one key."""
    try:
        with transaction.atomic():
            return SSHKey.objects.create(
                user=user,
                name=name,
                public_key=str(line),
                fingerprint=line.fingerprint,
                key_type=line.key_type,
                networks=line.networks,
                added_at=at,
            )
    except IntegrityError as failure:
        raise KeyTaken from failure
