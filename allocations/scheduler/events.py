"""What happens to jobs, in the order in which it happens.

Events are plain values that nobody changes. They are not frozen dataclasses
because those take three times as long to build, and a simulation builds
three for every job.
"""

from dataclasses import dataclass

from .jobs import Job, JobState, Reason
from .nodes import NodeSet


@dataclass(slots=True)
class Submitted:
    """The scheduler sees the job for the first time."""

    job: Job
    at: int


@dataclass(slots=True)
class Rejected:
    """The job is refused as it arrives, since it will never be or is now too much."""

    job: Job
    at: int
    reason: Reason


@dataclass(slots=True)
class Started:
    """The job gets its nodes; which ones, where the machine has a layout."""

    job: Job
    at: int
    nodes: NodeSet = 0


@dataclass(slots=True)
class Ended:
    """The job has come to its own end or to its limit; its nodes are free."""

    job: Job
    started: int
    at: int
    state: JobState

    @property
    def elapsed(self) -> int:
        return self.at - self.started


@dataclass(slots=True)
class Cancelled:
    """Somebody has taken the job back; ``started`` is None if it still waited."""

    job: Job
    started: int | None
    at: int

    @property
    def elapsed(self) -> int:
        return 0 if self.started is None else self.at - self.started


@dataclass(slots=True)
class Requeued:
    """The job has lost its nodes and waits again, as ``job`` says: from ``at`` on."""

    job: Job
    started: int
    at: int

    @property
    def elapsed(self) -> int:
        return self.at - self.started


@dataclass(slots=True)
class NodeDown:
    """Nodes have failed; the jobs on them have ended or wait again."""

    nodes: NodeSet
    at: int
    until: int | None  # when they are expected back, if that is known


@dataclass(slots=True)
class NodeDraining:
    """Nodes take no new jobs; those on them go on."""

    nodes: NodeSet
    at: int
    until: int | None


@dataclass(slots=True)
class NodeUp:
    """Nodes are back in service."""

    nodes: NodeSet
    at: int


JobEvent = Submitted | Rejected | Started | Ended | Cancelled | Requeued
Event = JobEvent | NodeDown | NodeDraining | NodeUp
