"""Fixtures of the access process, the ledger and the queue."""

import datetime as dt

import pytest

from onboarding.models import Role
from tests.allocations import factories
from tests.onboarding.factories import UserFactory

MONDAY = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


@pytest.fixture
def monday(frozen_clock):
    """Portal time stands still on Monday, 23 November 2026, at 10:00 in Brussels."""
    frozen_clock.anchor = MONDAY
    frozen_clock.save(update_fields=["anchor"])
    return MONDAY


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
