"""With the policy ``slurm`` the live queue gives the schedule of one run of the engine."""

import datetime as dt
import random

import pytest

from allocations.flows import multifactor, regulation
from allocations.flows.forecasts import foresee_queue
from allocations.flows.jobs import submit_job
from allocations.flows.layouts import layout_of
from allocations.flows.queue import advance_partition
from allocations.flows.ticks import tick
from allocations.models import Job, LedgerAccount, Partition, ProjectMember
from allocations.scheduler import Job as Request
from allocations.scheduler import Machine, Policy, Scheduler, Started
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.machine import advance, submit_other
from tests.allocations.quotas import quiet_machine
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
SECOND = dt.timedelta(seconds=1)
NODES = 100
HOUR = 3600


@pytest.fixture
def partition(monday):
    quiet_machine()
    Partition.objects.update(nodes=NODES, policy="slurm", advanced_until=monday)
    return factories.booster()


@pytest.fixture
def tenants(partition):
    """``[(allocation, user), ...]``: two users of one project, and one of another share's."""
    first, second = factories.active(), factories.active()
    colleague = UserFactory()
    ProjectMember.objects.create(project=first.project, email=colleague.email, role="member")
    second.share = partition.shares.exclude(pk=first.share_id).first()
    second.save()
    LedgerAccount.objects.filter(allocation__isnull=False).update(credited=10**12)
    return [
        (first, first.project.proposal.applicant),
        (first, colleague),
        (second, second.project.proposal.applicant),
    ]


@pytest.fixture
def administrator(db):
    return UserFactory(role=Role.ADMINISTRATOR)


def arrivals():
    """``(second, tenant, shape)`` of jobs; most have to wait, and the first tenant is greedy."""
    rng, second = random.Random(4), 0
    for _number in range(70):
        second += rng.choice([0, 20, 150, 400])
        limit = rng.choice([600, HOUR, 3 * HOUR])
        shape = {
            "nodes": rng.choice([5, 20, 40, 90]),
            "time_limit": limit,
            "runtime": rng.randrange(60, limit + 300),
        }
        yield second, rng.choice([0, 0, 0, 1, 2]), shape


def live(tenants, monday, travel, ticks):
    """Submit the jobs at their times, between steps of random length; then let all end."""
    partition_id = tenants[0][0].partition_id

    def advance_to(second):
        until = monday + (second - 1) * SECOND
        travel(monday + second * SECOND)
        assert advance_partition(partition_id, until=until).reached == until

    now = 1
    for second, tenant, shape in arrivals():
        while ticks.random() < 0.6 and now < second:
            now = ticks.randrange(now, second + 1)
            advance_to(now)
        now = max(second, 1)
        travel(monday + now * SECOND)
        allocation, person = tenants[tenant]
        submit_job(allocation, by=person, name="job", **shape)
    while Job.objects.live().exists():
        now += ticks.randrange(1, 5 * HOUR)
        advance_to(now)
    return {job.pk: clock.seconds(job.started_at) for job in Job.objects.all()}


def at_once(partition):
    """``{job id: start}`` by the engine, told of all jobs at the same time."""
    config = multifactor.configuration(partition)
    machine = Machine(NODES, layout_of(partition))
    engine = Scheduler(machine, Policy.SLURM, slurm=config)
    engine.submit(
        Request(
            id=job.pk,
            submit=clock.seconds(job.submitted_at),
            nodes=job.nodes,
            limit=job.time_limit,
            runtime=job.runtime,
            account=job.allocation_id,
            user=str(job.submitted_by_id),
        )
        for job in Job.objects.all()
    )
    return {event.job.id: event.at for event in engine.run() if isinstance(event, Started)}


@pytest.mark.parametrize("racks", [[], [60, 40]], ids=["counted", "named"])
@pytest.mark.parametrize("seed", [1, 2])
def test_jobs_of_two_shares_start_as_in_one_run_of_the_engine(
    partition, tenants, monday, travel, administrator, racks, seed
):
    Partition.objects.update(racks=racks)
    changed = {"priority_decay_half_life": 4 * HOUR, "priority_weight_age": 30_000}
    regulation.change_parameters(partition, by=administrator, reason="Test", **changed)

    starts = live(tenants, monday, travel, random.Random(seed))

    partition.refresh_from_db()
    partition.scheduler_memory = None
    assert starts == at_once(partition)
    by_arrival = [starts[pk] for pk in sorted(starts)]
    assert by_arrival != sorted(by_arrival)


