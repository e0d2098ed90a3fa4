"""Fixtures that every door's tests share."""

import os

import pytest
from django.utils import timezone

from jaif_portal import clock
from jaif_portal.flows.clock import set_clock
from jaif_portal.models import PortalClock


def pytest_collection_modifyitems(config, items):
    """Tests of races and real workers need PostgreSQL and Redis; without them they are skipped."""
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    skip = pytest.mark.skip(reason="set DATABASE_URL and REDIS_URL to run this test")
    for item in items:
        if "services" in item.keywords:
            item.add_marker(skip)


@pytest.fixture
def frozen_clock(db):
    """Portal time stands still; ``travel`` moves it."""
    wall = timezone.now()
    return PortalClock.objects.create(pk=1, anchor=wall, anchored_at=wall, rate=0)


@pytest.fixture
def travel(frozen_clock):
    """Move portal time forward by a ``timedelta``, or to a moment."""

    def move_on(by):
        to = by if hasattr(by, "tzinfo") else clock.now() + by
        set_clock(by=None, to=to)
        return to

    return move_on
