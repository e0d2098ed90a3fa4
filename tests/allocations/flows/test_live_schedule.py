"""What the live queue makes of jobs does not depend on when, or how often, it is advanced."""

import datetime as dt
import random

import pytest
from django.db import transaction

from allocations.flows import orders
from allocations.flows.jobs import submit_job
from allocations.flows.queue import advance_partition
from allocations.models import Job, JobRun, Partition
from allocations.scheduler import (
    Conditions,
    Dependency,
    DependencyKind,
    Ended,
    Machine,
    Policy,
    Requeued,
    Scheduler,
    Started,
)
from allocations.scheduler import Job as Request
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.quotas import quiet_machine
from tests.allocations.records import broken_invariants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
SECOND = dt.timedelta(seconds=1)
NODES = 100


@pytest.fixture
def allocation(monday):
    """Active, on a machine of 100 nodes that it has to itself."""
    quiet_machine()
    Partition.objects.update(nodes=NODES)
    return factories.active()


class Live:
    """Jobs that are submitted at their times, while the queue is advanced now and then."""

    def __init__(self, allocation, monday, travel, *, ticks):
        self.allocation, self.monday, self.travel = allocation, monday, travel
        self.ticks = ticks
        self.second = 0
        self.heads = []

    def at(self, second):
        """Go on to ``second`` after the start; the queue follows in steps of random length."""
        while self.ticks is not None and self.ticks.random() < 0.7 and self.second < second:
            self.second = self.ticks.randrange(self.second, second + 1)
            self.advance()
        self.second = second
        self.travel(self.monday + second * SECOND)

    def advance(self):
        """As the task does: the second that now runs may still bring a job."""
        until = self.monday + (self.second - 1) * SECOND
        assert advance_partition(self.allocation.partition_id, until=until).reached == until

    def submit(self, **wishes):
        by = self.allocation.project.proposal.applicant
        self.heads.append(submit_job(self.allocation, by=by, **wishes))
        return self.heads[-1]

    def order(self, rng, flow, **wishes):
        """Give an order about one of the jobs that are in a state to take it."""
        state = "running" if flow is orders.requeue_job else "pending"
        jobs = Job.objects.filter(pk__in=[head.pk for head in self.heads], state=state)
        if jobs := list(jobs.order_by("pk")):
            job = rng.choice(jobs)
            flow(job, by=job.submitted_by, **wishes)

    def end(self):
        self.second += 3 * 86_400
        self.advance()

    def schedule(self):
        """``[(name, task, state, start, end, restarts), ...]`` and every earlier run."""
        rows = Job.objects.filter(allocation=self.allocation).order_by("name", "task", "pk")
        fields = ("name", "task", "state", "started_at", "ended_at", "restarts")
        runs = JobRun.objects.order_by("job__name", "job__task", "job", "number")
        return list(rows.values_list(*fields)), list(
            runs.values_list("job__name", "job__task", "number", "started_at", "ended_at")
        )


def random_wishes(rng, number, live):
    """A job with random conditions, some of them on jobs before it."""
    limit = rng.choice([60, 300, 600])
    wishes = {
        "name": rng.choice(["single", f"job-{number:03}"]),
        "nodes": rng.choice([10, 40, 90]),
        "time_limit": limit,
        "runtime": rng.randrange(10, limit + 30),
        "exit_code": rng.choice([0, 0, 1]),
    }
    if wishes["name"] == "single":
        wishes |= {"name": f"single-{number % 2}", "after": "singleton"}
    elif live.heads and rng.random() < 0.5:
        kind = rng.choice(["afterok", "afterany", "afternotok"])
        wishes["after"] = f"{kind}:{rng.choice(live.heads[-6:]).pk}"
    if rng.random() < 0.2:
        wishes["begin_at"] = clock.now() + rng.randrange(0, 900) * SECOND
    if rng.random() < 0.2:
        wishes |= {"array": rng.choice(["0-3%2", "1,5,7", "0-8:2%1"]), "nodes": 10}
    return wishes


