"""Where two schedules of the same jobs part, and what the machine was like there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .jobs import Job
from .scheduler import Scheduler


class Difference(NamedTuple):
    """A job that starts at another time, or in one of two schedules only."""

    at: int  # the earlier of the two starts
    job: int
    start: int | None
    other: int | None


@dataclass(frozen=True, slots=True)
class Scene:
    """The machine once everything up to ``at`` has happened."""

    at: int
    free: int
    running: int
    waiting: int
    head: Job | None
    reserved: int | None  # the second by which the head is promised its nodes


def differences(starts: Mapping[int, int], others: Mapping[int, int]) -> list[Difference]:
    """The jobs on which two schedules ``{job id: start}`` do not agree, the earliest first."""
    found = []
    for job in starts.keys() | others.keys():
        start, other = starts.get(job), others.get(job)
        if start != other:
            at = min(time for time in (start, other) if time is not None)
            found.append(Difference(at, job, start, other))
    found.sort(key=lambda difference: (difference.at, difference.job))
    return found


def scene(scheduler: Scheduler, *, at: int) -> Scene:
    """Let ``scheduler`` go on to ``at`` and look at its machine."""
    scheduler.advance(until=at)
    state = scheduler.state
    head = state.waiting[0] if state.waiting else None
    return Scene(
        at=at,
        free=scheduler.free,
        running=len(state.running),
        waiting=len(state.waiting),
        head=head,
        reserved=scheduler.reservations.get(head.id) if head else None,
    )
