"""What the scheduler is told of a job and of the budget that pays for it."""

from dataclasses import dataclass
from enum import StrEnum

from .conditions import Conditions
from .nodes import NodeSet


class JobState(StrEnum):
    """A job's state, by Slurm's names."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"
    NODE_FAIL = "NODE_FAIL"


class Reason(StrEnum):
    """Why a job waits, by Slurm's names."""

    NONE = "None"
    PRIORITY = "Priority"
    RESOURCES = "Resources"
    BEGIN_TIME = "BeginTime"
    DEPENDENCY = "Dependency"
    DEPENDENCY_NEVER_SATISFIED = "DependencyNeverSatisfied"
    JOB_HELD_USER = "JobHeldUser"
    JOB_HELD_ADMIN = "JobHeldAdmin"
    JOB_HOLD_MAX_REQUEUE = "JobHoldMaxRequeue"
    RESERVATION = "Reservation"
    REQ_NODE_NOT_AVAIL = "ReqNodeNotAvail"
    JOB_ARRAY_TASK_LIMIT = "JobArrayTaskLimit"
    PARTITION_NODE_LIMIT = "PartitionNodeLimit"
    PARTITION_TIME_LIMIT = "PartitionTimeLimit"
    ASSOC_GRP_NODE = "AssocGrpNodeLimit"
    ASSOC_GRP_NODE_MINUTES = "AssocGrpNodeMinutes"
    ASSOC_MAX_JOBS = "AssocMaxJobsLimit"
    ASSOC_MAX_SUBMIT_JOBS = "AssocMaxSubmitJobLimit"
    ASSOC_MAX_WALL = "AssocMaxWallDurationPerJobLimit"
    QOS_GRP_NODE = "QOSGrpNodeLimit"
    QOS_GRP_NODE_MINUTES = "QOSGrpNodeMinutes"
    QOS_MAX_JOBS_PER_USER = "QOSMaxJobsPerUserLimit"
    QOS_MAX_SUBMIT_JOBS_PER_USER = "QOSMaxSubmitJobPerUserLimit"
    QOS_MAX_WALL = "QOSMaxWallDurationPerJobLimit"
    INVALID_ACCOUNT = "InvalidAccount"


@dataclass(frozen=True, slots=True)
class Job:
    """A request for nodes, and what the simulation knows beyond it.

    The scheduler decides by ``limit`` alone; ``runtime`` and ``exit_code``
    only say how the job goes once it runs.
    """

    id: int
    submit: int  # the second in which the scheduler first sees the job
    nodes: int
    limit: int  # seconds the job may run
    runtime: int  # seconds it would run without a limit
    exit_code: int = 0
    account: int | None = None  # the budget it is charged to; None is free of charge
    low: bool = False  # goes after all others, whenever they come
    user: str = ""
    name: str = ""
    restarts: int = 0
    conditions: Conditions | None = None
    partition: str = ""  # none is the first there is
    qos: str = ""
    nice: int = 0  # points of priority that the user leaves to others
    site_factor: int = 0  # points that the site gives by a rule of its own
    reservation: str = ""  # the advance reservation whose nodes it has to have
    requeue: bool = True  # whether it waits again when one of its nodes fails

    def __post_init__(self) -> None:
        if self.nodes < 1 or self.limit < 1 or self.runtime < 1:
            raise ValueError(
                f"job {self.id} needs at least one node and one second, not "
                f"nodes={self.nodes} limit={self.limit} runtime={self.runtime}"
            )

    @property
    def elapsed(self) -> int:
        """Seconds from start to end, when nobody cancels the job."""
        return min(self.runtime, self.limit)

    @property
    def cost(self) -> int:
        """The most node-seconds the job can use."""
        return self.nodes * self.limit

    @property
    def outcome(self) -> JobState:
        """The state in which the job ends, when nobody cancels it."""
        if self.runtime > self.limit:
            return JobState.TIMEOUT
        return JobState.FAILED if self.exit_code else JobState.COMPLETED


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job on its nodes, which are known where the machine has a layout."""

    job: Job
    started: int
    nodes: NodeSet = 0

    @property
    def expected_end(self) -> int:
        """The latest second in which the job ends, as the scheduler sees it."""
        return self.started + self.job.limit


@dataclass(frozen=True, slots=True)
class EndedJob:
    """How a job has ended that others depend on."""

    id: int
    state: JobState
    array: int | None = None
    task: int | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """Node-seconds that no job has been started on yet, and their last day.

    ``available`` is net of what running jobs may still use; no job starts at
    or after ``ends_at``.
    """

    available: int
    ends_at: int | None = None
