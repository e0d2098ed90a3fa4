"""Workers that act at the same instant on ledger, queue, timers and mail, on PostgreSQL."""

import datetime as dt
from collections import Counter
from functools import partial

import pytest
from django.core import mail
from django.db import connection, transaction
from django.db.models import QuerySet

from allocations.flows import ledger, lifecycle
from allocations.flows.jobs import submit_job
from allocations.flows.queue import Progress, advance_partition
from allocations.models import (
    AccountKind,
    EntryKind,
    Job,
    LedgerAccount,
    LedgerEntry,
    Obligation,
    Partition,
)
from allocations.scheduler import Job as Request
from allocations.scheduler import Machine, Policy, Scheduler, Started
from jaif_portal import clock
from jaif_portal.flows.deadlines import fire_due, set_deadline
from jaif_portal.flows.outbox import deliver_mail
from jaif_portal.models import Deadline, Mail
from tests.allocations import factories
from tests.allocations.records import broken_invariants, history
from tests.allocations.simultaneous import at_once, kinds
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("committed", "monday")]
SECOND = dt.timedelta(seconds=1)
HOURS_FOR = 25


@pytest.fixture
def allocation(committed, monday):
    """Active, on a machine of 100 nodes that it has to itself."""
    Partition.objects.update(background_load=0, nodes=100, advanced_until=monday)
    with transaction.atomic():
        lifecycle.fund_shares(at=monday)
        return factories.active()


def make_jobs(allocation, number, *, shape=lambda _i: (50, 3600, 3600), every=0):
    """Jobs of ``shape(i)``: nodes, limit, run time; one ``every`` so many seconds."""
    jobs = []
    for i in range(number):
        nodes, limit, runtime = shape(i)
        jobs.append(
            Job(
                partition=allocation.partition,
                allocation=allocation,
                share=allocation.share,
                submitted_by=allocation.project.proposal.applicant,
                name=f"job {i}",
                nodes=nodes,
                time_limit=limit,
                runtime=runtime,
                submitted_at=clock.now() + (1 + i * every) * SECOND,
            )
        )
    return Job.objects.bulk_create(jobs)


def hold_sixty_at_once(allocation):
    """The outcomes of sixty holds where the hours are enough for 25."""
    account = LedgerAccount.objects.get(allocation=allocation)
    used = ledger.open_account(AccountKind.USED, partition=allocation.partition)
    jobs = make_jobs(allocation, 60)
    at = clock.now()
    assert account.available == HOURS_FOR * jobs[0].nodes * jobs[0].time_limit
    return kinds(
        at_once([partial(ledger.hold, job, account=account, used=used, at=at) for job in jobs])
    )


def test_sixty_holds_at_once_against_hours_for_25_give_25(allocation):
    assert hold_sixty_at_once(allocation) == {"list": 25, "InsufficientBalance": 35}

    account = LedgerAccount.objects.get(allocation=allocation)
    assert (account.available, account.held) == (0, account.credited)
    assert LedgerEntry.objects.filter(kind=EntryKind.HOLD).count() == 25


def test_without_row_locks_the_database_refuses_the_26th_hold(allocation, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)

    outcomes = hold_sixty_at_once(allocation)

    account = LedgerAccount.objects.get(allocation=allocation)
    entries = LedgerEntry.objects.filter(kind=EntryKind.HOLD)
    assert outcomes == {"list": 25, "InsufficientBalance": 35}
    assert (account.available, account.held) == (0, sum(e.node_seconds for e in entries))
    assert "totals_are_sums_of_entries" not in broken_invariants()


def test_jobs_that_sixty_people_submit_at_once_are_all_taken_in(allocation):
    applicant = allocation.project.proposal.applicant
    submit = partial(submit_job, allocation, by=applicant, name="x", nodes=1, time_limit=60)

    outcomes = at_once([submit] * 60)

    assert kinds(outcomes) == {"Job": 60}
    assert Job.objects.filter(allocation=allocation).count() == 60


def schedule(allocation):
    jobs = Job.objects.filter(allocation=allocation)
    return {job.pk: clock.seconds(job.started_at) for job in jobs}


