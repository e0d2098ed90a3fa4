"""The jobs of the machine's other tenants, drawn anew from a seed for each day.

A day is a number of *campaigns*: a user submits a job, and perhaps more of the same kind
soon after. Cycle and sizes follow Lublin and Feitelson (JPDC 2003), limits, run times and
campaigns the figures of real logs; ``habits`` has them all with their sources.

Only ``Random.random`` and exact arithmetic are used, so that a seed gives the
same jobs with every Python on every platform.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Generic, NamedTuple, TypeVar

from . import habits
from .jobs import Job

DAY = 86_400
HOUR = 3_600
MINUTE = 60
THURSDAY = 3  # the first day of the epoch

T = TypeVar("T")


class Tenant(StrEnum):
    """Whose job it is, by who funds the machine."""

    EUROHPC = "eurohpc"
    BMFTR = "bmftr"
    MKW_NRW = "mkw-nrw"


TENANTS = {Tenant.EUROHPC: 50, Tenant.BMFTR: 25, Tenant.MKW_NRW: 25}


@dataclass(frozen=True, slots=True)
class Arrival:
    """The ``number``-th job of the others on ``day``, counted from the epoch."""

    day: int
    number: int
    tenant: Tenant
    user: str
    submit: int
    nodes: int
    limit: int
    runtime: int
    exit_code: int

    def as_job(self, job_id: int, *, account: int | None = None) -> Job:
        return Job(
            id=job_id,
            submit=self.submit,
            nodes=self.nodes,
            limit=self.limit,
            runtime=self.runtime,
            exit_code=self.exit_code,
            account=account,
            user=self.user,
        )


class Choice(Generic[T]):
    """Values that are drawn in proportion to their shares."""

    def __init__(self, shares: Iterable[tuple[T, int]]) -> None:
        values, weights = zip(*shares, strict=True)
        self._values: Sequence[T] = values
        self._cumulated = list(accumulate(weights))

    def draw(self, rng: Random) -> T:
        return self._values[bisect_right(self._cumulated, int(rng.random() * self._cumulated[-1]))]


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of jobs on a machine of ``nodes`` nodes, from one node to all."""

    nodes: int
    octaves: Choice[int]

    def draw(self, rng: Random) -> int:
        kind, octave, place = rng.random(), self.octaves.draw(rng), rng.random()
        if kind < habits.SERIAL:
            return 1
        if kind < habits.SERIAL + habits.POWER_OF_TWO:
            return 1 << octave
        if kind >= 1 - habits.WHOLE_MACHINE:
            return self.nodes
        least, most = 1 << octave, min(2 << octave, self.nodes + 1)
        return least + int(place * (most - least))

    def rank(self, nodes: int) -> float:
        """Where a size lies between one node and the whole machine, by its octave."""
        return nodes.bit_length() / self.nodes.bit_length()


def daily_jobs(seed: int, day: int, nodes: int, target: float) -> list[Arrival]:
    """The arrivals of one day since the epoch, the same whenever they are drawn.

    On the mean of a week they offer ``target`` of what ``nodes`` nodes can do.
    The job that would go beyond the day's share comes with the probability
    that keeps this mean exact.
    """
    rng = Random(f"{seed}/{day}")  # noqa: S311 - a simulation, not a secret
    weekdays = habits.WEEKDAYS
    left = target * nodes * DAY * weekdays[(day + THURSDAY) % 7] * 7 / sum(weekdays)
    drawn = []
    for job in _campaigns(rng, _sizes(nodes)):
        if left <= 0:
            break
        work = job.nodes * min(job.limit, job.runtime)
        if work <= left or rng.random() * work < left:
            drawn.append(job)
        left -= work
    drawn.sort(key=lambda job: job.second)
    return [
        Arrival(
            day=day,
            number=number,
            tenant=job.tenant,
            user=job.user,
            submit=day * DAY + job.second,
            nodes=job.nodes,
            limit=job.limit,
            runtime=job.runtime,
            exit_code=job.exit_code,
        )
        for number, job in enumerate(drawn)
    ]


def outcome(seed: str, *, limit: int) -> tuple[int, int]:
    """How a single job of time limit ``limit`` will go: its run time and its exit code."""
    rng = Random(seed)  # noqa: S311 - a simulation, not a secret
    return _runtime(rng.random(), limit), _exit_code(rng)


class _Draw(NamedTuple):
    second: int
    tenant: Tenant
    user: str
    nodes: int
    limit: int
    runtime: int
    exit_code: int


_hours = Choice(enumerate(habits.HOURS))
_tenants = Choice(TENANTS.items())
_limits = Choice(habits.LIMITS.items())
_campaign_sizes = Choice(habits.CAMPAIGNS.items())


def _campaigns(rng: Random, sizes: Sizes) -> Iterator[_Draw]:
    """Jobs without end, those of a campaign one after the other.

    What would come after midnight comes in the morning, as if from the day before.
    """
    while True:
        second = _hours.draw(rng) * HOUR + int(rng.random() * HOUR)
        tenant = _tenants.draw(rng)
        activity = rng.random()
        user = f"{tenant}-{int(habits.USERS * activity * activity)}"
        nodes = sizes.draw(rng)
        limit = _limit(rng, sizes.rank(nodes))
        part = rng.random()
        for _ in range(_campaign_sizes.draw(rng)):
            yield _Draw(second, tenant, user, nodes, limit, _runtime(part, limit), _exit_code(rng))
            second = (second + int(_quantile(habits.GAPS, rng.random()))) % DAY
            part = _next_part(rng, part)


def _limit(rng: Random, rank: float) -> int:
    """Of two limits the longer with the probability ``rank``, and else the shorter."""
    longer = rng.random() < rank
    limits = _limits.draw(rng), _limits.draw(rng)
    return MINUTE * (max(limits) if longer else min(limits))


def _next_part(rng: Random, part: float) -> float:
    """The place, from 0 to 1, of the next job among all by the part of the limit it uses."""
    alike, draw = rng.random() < habits.ALIKE, rng.random()
    if not alike:
        return draw
    near = abs(part + habits.SCATTER * (2 * draw - 1))
    return near if near < 1 else 2 - near


def _exit_code(rng: Random) -> int:
    failing = rng.random() * 100 < habits.FAILING_PERCENT
    return habits.FAILURES[int(rng.random() * len(habits.FAILURES))] if failing else 0


def _runtime(part: float, limit: int) -> int:
    """The run time of the job at the place ``part`` among all by what it uses of its limit."""
    return max(1, int(limit * _quantile(habits.PERCENT_OF_LIMIT, part) / 100))


def _quantile(quantiles: Sequence[int], part: float) -> float:
    position = part * (len(quantiles) - 1)
    below = min(int(position), len(quantiles) - 2)
    low, high = quantiles[below], quantiles[below + 1]
    return low + (high - low) * (position - below)


@lru_cache
def _sizes(nodes: int) -> Sizes:
    """Powers of two by the shares of the two stages; alike where there is no upper stage."""
    highest = nodes.bit_length() - 1
    lower = max(highest - habits.UPPER_OCTAVES, 0)
    first = round(1_000_000 * habits.LOWER_STAGE) // max(lower, 1)
    second = (1_000_000 - first * lower) // habits.UPPER_OCTAVES
    octaves = range(min(1, highest), highest + 1)
    shares = ((octave, first if octave <= lower else second) for octave in octaves)
    return Sizes(nodes, Choice(shares))
