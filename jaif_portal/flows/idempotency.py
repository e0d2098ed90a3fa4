"""One effect for one ``Idempotency-Key``."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..exceptions import Refusal
from ..models import IdempotencyRecord

KEPT_FOR = dt.timedelta(days=7)


class KeyReused(Refusal):
    """The key was used for another request."""

    code = "idempotency_key_reused"
    default = _("This Idempotency-Key was already used for a different request. Choose a new one.")


@transaction.atomic
def once(act, *, user, key, request_digest):
    """Run ``act`` unless this user's ``key`` was answered before; return (status, body).

    The record is inserted first, so a second request with the same key waits on its row
    until the first has committed, and then gets the same answer. Where ``act`` raises,
    nothing is kept and the key stays free.

    Raises ``KeyReused`` where the key came with another request.
    """
    record, created = IdempotencyRecord.objects.get_or_create(
        user=user, key=key, defaults={"request_digest": request_digest}
    )
    if record.request_digest != request_digest:
        raise KeyReused
    if created:
        record.status, record.body = act()
        record.save(update_fields=["status", "body"])
    return record.status, record.body


def forget_expired_keys():
    """Drop the answers that nobody will ask for again."""
    IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
