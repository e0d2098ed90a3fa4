"""What a job can wait for besides nodes, by Slurm's names (``man sbatch``)."""

from dataclasses import dataclass
from enum import StrEnum


class Hold(StrEnum):
    """Who keeps a job from starting until it is released, or that too many nodes have failed."""

    USER = "user"
    ADMIN = "admin"
    MAX_REQUEUE = "max_requeue"


class DependencyKind(StrEnum):
    """What has to have happened to other jobs.

    ``aftercorr``: the task of the other array with the same number has completed.
    ``singleton``: no job of the same user and name that comes earlier in order of
    submission still waits or runs.
    """

    AFTER_OK = "afterok"
    AFTER_ANY = "afterany"
    AFTER_NOT_OK = "afternotok"
    AFTER_CORR = "aftercorr"
    SINGLETON = "singleton"


@dataclass(frozen=True, slots=True)
class Dependency:
    """Wait for the job, or all tasks of the array, that has the number ``on``.

    A dependency on a job that the scheduler does not know counts as fulfilled,
    as in Slurm when the job has been purged.
    """

    kind: DependencyKind
    on: int = 0  # nothing for a singleton


@dataclass(frozen=True, slots=True)
class Conditions:
    """What has to be true before a job may queue for nodes; all of it.

    Of an array's tasks at most ``task_limit`` queue or run at a time.
    """

    begin: int = 0  # the earliest second
    hold: Hold | None = None
    after: tuple[Dependency, ...] = ()
    array: int | None = None
    task: int | None = None
    task_limit: int | None = None

    def __post_init__(self) -> None:
        if self.task_limit is not None and (self.array is None or self.task_limit < 1):
            raise ValueError(f"task_limit={self.task_limit} needs an array and at least one task")
