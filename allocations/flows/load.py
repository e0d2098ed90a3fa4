"""What a step of the queue leaves to be read: the load now, and at each full ten minutes."""

import datetime as dt

from jaif_portal import clock

from ..models import JobState, LoadSample, PartitionStatus
from ..scheduler import Requeued, Started, Submitted
from ..scheduler.sizes import SizeClass, size_class

EVERY = 600  # seconds between samples
KEPT = dt.timedelta(days=2)  # at least; what is older is dropped once a day


class Tally:
    """How many jobs run and wait, and on how many nodes; it follows the events of a step.

    Jobs wait from the moment in which the scheduler takes them in.
    """

    def __init__(self, jobs):
        self.jobs = {JobState.RUNNING: 0, JobState.PENDING: 0}
        self.nodes = {JobState.RUNNING: 0, JobState.PENDING: 0}
        self._states = {}
        for job in jobs:
            if job.state == JobState.RUNNING:
                self._enter(job.pk, job.nodes, JobState.RUNNING)
            elif job.eligible_at is not None:
                self._enter(job.pk, job.nodes, JobState.PENDING)

    def note(self, event):
        """Count ``event``; one that is not about a job changes nothing."""
        match event:
            case Started(job=job):
                state = JobState.RUNNING
            case Submitted(job=job) | Requeued(job=job):
                state = JobState.PENDING
            case _ if (job := getattr(event, "job", None)) is not None:
                state = None
            case _:
                return
        self._leave(job.id)
        if state is not None:
            self._enter(job.id, job.nodes, state)

    def by_size(self, *, machine):
        """``{size class: {"running": jobs, "waiting": jobs}}`` on a machine of so many nodes."""
        names = {JobState.RUNNING: "running", JobState.PENDING: "waiting"}
        counts = {str(size): dict.fromkeys(names.values(), 0) for size in SizeClass}
        for state, nodes in self._states.values():
            counts[size_class(nodes, machine=machine)][names[state]] += 1
        return counts

    def _enter(self, job_id, nodes, state):
        self._states[job_id] = state, nodes
        self.jobs[state] += 1
        self.nodes[state] += nodes

    def _leave(self, job_id):
        state, nodes = self._states.pop(job_id, (None, 0))
        if state is not None:
            self.jobs[state] -= 1
            self.nodes[state] -= nodes


def record(partition, tally, events, *, start, target, racks):
    """Write down the load at each sample's moment in the step, and as it is at its end.

    ``tally`` stands as before ``events``, ``racks`` as the step has left them. The samples do
    not depend on the step's length. Returns the ``PartitionStatus``.
    """
    samples, events = [], iter(events)
    event = next(events, None)
    for second in _moments(clock.seconds(start), clock.seconds(target)):
        while event is not None and event.at <= second:
            tally.note(event)
            event = next(events, None)
        samples.append(_sample(partition, tally, second))
    while event is not None:
        tally.note(event)
        event = next(events, None)
    status = _write_status(partition, tally, racks, at=target)
    if samples:
        LoadSample.objects.bulk_create(samples, ignore_conflicts=True)
    if start.date() != target.date():
        LoadSample.objects.filter(partition=partition, at__lt=target - KEPT).delete()
    return status


def _moments(start, target):
    return range((start // EVERY + 1) * EVERY, target + 1, EVERY)


def _sample(partition, tally, second):
    return LoadSample(
        partition=partition,
        at=clock.moment(second),
        busy=tally.nodes[JobState.RUNNING],
        running=tally.jobs[JobState.RUNNING],
        waiting=tally.jobs[JobState.PENDING],
    )


def _write_status(partition, tally, racks, *, at):
    status = PartitionStatus(
        partition=partition,
        at=at,
        busy=tally.nodes[JobState.RUNNING],
        wanted=tally.nodes[JobState.PENDING],
        running=tally.jobs[JobState.RUNNING],
        waiting=tally.jobs[JobState.PENDING],
        racks=racks,
        sizes=tally.by_size(machine=partition.nodes),
    )
    PartitionStatus.objects.bulk_create(
        [status],
        update_conflicts=True,
        unique_fields=["partition"],
        update_fields=["at", "busy", "wanted", "running", "waiting", "racks", "sizes"],
    )
    return status
