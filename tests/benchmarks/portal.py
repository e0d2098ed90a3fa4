"""A portal with a database of its own for the benchmarks, and what the database's work costs."""

import os
from contextlib import contextmanager
from pathlib import Path
from time import process_time

from django.db import connection, transaction
from django.utils import timezone

from allocations.flows import lifecycle
from allocations.models import Partition
from jaif_portal.models import PortalClock
from tests.allocations import factories
from tests.allocations.conftest import MONDAY

TICKS_OF_THE_KERNEL = os.sysconf("SC_CLK_TCK")


@contextmanager
def fresh_database():
    """Migrated, with the reference data; gone afterwards."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def active_allocation(*, background_load=0, rate=0):
    """An active allocation on the Booster; portal time begins on a Monday and goes at ``rate``."""
    PortalClock.objects.create(pk=1, anchor=MONDAY, anchored_at=timezone.now(), rate=0)
    Partition.objects.update(background_load=background_load, advanced_until=MONDAY)
    with transaction.atomic():
        lifecycle.fund_shares(at=MONDAY)
        allocation = factories.active()
    PortalClock.objects.update(anchored_at=timezone.now(), rate=rate)
    return allocation


def cpu_seconds():
    """CPU time of this process and of the database's process that serves it."""
    if connection.vendor != "postgresql":
        return process_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rsplit(")", 1)[1].split()
    user, system = int(fields[11]), int(fields[12])
    return process_time() + (user + system) / TICKS_OF_THE_KERNEL
