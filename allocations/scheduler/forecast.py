"""When jobs will start: the queue is played to its end many times, as it might go.

Each replication draws for every job how long it runs, and for every day ahead which
jobs come, and lets the engine schedule them. It depends on the queue, the seed and its
number alone, so replications can be made in any order, by several processes, and
stopped when time is up. Quantiles of the starts are the forecast.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import tee
from random import Random
from typing import NamedTuple, TypeVar

from .configuration import SlurmConfig
from .jobs import Job
from .machine import Machine
from .policies import Policy
from .prospects import Prospects
from .replication import FIRST_ARRIVAL, Replication
from .state import State
from .workload import DAY, Tenant

HORIZON = 28 * DAY
FEWEST = 20  # replications that say anything about a range
PROBE = FIRST_ARRIVAL - 1  # the number of a job that nobody has submitted
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
    """A queue whose future is asked for, up to ``horizon`` seconds ahead.

    Where the policy goes by accounts, ``accounts`` are those of the tenants who will come, and
    ``probe_account`` is that of a job that nobody has submitted.
    """

    machine: Machine
    policy: Policy
    state: State
    prospects: Prospects
    seed: str
    horizon: int = HORIZON
    slurm: SlurmConfig | None = None
    accounts: Mapping[Tenant, int] = field(default_factory=dict)
    probe_account: int | None = None

    @property
    def fingerprint(self) -> str:
        """Names the queue by what everybody may know of it, whenever it is asked for.

        As long as nobody comes, starts or ends it stays the same.
        """

        def known(job: Job) -> Job:
            return replace(job, runtime=job.limit, exit_code=0)

        state = self.state
        state = replace(
            state,
            now=0,
            running=tuple(replace(entry, job=known(entry.job)) for entry in state.running),
            waiting=tuple(map(known, state.waiting)),
            blocked=tuple(map(known, state.blocked)),
            arriving=tuple(map(known, state.arriving)),
            node_updates=(),
            slurm=None,
        )
        text = f"{self.machine} {self.policy} {self.slurm} {state.to_json()}"
        return sha256(text.encode()).hexdigest()

    def replicate(self, number: int, watched: Iterable[int]) -> dict[int, int]:
        """One way things may go: ``{job id: start}`` of the ``watched`` that start in time.

        Number 0 is the single run with the median of everything that is drawn.
        """
        return self.replication(number).starts(set(watched))

    def replication(self, number: int) -> Replication:
        """Everything drawn for the replication of that number."""
        rng = Random(f"{self.seed}/{number}") if number else MedianRandom()  # noqa: S311 - no secret
        state, runtime = self.state, self.prospects.runtime
        runtimes = {
            entry.job.id: runtime(
                entry.job.nodes, entry.job.limit, rng, elapsed=max(0, state.now - entry.started)
            )
            for entry in state.running
        }
        for job in (*state.waiting, *state.blocked, *state.arriving):
            runtimes[job.id] = runtime(job.nodes, job.limit, rng)
        return Replication(
            machine=self.machine,
            policy=self.policy,
            state=state,
            runtimes=runtimes,
            arrivals=self.prospects.arrivals(state.now, rng),
            until=state.now + self.horizon,
            slurm=self.slurm,
            accounts=self.accounts,
        )

    def probe(self, number: int, shapes: Iterable[Shape]) -> dict[Shape, int]:
        """When a job of each shape would start that is submitted now and alone, if in time.

        What the replication of that number draws is the same for all shapes.
        """
        drawn, starts = self.replication(number), {}
        arrivals = drawn.arrivals
        for shape in shapes:
            arrivals, same = tee(arrivals)
            found = self._with_probe(replace(drawn, arrivals=same), shape).starts({PROBE})
            if PROBE in found:
                starts[shape] = found[PROBE]
        return starts

    def _with_probe(self, drawn: Replication, shape: Shape) -> Replication:
        """The same with one more job; how long it runs itself does not change its start."""
        nodes, limit = shape.nodes, shape.limit
        job = Job(PROBE, self.state.now, nodes, limit, limit, account=self.probe_account)
        state = replace(self.state, arriving=(*self.state.arriving, job))
        return replace(drawn, state=state, runtimes={**drawn.runtimes, PROBE: limit})


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


def _nth(starts: Sequence[int], place: int) -> int | None:
    """A job that did not start in time comes after those that did."""
    return starts[place] if place < len(starts) else None
