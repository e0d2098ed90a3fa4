"""Fixtures of the access process, the ledger and the queue."""

import datetime as dt
import os
from pathlib import Path

import pytest

from allocations.models.attachments import attachment_storage
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.stored import stored_files
from tests.onboarding.factories import UserFactory

BESIDE_THE_REPOSITORY = Path(__file__).parents[3] / "shared" / "traces"
MONDAY = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


@pytest.fixture
def monday(frozen_clock):
    """Portal time stands still on Monday, 23 November 2026, at 10:00 in Brussels."""
    frozen_clock.anchor = MONDAY
    frozen_clock.save(update_fields=["anchor"])
    return MONDAY


@pytest.fixture
def empty_storage():
    """Nothing is left in the storage of attachments by another test."""
    for name in stored_files():
        attachment_storage().delete(name)


@pytest.fixture
def officer(db):
    return UserFactory(role=Role.ACCESS_OFFICER)


@pytest.fixture
def reviewer(db):
    return UserFactory(role=Role.TECHNICAL_REVIEWER)


@pytest.fixture
def share(monday):
    """The funded share that Playground awards come from."""
    factories.lifecycle.fund_shares(at=monday)
    return factories.Call.objects.get(mode__code="PG").offers.get().share


@pytest.fixture
def committed(django_db_serialized_rollback, transactional_db):
    """Commits are real, so that other connections and processes see them."""


@pytest.fixture(scope="session")
def traces():
    """The folder of public traces, which are not part of the repository."""
    folder = Path(os.environ.get("JAIF_TRACES", BESIDE_THE_REPOSITORY))
    if not (folder / "expected.json").exists():
        pytest.skip(f"no traces in {folder}; set JAIF_TRACES to a folder with expected.json")
    return folder
