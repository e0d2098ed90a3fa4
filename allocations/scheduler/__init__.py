"""A batch scheduler that can be used alone: a machine, jobs and a policy in, events out.

    scheduler = Scheduler(Machine(nodes=5884), policy=Policy.EASY)
    scheduler.submit([Job(id=1, submit=0, nodes=48, limit=3600, runtime=1800)])
    for event in scheduler.advance(until=86_400):
        print(event)

Times are integer seconds of one clock, which is the caller's. Nothing here
reads a clock, draws a random number without a seed, or writes anything.
"""

from .associations import Association, Partition, QoS
from .availability import NodeOrder, NodeState, NodeUpdate, Reservation
from .conditions import Conditions, Dependency, DependencyKind, Hold
from .configuration import SlurmConfig
from .events import (
    Cancelled,
    Ended,
    Event,
    NodeDown,
    NodeDraining,
    NodeUp,
    Rejected,
    Requeued,
    Started,
    Submitted,
)
from .jobs import Budget, EndedJob, Job, JobState, Reason, RunningJob
from .machine import Machine
from .nodes import JUPITER_LAYOUT, Layout, NodeSet
from .policies import Policy
from .priority import Weights
from .scheduler import Scheduler
from .state import SlurmState, State

__all__ = [
    "JUPITER_LAYOUT",
    "Association",
    "Budget",
    "Cancelled",
    "Conditions",
    "Dependency",
    "DependencyKind",
    "Ended",
    "EndedJob",
    "Event",
    "Hold",
    "Job",
    "JobState",
    "Layout",
    "Machine",
    "NodeDown",
    "NodeDraining",
    "NodeOrder",
    "NodeSet",
    "NodeState",
    "NodeUp",
    "NodeUpdate",
    "Partition",
    "Policy",
    "QoS",
    "Reason",
    "Rejected",
    "Requeued",
    "Reservation",
    "RunningJob",
    "Scheduler",
    "SlurmConfig",
    "SlurmState",
    "Started",
    "State",
    "Submitted",
    "Weights",
]
