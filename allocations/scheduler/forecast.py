"""When jobs will start: the queue is played to its end many times, as it might go.

Each replication draws for every job how long it runs, and for every day ahead which
jobs come, and lets the engine schedule them. It depends on the queue, the seed and its
number alone, so replications can be made in any order, by several processes, and
stopped when time is up. Quantiles of the starts are the forecast.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from random import Random
from typing import NamedTuple, TypeVar

from .events import Started
from .jobs import Job, Reason, RunningJob
from .machine import Machine
from .policies import Policy
from .prospects import SLOT, SLOTS, Prospects
from .scheduler import Scheduler
from .state import State
from .workload import DAY, Arrival

HORIZON = 28 * DAY
FEWEST = 20  # replications that say anything about a range
PROBE = 2**61  # the number of a job that nobody has submitted, beyond all others
FIRST_ARRIVAL = PROBE + 1
PERCENTS = (10, 50, 90)


T = TypeVar("T")


class Range(NamedTuple):
    """The seconds before which the job starts in 10, 50 and 90 % of all cases.

    ``None`` lies beyond the horizon, or is not known since too few cases were tried.
    """

    p10: int | None
    p50: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class Shape:
    """What a job asks for: nodes, and seconds."""

    nodes: int
    limit: int


class MedianRandom(Random):
    """Draws the middle of everything, for the one run that stands for all."""

    def random(self) -> float:
        return 0.5


@dataclass(frozen=True, slots=True)
class Outlook:
    """A queue whose future is asked for, up to ``horizon`` seconds ahead."""

    machine: Machine
    policy: Policy
    state: State
    prospects: Prospects
    seed: str
    horizon: int = HORIZON

    @property
    def fingerprint(self) -> str:
        """Names the queue by what everybody may know of it, whenever it is asked for.

        As long as nobody comes, starts or ends it stays the same.
        """
        known = replace(self._with_runtimes(_limit), now=0)
        text = f"{self.machine} {self.policy} {known.to_json()}"
        return sha256(text.encode()).hexdigest()

    def replicate(self, number: int, watched: Iterable[int]) -> dict[int, int]:
        """One way things may go: ``{job id: start}`` of the ``watched`` that start in time.

        It ends when all of them have started. Number 0 is the single run with the median
        of everything that is drawn.
        """
        rng = Random(f"{self.seed}/{number}") if number else MedianRandom()  # noqa: S311 - no secret

        def drawn(job: Job, elapsed: int) -> int:
            return self.prospects.runtime(job, rng, elapsed=elapsed)

        scheduler = Scheduler(self.machine, self.policy, self._with_runtimes(drawn))
        left, starts, until = set(watched), {}, self.state.now + self.horizon
        for arriving, end in self._slots(rng):
            if not left or scheduler.now >= until or self._are_stuck(left, scheduler):
                break
            scheduler.submit(arriving)
            for event in scheduler.advance(until=min(end, until)):
                if isinstance(event, Started) and event.job.id in left:
                    left.remove(event.job.id)
                    starts[event.job.id] = event.at
        return starts

    def with_probe(self, shape: Shape) -> "Outlook":
        """The same queue with one more job, submitted now: number ``PROBE``."""
        probe = Job(PROBE, self.state.now, shape.nodes, shape.limit, shape.limit)
        return replace(self, state=replace(self.state, arriving=(*self.state.arriving, probe)))

    def _with_runtimes(self, runtime: Callable[[Job, int], int]) -> State:
        """The state with what nobody can know replaced: ``runtime`` of a job and its age."""

        def drawn(job: Job, elapsed: int = 0) -> Job:
            return replace(job, runtime=runtime(job, elapsed), exit_code=0)

        state = self.state
        return replace(
            state,
            running=tuple(
                RunningJob(drawn(entry.job, max(0, state.now - entry.started)), entry.started)
                for entry in state.running
            ),
            waiting=tuple(map(drawn, state.waiting)),
            blocked=tuple(map(drawn, state.blocked)),
            arriving=tuple(map(drawn, state.arriving)),
        )

    def _are_stuck(self, job_ids: set[int], scheduler: Scheduler) -> bool:
        """Whether none of the jobs can ever start, since another has not ended as they ask for."""
        if not job_ids <= {job.id for job in self.state.blocked}:
            return False
        reasons = scheduler.reasons()
        return all(reasons.get(job_id) is Reason.DEPENDENCY_NEVER_SATISFIED for job_id in job_ids)

    def _slots(self, rng: Random) -> Iterator[tuple[list[Job], int]]:
        """The jobs that come in each two hours from now on, and the last second of these."""
        now, ids = self.state.now, count(FIRST_ARRIVAL)
        for day in count(now // DAY):
            slots = self.prospects.arrivals(day, rng)
            for slot in range(SLOTS):
                end = day * DAY + (slot + 1) * SLOT - 1
                if end >= now:
                    yield self._come(slots[slot], day, ids, rng), end

    def _come(
        self, slot: Sequence[Arrival], day: int, ids: Iterator[int], rng: Random
    ) -> list[Job]:
        jobs, midnight = [], day * DAY
        for arrival in slot:
            submit = midnight + arrival.submit % DAY
            if submit > self.state.now:
                job = Job(next(ids), submit, arrival.nodes, arrival.limit, arrival.limit)
                jobs.append(replace(job, runtime=self.prospects.runtime(job, rng)))
        return jobs


def start_range(runs: Sequence[Mapping[T, int]], subject: T) -> Range:
    """When ``subject`` starts, from the single run and the replications after it.

    With fewer than twenty replications it is what the single run says.
    """
    single, *replications = runs
    if len(replications) < FEWEST:
        return Range(None, single.get(subject), None)
    starts = sorted(run[subject] for run in replications if subject in run)
    p10, p50, p90 = (_nth(starts, len(replications) * percent // 100) for percent in PERCENTS)
    return Range(p10, p50, p90)


def _limit(job: Job, _elapsed: int) -> int:
    return job.limit


def _nth(starts: Sequence[int], place: int) -> int | None:
    """A job that did not start in time comes after those that did."""
    return starts[place] if place < len(starts) else None
