"""What could be known of a job's wait when it was submitted, from a log with recorded waits.

The log says when each job really started. At each submission the machine and the queue
are put together as they stood then: who ran since when, who waited, and what everybody had
asked for. Nothing that happened later goes in.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .events import Started
from .jobs import Job, RunningJob
from .machine import Machine
from .policies import Policy
from .scheduler import Scheduler
from .sizes import SizeClass, size_class
from .state import State

OVERTIME = 60  # seconds that a job is expected to run on that has outrun its limit


@dataclass(frozen=True, slots=True)
class Submission:
    """A job as it is submitted, and the queue that it finds.

    ``easy_wait`` is the wait by a plain EASY schedule of all that is there, each job running
    to its limit; ``work_ahead`` are the node-seconds that the jobs before it have asked for.
    ``wait`` is what came: not to be looked at before the job has started.
    """

    at: int
    size: SizeClass
    nodes: int
    limit: int
    easy_wait: int
    work_ahead: int
    wait: int

    @property
    def started(self) -> int:
        return self.at + self.wait


def submissions(
    jobs: Iterable[Job], waits: Mapping[int, int], *, processors: int
) -> Iterator[Submission]:
    """Each of the ``jobs``, in the order of their submission, whose wait was recorded."""
    running: list[Job] = []
    waiting: list[Job] = []
    for job in jobs:
        if waits.get(job.id, -1) < 0:
            continue
        now = job.submit
        running += [other for other in waiting if other.submit + waits[other.id] <= now]
        waiting = [other for other in waiting if other.submit + waits[other.id] > now]
        running = [
            other for other in running if other.submit + waits[other.id] + other.runtime > now
        ]
        yield Submission(
            at=now,
            size=size_class(job.nodes, machine=processors),
            nodes=job.nodes,
            limit=job.limit,
            easy_wait=_easy_wait(
                job, waiting, _on_nodes(running, waits, now, processors), processors
            ),
            work_ahead=sum(other.cost for other in waiting),
            wait=waits[job.id],
        )
        waiting.append(job)


def _on_nodes(
    running: Iterable[Job], waits: Mapping[int, int], now: int, processors: int
) -> tuple[RunningJob, ...]:
    """The jobs that run, each to its limit; those that started last where a log has too many."""
    entries, free = [], processors
    for job in sorted(running, key=lambda job: job.submit + waits[job.id], reverse=True):
        started = job.submit + waits[job.id]
        elapsed = now - started
        limit = job.limit if elapsed < job.limit else elapsed + OVERTIME
        if job.nodes <= free:
            free -= job.nodes
            entries.append(RunningJob(replace(job, limit=limit, runtime=limit), started))
    return tuple(entries)


def _easy_wait(
    job: Job, waiting: Iterable[Job], running: tuple[RunningJob, ...], processors: int
) -> int:
    """Seconds until ``job`` starts if nobody else comes and each job runs to its limit."""
    queue = tuple(replace(other, runtime=other.limit) for other in (*waiting, job))
    state = State(now=job.submit, running=running, waiting=queue)
    scheduler = Scheduler(Machine(processors), Policy.EASY, state)
    while (at := scheduler.peek()) is not None:
        for event in scheduler.advance(until=at):
            if isinstance(event, Started) and event.job.id == job.id:
                return at - job.submit
    raise AssertionError("every job that fits the machine starts")
