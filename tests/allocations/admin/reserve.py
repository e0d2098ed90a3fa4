"""The reserve list."""

from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.pools import leave_in_pool, put_into_pool

AWARD = 1250 * 3600  # node-seconds


def on_reserve(count=1):
    """Proposals that found the pool empty; by now it has hours for all of them."""
    share = factories.Call.objects.get(mode__code="PG").offers.get().share
    leave_in_pool(share, 0)
    proposals = [factories.offered() for _number in range(count)]
    put_into_pool(share, count * AWARD, at=clock.now())
    return proposals