def test_jobs_with_conditions_start_as_in_one_run_of_the_engine(allocation, monday, travel):
    rng = random.Random(11)
    live = Live(allocation, monday, travel, ticks=random.Random(5))
    second, cancelled, requeued = 0, {}, {}
    for number in range(50):
        second += rng.randrange(0, 90)
        live.at(second)
        live.submit(**random_wishes(rng, number, live))
        if rng.random() < 0.1:
            orders.cancel_job(live.heads[-1], by=live.heads[-1].submitted_by)
            cancelled[live.heads[-1].pk] = clock.seconds(clock.now())
        running = Job.objects.filter(state="running", requeue_requested_at=None).first()
        if running is not None and rng.random() < 0.3:
            orders.requeue_job(running, by=running.submitted_by)
            requeued.setdefault(running.pk, []).append(clock.seconds(clock.now()))
    live.end()

    engine = Scheduler(Machine(nodes=NODES), Policy.EASY)
    engine.submit(map(as_request, Job.objects.filter(allocation=allocation)))
    for pk, at in cancelled.items():
        engine.cancel(pk, at=at)
    for pk, moments in requeued.items():
        for at in moments:
            engine.requeue(pk, at=at)
    events = engine.advance(until=clock.seconds(monday) + live.second - 1)
    starts = {event.job.id: event.at for event in events if isinstance(event, Started)}
    ends = {event.job.id: event.state for event in events if isinstance(event, Ended)}
    jobs = Job.objects.filter(allocation=allocation, started_at__isnull=False)
    assert {job.pk: clock.seconds(job.started_at) for job in jobs} == starts
    assert {job.pk: job.state.upper() for job in jobs if job.pk not in cancelled} == {
        pk: str(state) for pk, state in ends.items() if pk not in cancelled
    }
    assert JobRun.objects.count() == sum(isinstance(event, Requeued) for event in events) > 3
    assert engine.reasons() == {job.pk: job.reason for job in Job.objects.filter(state="pending")}
    assert broken_invariants() == []


def as_request(job):
    """The job as the engine is told of it at once; arrays are numbered below zero."""
    person = f"{job.allocation_id}/{job.submitted_by_id}"
    return Request(
        id=job.pk,
        submit=clock.seconds(job.submitted_at),
        nodes=job.nodes,
        limit=job.time_limit,
        runtime=job.runtime,
        exit_code=job.exit_code,
        user=person,
        name=job.name,
        conditions=Conditions(
            begin=clock.seconds(job.begin_at) if job.begin_at else 0,
            after=tuple(
                Dependency(DependencyKind(row.kind), -row.on_id if row.on_array else row.on_id or 0)
                for row in job.dependencies.all()
            ),
            array=job.array_id and -job.array_id,
            task=job.task,
            task_limit=job.task_limit,
        ),
    )


ORDERS = [
    (orders.hold_job, {}),
    (orders.release_job, {}),
    (orders.requeue_job, {}),
    (orders.modify_job, {"time_limit": 120}),
    (orders.modify_job, {"nodes": 60}),
]


def schedule_of(seed, live):
    """Jobs and orders about them, drawn from ``seed``; each order after a step of the queue."""
    rng, second = random.Random(seed), 0
    for number in range(30):
        second += rng.randrange(0, 120)
        live.at(second)
        live.submit(hold=rng.random() < 0.15, **random_wishes(rng, number, live))
        if rng.random() < 0.5:
            live.advance()
            flow, wishes = rng.choice(ORDERS)
            live.order(rng, flow, **wishes)
    live.advance()
    for job in Job.objects.exclude(hold="").filter(state="pending"):
        orders.release_job(job, by=job.submitted_by)
    live.end()
    return live.schedule()


@pytest.mark.parametrize("seed", [3, 23])
def test_orders_have_the_same_effect_however_the_queue_is_advanced(
    allocation, monday, travel, seed
):
    outcomes = []
    for ticks in (None, random.Random(1), random.Random(2)):
        with transaction.atomic():
            live = Live(allocation, monday, travel, ticks=ticks)
            outcomes.append(schedule_of(seed, live))
            assert broken_invariants() == []
            transaction.set_rollback(True)

    jobs, runs = outcomes[0]
    assert outcomes[1:] == outcomes[:1] * 2
    assert len(runs) > 0
    assert {state for _name, _task, state, *_rest in jobs} >= {"completed", "failed", "timeout"}