def test_a_queue_advanced_by_eight_workers_at_once_is_the_engines(allocation, monday):
    jobs = make_jobs(
        allocation,
        60,
        shape=lambda i: ((10, 40, 90)[i % 3], 600, 60 + 7 * i),
        every=600,
    )
    until = monday + dt.timedelta(days=2)  # four steps

    at_once([partial(advance_partition, allocation.partition_id, until=until)] * 8)

    engine = Scheduler(Machine(nodes=100), Policy.EASY)
    engine.submit(
        [
            Request(job.pk, clock.seconds(job.submitted_at), job.nodes, job.time_limit, job.runtime)
            for job in jobs
        ]
    )
    started = {event.job.id: event.at for event in engine.run() if isinstance(event, Started)}
    assert schedule(allocation) == started
    assert Partition.objects.get().advanced_until == until
    charges = LedgerEntry.objects.filter(kind=EntryKind.CHARGE).values_list("job_id", flat=True)
    assert sorted(charges) == sorted(job.pk for job in jobs)
    assert broken_invariants() == []
    for job in jobs:
        states = [step[1] for step in history(Job.objects.get(pk=job.pk))]
        assert states == ["running", "completed"]


def test_a_job_is_submitted_while_the_queue_is_being_advanced(allocation, monday):
    applicant = allocation.project.proposal.applicant
    make_jobs(allocation, 3)

    def submit():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return submit_job(allocation, by=applicant, name="meanwhile", nodes=1, time_limit=60)

    with transaction.atomic():  # the step of another worker, not yet committed
        advance_partition(allocation.partition_id, until=monday + dt.timedelta(hours=1))
        outcomes = at_once([submit])

    assert kinds(outcomes) == {"Job": 1}


def test_a_worker_leaves_a_partition_that_another_one_advances(allocation, monday):
    until = monday + dt.timedelta(hours=1)

    with transaction.atomic():
        advance_partition(allocation.partition_id, until=until)
        outcomes = at_once([partial(advance_partition, allocation.partition_id, until=until)])

    assert outcomes == [Progress(reached=None, steps=0, events=0)]


def test_an_allocation_ends_once_while_its_queue_is_advanced(allocation):
    make_jobs(allocation, 30, shape=lambda _i: (100, 43_200, 43_200))
    partition, end = allocation.partition_id, allocation.ends_at
    advance_partition(partition, until=end)
    later = end + dt.timedelta(days=1)
    advance, fire = (
        partial(advance_partition, partition, until=later),
        partial(lifecycle.keep_deadlines, until=end),
    )

    outcomes = at_once([advance, fire] * 4)

    assert [step[1] for step in history(allocation)].count("expired") == 1
    assert Obligation.objects.count() == 1
    assert not Deadline.objects.exclude(failure="").exists()
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    advance_partition(partition, until=later + dt.timedelta(days=1))
    allocation.refresh_from_db()
    assert (allocation.state, allocation.account.held) == ("expired", 0)
    assert broken_invariants() == []


def test_each_timer_fires_once_whoever_looks(monday):
    with transaction.atomic():
        for _number in range(40):
            set_deadline("answer", UserFactory(), due_at=monday)
    fired = []

    def rename(subject, *, at):
        subject.name += "!"
        subject.save()
        fired.append(subject.pk)

    counts = at_once([partial(fire_due, {"answer": rename}, until=monday)] * 8)

    assert (sum(counts), len(fired), len(set(fired))) == (40, 40, 40)
    assert not Deadline.objects.running().exists()


def test_each_mail_is_delivered_once_whoever_delivers(monday, settings):
    settings.OUTBOX_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    Mail.objects.bulk_create(
        Mail(key=f"news:{i}", recipient=f"person{i}@example.org", subject="News", body="All well.")
        for i in range(40)
    )

    at_once([deliver_mail] * 4)

    receivers = Counter(message.to[0] for message in mail.outbox)
    assert (len(receivers), set(receivers.values())) == (40, {1})
    assert set(Mail.objects.values_list("tries", flat=True)) == {1}


def test_shares_are_funded_once_whoever_begins(monday):
    at_once([partial(lifecycle.fund_shares, at=monday)] * 4)

    assert LedgerEntry.objects.filter(kind=EntryKind.FUND).count() == 3
    assert broken_invariants() == []
