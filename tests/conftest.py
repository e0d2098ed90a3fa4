"""Fixtures that every door's tests share."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.plugin import blocking_manager_key

from jaif_portal import clock
from jaif_portal.flows.clock import set_clock
from jaif_portal.models import PortalClock

CHROMIUM = Path("/usr/bin/chromium")
NOW = dt.datetime(2026, 11, 24, 9, 15, 30, tzinfo=dt.UTC)
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Put back what the migrations loaded after a test whose end empties the tables.

    Any test may come next: a worker that has run out takes some from another one. After
    the last one the test database is gone.
    """
    result = yield
    marker = item.get_closest_marker("django_db")
    emptied = "django_db_serialized_rollback" in item.fixturenames or (
        marker is not None and marker.kwargs.get("serialized_rollback")
    )
    contents = getattr(connection, "_test_serialized_contents", None)  # none before set-up
    if emptied and contents is not None and nextitem is not None:
        with item.config.stash[blocking_manager_key].unblock():
            connection.creation.deserialize_db_from_string(contents)
    return result


@pytest.fixture
def frozen_clock(db):
    """Portal time stands still, in the year of the reference data; ``travel`` moves it."""
    return PortalClock.objects.create(pk=1, anchor=NOW, anchored_at=timezone.now(), rate=0)


@pytest.fixture
def travel(frozen_clock):
    """Move portal time forward by a ``timedelta``, or to a moment."""

    def move_on(by):
        to = by if hasattr(by, "tzinfo") else clock.now() + by
        set_clock(by=None, to=to)
        return to

    return move_on
