"""The jobs of the machine's other tenants, drawn anew from a seed for each day.

The shape follows Lublin and Feitelson, "The workload on parallel
supercomputers: modeling the characteristics of rigid jobs", JPDC 63 (2003): a
daily cycle with its peak before and after noon, and sizes that lean to powers
of two. Limits are the round figures that users choose, and how much of them
jobs use follows the quantiles of two logs, KTH-SP2 (1996) and Theta (2022);
Mu'alem and Feitelson, TPDS 12 (2001), and Tsafrir, Etsion and Feitelson, TPDS
18 (2007), describe both habits.

Only ``Random.random`` and exact arithmetic are used, so that a seed gives the
same jobs with every Python on every platform.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Generic, NamedTuple, TypeVar

from .jobs import Job

DAY = 86_400
HOUR = 3_600
MINUTE = 60

T = TypeVar("T")


class Tenant(StrEnum):
    """Whose job it is, by who funds the machine."""

    EUROHPC = "eurohpc"
    BMFTR = "bmftr"
    MKW_NRW = "mkw-nrw"


TENANTS = {Tenant.EUROHPC: 50, Tenant.BMFTR: 25, Tenant.MKW_NRW: 25}

# Arrivals in each hour (UTC), and work on each day from Monday on, as shares.
HOURS = (
    24,
    20,
    17,
    15,
    14,
    16,
    24,
    42,
    62,
    74,
    76,
    70,
    66,
    72,
    76,
    72,
    62,
    52,
    44,
    40,
    38,
    36,
    32,
    28,
)
WEEKDAYS = (110, 114, 114, 112, 105, 75, 70)
THURSDAY = 3  # the first day of the epoch

LIMITS = {  # minutes: share
    10: 4, 15: 3, 20: 3, 30: 10, 45: 2, 60: 17, 90: 3, 120: 13, 180: 9, 240: 9, 300: 2,
    360: 9, 480: 5, 600: 3, 720: 8,
}  # fmt: skip

# The part of the limit, in %, that the job at each 20th of all jobs would run.
PERCENT_OF_LIMIT = (
    0,
    1,
    2,
    4,
    7,
    12,
    21,
    31,
    41,
    51,
    60,
    70,
    79,
    86,
    90,
    94,
    96,
    99,
    100,
    105,
    125,
)

FAILING_PERCENT = 3
FAILURES = (1, 1, 1, 2, 134, 137, 139)

WHOLE_MACHINE = 0.0005  # of all jobs
POWER_OF_TWO = 0.75
SMALL = 128  # up to this part of the machine one power of two is as frequent as another
SHARE_OF_SMALL = 100_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """The ``number``-th job of the others on ``day``, counted from the epoch."""

    day: int
    number: int
    tenant: Tenant
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
    powers: Choice[int]

    def draw(self, rng: Random) -> int:
        power = self.powers.draw(rng)
        kind, place = rng.random(), rng.random()
        if kind < WHOLE_MACHINE:
            return self.nodes
        if kind < POWER_OF_TWO:
            return power
        return min(power + 1 + int(place * power), self.nodes)


def daily_jobs(seed: int, day: int, nodes: int, target: float) -> list[Arrival]:
    """The arrivals of one day since the epoch, the same whenever they are drawn.

    On the mean of a week they offer ``target`` of what ``nodes`` nodes can do.
    The job that would go beyond the day's share comes with the probability
    that keeps this mean exact.
    """
    rng = Random(f"{seed}/{day}")  # noqa: S311 - a simulation, not a secret
    weekday = (day + THURSDAY) % 7
    left = target * nodes * DAY * WEEKDAYS[weekday] * 7 / sum(WEEKDAYS)
    sizes = _sizes(nodes)
    drawn = []
    while left > 0:
        job = _draw(rng, sizes)
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
    return _runtime(rng, limit), _exit_code(rng)


class _Draw(NamedTuple):
    second: int
    tenant: Tenant
    nodes: int
    limit: int
    runtime: int
    exit_code: int


_hours = Choice(enumerate(HOURS))
_tenants = Choice(TENANTS.items())
_limits = Choice(LIMITS.items())


def _draw(rng: Random, sizes: Sizes) -> _Draw:
    second = _hours.draw(rng) * HOUR + int(rng.random() * HOUR)
    tenant = _tenants.draw(rng)
    limit = _limits.draw(rng) * MINUTE
    exit_code = _exit_code(rng)
    return _Draw(second, tenant, sizes.draw(rng), limit, _runtime(rng, limit), exit_code)


def _exit_code(rng: Random) -> int:
    failing = rng.random() * 100 < FAILING_PERCENT
    return FAILURES[int(rng.random() * len(FAILURES))] if failing else 0


def _runtime(rng: Random, limit: int) -> int:
    """A run time by the quantiles of the part of the limit that jobs use."""
    position = rng.random() * (len(PERCENT_OF_LIMIT) - 1)
    below = int(position)
    low, high = PERCENT_OF_LIMIT[below], PERCENT_OF_LIMIT[below + 1]
    percent = low + (high - low) * (position - below)
    return max(1, int(limit * percent / 100))


@lru_cache
def _sizes(nodes: int) -> Sizes:
    shares = []
    power, share = 1, SHARE_OF_SMALL
    while power <= nodes:
        shares.append((power, share))
        power *= 2
        if power * SMALL > nodes:
            share = share * 31 // 50
    return Sizes(nodes, Choice(shares))
