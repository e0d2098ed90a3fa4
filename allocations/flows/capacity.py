"""Whether a machine can take what is asked for: the pool's hours, and how busy they make it."""

from dataclasses import dataclass

from django.db.models import F, Sum

from jaif_portal import clock

from ..models import AccountKind, LedgerAccount
from . import ledger


@dataclass(frozen=True)
class Capacity:
    """``left`` and ``pledged`` are node-seconds of the pool, ``days`` those left of its period.

    ``load`` is the part of the partition, until the period's end, that runs all that is granted
    or pledged on it and not yet used; ``others`` is the part that other users ask for.
    """

    left: int
    pledged: int
    days: int
    load: float
    others: float

    def load_with(self, node_seconds, *, partition):
        """The load once ``node_seconds`` more are used by the end of the period."""
        seconds = max(self.days, 1) * 86400
        return self.load + node_seconds / (partition.nodes * seconds)


def pool_left(share):
    """Node-seconds of a share that nobody was promised."""
    pool = ledger.open_account(AccountKind.SHARE, partition=share.partition, share=share)
    return pool.unpledged


def capacity_of(share):
    """How a share's pool and its partition stand at this moment."""
    pool = ledger.open_account(AccountKind.SHARE, partition=share.partition, share=share)
    days = max((share.ends_at - clock.now()).days, 0)
    return Capacity(
        left=pool.unpledged,
        pledged=pool.pledged,
        days=days,
        load=_promised(share.partition) / (share.partition.nodes * max(days, 1) * 86400),
        others=float(share.partition.background_load),
    )


def _promised(partition):
    """Node-seconds of a partition that are granted and unused, or pledged."""
    accounts = LedgerAccount.objects.filter(partition=partition)
    unused = accounts.filter(kind=AccountKind.ALLOCATION).aggregate(
        sum=Sum(F("credited") - F("debited"), default=0)
    )
    pledged = accounts.filter(kind=AccountKind.SHARE).aggregate(sum=Sum("pledged", default=0))
    return unused["sum"] + pledged["sum"]