def test_who_has_used_less_goes_first(partition, tenants, monday, travel):
    (greedy, person), _, (modest, other) = tenants
    shape = {"nodes": NODES, "time_limit": HOUR, "runtime": HOUR}
    submit_job(greedy, by=person, name="first", **shape)
    travel(monday + 10 * SECOND)
    again = submit_job(greedy, by=person, name="again", **shape)
    late = submit_job(modest, by=other, name="late", **shape)

    for minutes in (1, 30, 150):
        advance_partition(partition.pk, until=travel(dt.timedelta(minutes=minutes)))

    again.refresh_from_db()
    late.refresh_from_db()
    assert late.ended_at == again.started_at


def test_a_tick_takes_at_most_25_queries(partition, tenants, travel, django_assert_max_num_queries):
    for _round in range(2):  # jobs that end, and jobs that begin and end within the tick
        tick(partition.pk, until=travel(dt.timedelta(minutes=1)), steps=40)
        for allocation, person in tenants * 3:
            submit_job(allocation, by=person, name="job", nodes=5, time_limit=600, runtime=90)
    until = travel(dt.timedelta(minutes=2))

    with django_assert_max_num_queries(25):
        tick(partition.pk, until=until, steps=40)

    assert set(Job.objects.values_list("state", flat=True)) == {"completed"}


def test_the_policy_can_change_while_jobs_wait(partition, tenants):
    jobs = [submit_other(partition, nodes=90, time_limit=1000, runtime=900) for _ in range(4)]

    for policy in ("easy", "slurm", "easy-sjbf", "slurm", "fcfs"):
        partition.policy = policy
        partition.save()
        advance(partition, seconds=800)
        assert (partition.scheduler_memory is None) == (policy != "slurm")

    states = [job.state for job in Job.objects.filter(pk__in=[job.pk for job in jobs])]
    assert sorted(states) == ["completed", "completed", "completed", "completed"]


def test_waiting_counts_from_before_the_policy_changed(partition):
    Partition.objects.update(policy="easy")
    partition.refresh_from_db()
    submit_other(partition, nodes=NODES)
    waiting = submit_other(partition, nodes=NODES)
    advance(partition, seconds=100)
    waiting.refresh_from_db()

    partition.policy = "slurm"
    partition.save()
    advance(partition, seconds=100)

    assert partition.scheduler_memory["eligible"] == [
        [waiting.pk, clock.seconds(waiting.eligible_at)]
    ]


def test_who_is_foreseen_but_not_there_has_an_account_too(partition, tenants, travel):
    (greedy, person), _, (modest, _) = tenants
    current = partition.shares.filter(starts_at__lte=clock.now(), ends_at__gt=clock.now())
    shares = {share.code: multifactor.OTHERS + share.pk for share in current}
    submit_job(greedy, by=person, name="job", nodes=NODES, time_limit=HOUR, runtime=HOUR)
    tick(partition.pk, until=travel(dt.timedelta(minutes=30)), steps=40)
    partition.refresh_from_db()

    config = multifactor.configuration(partition)

    assert multifactor.tenant_accounts(partition) == shares
    assert multifactor.probe_account(partition, config, {}) == -greedy.pk
    assert multifactor.probe_account(partition, config, {-greedy.pk: None}) == -modest.pk
    known = {-greedy.pk: None, -modest.pk: None}
    assert multifactor.probe_account(partition, config, known) in shares.values()
    assert foresee_queue(partition.pk, seconds=0).shapes[0]["p50"] > 0


def test_other_policies_go_by_no_accounts(partition):
    Partition.objects.update(policy="easy")
    partition.refresh_from_db()

    assert multifactor.tenant_accounts(partition) == {}
    assert multifactor.probe_account(partition, None, {}) is None
