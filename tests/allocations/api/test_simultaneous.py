"""Races of the REST doors, on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from allocations.models import Job, Project
from tests.allocations import factories
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

THREADS = 8

# What the migrations loaded is put back first, since such a test empties the tables.
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def at_once(post, clients):
    """The answers to ``post(client)`` from every client at the same moment."""
    barrier = Barrier(len(clients))

    def act(client):
        barrier.wait()
        try:
            return post(client)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(act, clients))


def test_one_key_sent_many_times_at_once_makes_one_job_and_equal_answers():
    user = UserFactory()
    with transaction.atomic():
        allocation = factories.active(by=user)
    wish = {"allocation": allocation.pk, "name": "train", "nodes": 2, "time_limit": 3600}

    def post(client):
        return client.post("/api/v1/jobs/", wish, headers={"Idempotency-Key": "one"})

    answers = at_once(post, [bearer(user) for _thread in range(THREADS)])

    assert [answer.status_code for answer in answers] == [201] * THREADS
    assert Job.objects.filter(allocation=allocation).count() == 1
    assert all(answer.json() == answers[0].json() for answer in answers)


def test_one_key_with_different_bodies_at_once_makes_one_job():
    user = UserFactory()
    with transaction.atomic():
        allocation = factories.active(by=user)
    wish = {"allocation": allocation.pk, "name": "train", "time_limit": 3600}

    def post(numbered):
        number, client = numbered
        body = wish | {"nodes": number}
        return client.post("/api/v1/jobs/", body, headers={"Idempotency-Key": "one"})

    answers = at_once(post, list(enumerate((bearer(user) for _n in range(THREADS)), start=1)))

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] + [422] * (THREADS - 1)
    assert Job.objects.filter(allocation=allocation).count() == 1


def test_an_offer_accepted_many_times_at_once_makes_one_project():
    user = UserFactory()
    proposal = factories.offered(by=user)

    def post(client):
        return client.post(f"/api/v1/proposals/{proposal.pk}/accept/", {})

    answers = at_once(post, [bearer(user) for _thread in range(THREADS)])

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] + [409] * (THREADS - 1)
    assert Project.objects.count() == 1
