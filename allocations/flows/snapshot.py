"""The live queue as the scheduler knows it, made from the rows of one partition.

What the scheduler remembers from one second to the next is in the rows: which jobs are behind
the gate (by the reason of the last step), and how those have ended on which others depend.
"""

from collections import defaultdict

from jaif_portal import clock

from ..models import DependencyKind, Job, JobDependency, JobState, PendingReason
from ..scheduler import (
    Conditions,
    Dependency,
    EndedJob,
    Hold,
    Policy,
    RunningJob,
    Scheduler,
    State,
)
from ..scheduler import DependencyKind as Kind
from ..scheduler import Job as Request
from ..scheduler import JobState as EngineState
from . import multifactor, priorities
from .floor import Floor, reservation_name


class Snapshot:
    """What is known of the partition after ``at``; ``jobs`` are ``{id: job}`` of the live ones.

    The scheduler goes on with the first second that has not been computed, so that what has
    changed meanwhile (quota, hours, priorities, holds) does not reach back.
    """

    def __init__(self, partition, jobs, accounts, *, at):
        self.partition = partition
        self.jobs = jobs
        self.accounts = accounts
        self.first = clock.seconds(at) + 1
        self._after = defaultdict(list)
        self._singletons = set()
        self._ended = ()
        self.floor = Floor(partition, first=self.first)
        self.slurm = multifactor.configuration(partition)
        self._load_dependencies()

    def scheduler(self):
        """The engine in the state that the rows describe."""
        places = defaultdict(list)
        for job in self.jobs.values():
            places[_place(job)].append(self.request(job))
        state = State(
            now=self.first,
            running=tuple(self._running(request) for request in places["running"]),
            waiting=tuple(places["waiting"]),
            arriving=tuple(places["arriving"]),
            blocked=tuple(places["blocked"]),
            cancellations=self._orders("cancel_requested_at"),
            requeues=self._orders("requeue_requested_at"),
            budgets=priorities.budgets(self.jobs, self.accounts),
            ended=self._ended,
            slurm=self._slurm_state(),
            **self.floor.state(),
        )
        return Scheduler(self.floor.machine, Policy(self.partition.policy), state, self.slurm)

    def _slurm_state(self):
        waiting = [job for job in self.jobs.values() if _place(job) == "waiting"]
        return multifactor.recall(self.partition, waiting)

    def _running(self, request):
        job = self.jobs[request.id]
        return RunningJob(request, clock.seconds(job.started_at), self.floor.nodes_of(job))

    def racks(self, scheduler):
        """How many nodes of each rack are in which state, as the scheduler was left."""
        return self.floor.racks(scheduler.node_states) if self.floor.layout else []

    def _orders(self, field):
        """``((second, job id), ...)`` of what people have asked for at a moment."""
        moments = ((getattr(job, field), job.pk) for job in self.jobs.values())
        return tuple(
            (max(clock.seconds(moment), self.first), pk) for moment, pk in moments if moment
        )

    def _load_dependencies(self):
        """Two queries, whatever the number of jobs; the second only where an array is named."""
        ended, arrays = [], set()
        for row in _dependencies([pk for pk, job in self.jobs.items() if job.allocation_id]):
            if row.kind == DependencyKind.SINGLETON:
                self._singletons.add(_person(self.jobs[row.job_id]))
                self._after[row.job_id].append(Dependency(Kind.SINGLETON))
                continue
            other = -row.on_id if row.on_array else row.on_id
            self._after[row.job_id].append(Dependency(Kind(row.kind), other))
            if row.on_array:
                arrays.add(row.on_id)
            else:
                ended.append(row.on)
        if arrays:
            ended += Job.objects.filter(array__in=arrays).only("state", "array", "task")
        self._ended = tuple(
            EndedJob(job.pk, EngineState(job.state.upper()), _array(job), job.task)
            for job in {job.pk: job for job in ended}.values()
            if JobState(job.state).is_final
        )

    def request(self, job):
        """The job as the engine knows it. One that came too late for its second arrives next."""
        if job.eligible_at is not None:
            submit = clock.seconds(job.eligible_at)
        else:
            submit = max(clock.seconds(job.submitted_at), self.first)
        person, name = _person(job)
        named = (person, name) in self._singletons
        user = person if named else ""
        if self.slurm is not None:
            user, name = str(job.submitted_by_id or ""), f"{job.allocation_id}/{name}"
        return Request(
            id=job.pk,
            submit=submit,
            nodes=job.nodes,
            limit=job.time_limit,
            runtime=job.runtime,
            exit_code=job.exit_code,
            account=multifactor.account_of(job, self.partition),
            low=job.low_priority,
            user=user,
            name=name if named else "",
            restarts=job.restarts,
            conditions=self._conditions(job),
            qos=str(job.qos_id or "") if self.slurm is not None else "",
            reservation=reservation_name(job.reservation_id),
            requeue=job.may_requeue,
        )

    def _conditions(self, job):
        after = tuple(self._after.get(job.pk, ()))
        if not (after or job.begin_at or job.hold or job.array_id):
            return None
        return Conditions(
            begin=clock.seconds(job.begin_at) if job.begin_at else 0,
            hold=Hold(job.hold) if job.hold else None,
            after=after,
            array=_array(job),
            task=job.task,
            task_limit=job.task_limit,
        )


def _place(job):
    if job.started_at is not None:
        return "running"
    if job.eligible_at is None:
        return "arriving"
    return "blocked" if PendingReason(job.reason).is_blocked else "waiting"


def _array(job):
    """The array's number for the engine; below zero, so that it is not that of its first task."""
    return None if job.array_id is None else -job.array_id


def _person(job):
    """Whose job it is and its name, as a *singleton* tells jobs apart."""
    return f"{job.allocation_id}/{job.submitted_by_id}", job.name


def _dependencies(job_ids):
    rows = JobDependency.objects.filter(job__in=job_ids).select_related("on")
    return rows.only("job", "kind", "on_array", "on__state", "on__array", "on__task")
