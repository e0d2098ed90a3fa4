"""The pool of a funding share: what is promised out of it before it is granted.

An award is pledged when the panel records it, or when a rule or an officer offers it, and
stays pledged until it is granted, declined or dropped. The database refuses pledges beyond
the pool, whoever makes them.
"""

from django.db.models import F

from ..exceptions import PoolExhausted
from ..models import AccountKind, LedgerAccount
from . import ledger


def lock_pool(share):
    """The account of a share, with its row locked."""
    pool = ledger.open_account(AccountKind.SHARE, partition=share.partition, share=share)
    return LedgerAccount.objects.select_for_update().get(pk=pool.pk)


def pledge(share, *, node_seconds):
    """Promise hours of a share. Raises ``PoolExhausted`` where it has not enough left."""
    pool = lock_pool(share)
    if node_seconds > pool.unpledged:
        raise PoolExhausted
    _add(pool, node_seconds)


def unpledge(share, *, node_seconds):
    """Take a promise back; the hours are free for others at once."""
    _add(lock_pool(share), -node_seconds)


def _add(pool, node_seconds):
    LedgerAccount.objects.filter(pk=pool.pk).update(pledged=F("pledged") + node_seconds)
