"""A machine of one's own, an operator, and jobs of a project on it."""

import datetime as dt

import pytest

from allocations.flows.jobs import submit_job
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.machine import advance, empty_booster
from tests.onboarding.factories import UserFactory

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def booster(frozen_clock):
    return empty_booster(computed_until=clock.now() - SECOND)


@pytest.fixture
def operator(booster):
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def allocation(booster):
    return factories.active()


@pytest.fixture
def run(allocation, booster):
    """A job of the project that runs since just now."""

    def run(**shape):
        wishes = {"name": "train", "nodes": 4, "time_limit": 7200, "runtime": 7000}
        job = submit_job(allocation, by=allocation.case.owner, **(wishes | shape))
        advance(booster, seconds=2)
        job.refresh_from_db()
        return job

    return run


@pytest.fixture
def go_on(booster, travel):
    """Let portal time and the queue go on together; the queue stays a second behind."""

    def go_on(**by):
        until = travel(dt.timedelta(**by)) - SECOND
        advance(booster, seconds=int((until - booster.advanced_until).total_seconds()))

    return go_on
