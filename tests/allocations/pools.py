"""What is left in a funding share, set by entries of the ledger."""

from allocations.flows import ledger
from allocations.flows.ledger import Posting
from allocations.models import AccountKind, EntryKind


def leave_in_pool(share, node_seconds):
    """Move all but ``node_seconds`` out of the share."""
    pool = ledger.open_account(AccountKind.SHARE, partition=share.partition, share=share)
    lapsed = ledger.open_account(AccountKind.LAPSED, partition=share.partition)
    spent = pool.available - node_seconds
    key = f"share:{share.pk}:drain"
    ledger.post([Posting(EntryKind.LAPSE, pool.pk, lapsed.pk, spent, key, pool.updated_at)])


def put_into_pool(share, node_seconds, *, at):
    ledger.fund(share, node_seconds=node_seconds, key=f"share:{share.pk}:top-up", at=at)
