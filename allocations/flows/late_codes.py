"""One-use codes that let one person hand in after a call's cut-off."""

import hashlib

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import remark

from ..exceptions import LateCodeNotPossible, LateCodeNotValid
from ..models import LateCode
from . import letters

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 16  # 80 bits


@transaction.atomic
def issue_late_code(call, *, by, email, until, reason):
    """Send a code by mail; nobody but its receiver reads it, and here only its hash is kept."""
    require(by, "allocations.run_calls", call)
    now = clock.now()
    person = get_user_model().objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise LateCodeNotPossible(_("Nobody with this address has an account."))
    if until <= now:
        raise LateCodeNotPossible(_("Choose a moment that lies ahead."))
    if not reason.strip():
        raise LateCodeNotPossible(_("Say why. The reason is kept."))
    secret = get_random_string(LENGTH, ALPHABET)
    code = LateCode.objects.create(
        call=call,
        person=person,
        code_sha256=hashed(secret),
        until=until,
        reason=reason,
        issued_by=by,
        issued_at=now,
    )
    remark(call, by=by, at=now, note=f"{person.email}: {reason}")
    letters.late_code(code, secret=secret)
    return code


def redeem(secret, *, proposal, by, at):
    """Use the code up for ``proposal``, inside the transaction that hands it in.

    Raises ``LateCodeNotValid``, which does not tell what is wrong with a code that was guessed.
    """
    rows = LateCode.objects.select_for_update(of=("self",))
    code = rows.filter(
        code_sha256=hashed(secret),
        call=proposal.call,
        person=by,
        until__gt=at,
        redeemed_at=None,
    ).first()
    if code is None:
        raise LateCodeNotValid
    code.redeemed_at, code.proposal = at, proposal
    code.save(update_fields=["redeemed_at", "proposal"])
    return code


def hashed(secret):
    """Of the code however it was typed: small letters, spaces and dashes do not matter."""
    plain = "".join(sign for sign in secret.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
