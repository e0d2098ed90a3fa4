"""Fixtures that every door's tests share."""

import os
from pathlib import Path

import pytest
from django.utils import timezone

from jaif_portal import clock
from jaif_portal.flows.clock import set_clock
from jaif_portal.models import PortalClock

CHROMIUM = Path("/usr/bin/chromium")
MISSING = {
    "services": (
        not os.environ.keys() >= {"DATABASE_URL", "REDIS_URL"},
        "set DATABASE_URL and REDIS_URL to run this test",
    ),
    "browser": (not CHROMIUM.exists(), f"install Chromium as {CHROMIUM} to run this test"),
}


def pytest_collection_modifyitems(items):
    """Skip what needs services or a browser where there are none, and say what to do about it."""
    for item in items:
        for marker, (missing, reason) in MISSING.items():
            if missing and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


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
