"""The policies by name, and what the engine asks of whatever carries one out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from .events import Event
from .jobs import Job, Reason
from .occupancy import Occupancy


class Policy(StrEnum):
    """Who may start: only the head of the queue, or also who does not delay others.

    ``easy`` is Mu'alem and Feitelson's (TPDS 2001): later jobs go ahead in the order of the
    queue if they do not delay its head. With ``easy-sjbf`` the one with the shortest limit
    goes first (Tsafrir, Etsion and Feitelson, TPDS 2007, without their predictions). With
    ``conservative`` no job that waits is delayed (Mu'alem and Feitelson, same place). With
    ``slurm`` jobs go by Slurm's multifactor priority and its two passes (``multifactor``).
    """

    FCFS = "fcfs"
    EASY = "easy"
    EASY_SJBF = "easy-sjbf"
    CONSERVATIVE = "conservative"
    SLURM = "slurm"


class Dispatcher(Protocol):
    """The queue before a machine, and the nodes promised to those in it."""

    occupancy: Occupancy
    backfilled: int

    @property
    def head(self) -> Job | None:
        """The first job that its budget would let start."""

    def __iter__(self) -> Iterator[Job]:
        """Every waiting job, in the order of the queue."""

    def resume(self, job: Job, started: int) -> None:
        """Let ``job`` run since ``started``."""

    def enqueue(self, jobs: Iterable[Job]) -> None:
        """Let ``jobs`` wait for the next pass."""

    def keep(self, reservations: Mapping[int, int]) -> None:
        """Go on with reservations ``{job id: start}`` that were made before."""

    def reservations(self) -> Mapping[int, int]:
        """What has to be kept to go on later; not what can be computed anew."""

    def release(self, job: Job, started: int, at: int) -> None:
        """Take note that ``job`` has left its nodes."""

    def withdraw(self, job: Job) -> bool:
        """Take a waiting job out; say whether that calls for a pass."""

    def replace(self, job: Job, changed: Job) -> None:
        """Let ``changed``, which needs no more nodes or time, wait in the place of ``job``."""

    def shadow(self) -> int:
        """The second by which the head is promised its nodes."""

    def reasons(self, at: int) -> Iterator[tuple[Job, Reason]]:
        """Why each job waits."""

    def consider(
        self, newcomers: Sequence[Job], at: int, events: list[Event], *, changed: bool
    ) -> None:
        """Make one pass; without a change, whoever waited before still has to."""
